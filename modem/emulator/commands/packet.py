"""Packet service: attached or not, contexts that carry no data here (3GPP TS 27.007 10.1)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.context import Context
from modem.emulator.equipment.number_settings import PACKET_EVENTS
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_IDS: Final = range(1, 17)
_KINDS: Final = ("IP", "IPV6", "IPV4V6")
_MOST_NAME: Final = 100  # TS 23.003 9.1
_ADDRESS: Final = "192.0.2"

SHELF.numbers(PACKET_EVENTS)
SHELF.constant("+CGCLASS", Form.TEST, '+CGCLASS: ("A","B","CG")')
SHELF.constant("+CGATT", Form.TEST, "+CGATT: (0,1)")
SHELF.constant("+CGACT", Form.TEST, "+CGACT: (0,1)")
SHELF.constant("+CGDCONT", Form.TEST, *(f'+CGDCONT: ({_IDS[0]}-{_IDS[-1]}),"{kind}",,,(0,1),(0,1)' for kind in _KINDS))


def _is_attached(equipment: Equipment) -> bool:
    return equipment.is_registered and equipment.is_packet_attached


@SHELF.on("+CGCLASS", Form.READ)
def read_class(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the class of mobile station."""
    return [f'+CGCLASS: "{equipment.station_class}"']


@SHELF.on("+CGCLASS", Form.SET)
def set_class(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose it."""
    name = Parameters(command, most=1).text(0, "A").upper()
    if name not in ("A", "B", "CG"):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    equipment.station_class = name
    return []


@SHELF.on("+CGATT", Form.READ)
def read_attachment(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether packet service is there."""
    return [f"+CGATT: {int(_is_attached(equipment))}"]


@SHELF.on("+CGATT", Form.SET, needs=access.unlocked_card)
def attach(equipment: Equipment, command: Command) -> Sequence[str]:
    """Ask for packet service or give it up, with the contexts; without registration nobody answers."""
    is_wanted = bool(Parameters(command, most=1).number(0, range(2), 0))
    if is_wanted and not equipment.is_registered:
        raise CmeError(Cme.NO_NETWORK)
    equipment.is_packet_attached = is_wanted
    if not is_wanted:
        _activate(equipment, tuple(equipment.contexts), is_active=False)
    return []


def _define(context: Context, parameters: Parameters) -> Context:
    kind, apn = parameters.text(1, context.kind).upper(), parameters.text(2, context.apn)
    if kind not in _KINDS or len(apn) > _MOST_NAME:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    parameters.text(3, "")
    data, header = context.compression
    compression = (parameters.number(4, range(2), data), parameters.number(5, range(2), header))
    return replace(context, kind=kind, apn=apn, compression=compression)


@SHELF.on("+CGDCONT", Form.READ)
def read_contexts(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give every context that is defined."""
    return [
        f'+CGDCONT: {cid},"{one.kind}","{one.apn}","",{one.compression[0]},{one.compression[1]}'
        for cid, one in sorted(equipment.contexts.items())
    ]


@SHELF.on("+CGDCONT", Form.SET)
def define_context(equipment: Equipment, command: Command) -> Sequence[str]:
    """Define a context; a number alone makes it undefined."""
    parameters = Parameters(command, most=6)
    cid = parameters.number(0, _IDS, _IDS[0] if len(command.arguments) > 1 else None)
    if len(command.arguments) == 1:
        equipment.contexts.pop(cid, None)
    else:
        equipment.contexts[cid] = _define(equipment.contexts.get(cid, Context()), parameters)
    return []


def _activate(equipment: Equipment, cids: Sequence[int], *, is_active: bool) -> None:
    for cid in cids:
        equipment.contexts[cid] = replace(equipment.contexts[cid], is_active=is_active)


@SHELF.on("+CGACT", Form.READ)
def read_activity(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say of every context whether it is active."""
    return [f"+CGACT: {cid},{int(context.is_active)}" for cid, context in sorted(equipment.contexts.items())]


@SHELF.on("+CGACT", Form.SET)
def activate(equipment: Equipment, command: Command) -> Sequence[str]:
    """Switch contexts on or off, all when none is named; an undefined one cannot be."""
    parameters = Parameters(command, most=1 + len(_IDS))
    is_active = bool(parameters.number(0, range(2), 0))
    cids = [parameters.number(position, _IDS) for position in range(1, len(command.arguments))]
    if any(cid not in equipment.contexts for cid in cids):
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    if is_active and not _is_attached(equipment):
        raise CmeError(Cme.NO_NETWORK)
    _activate(equipment, cids or tuple(equipment.contexts), is_active=is_active)
    return []


SHELF.constant("+CGPADDR", Form.TEST, "+CGPADDR: ()")


@SHELF.on("+CGPADDR", Form.EXECUTE, Form.SET)
def addresses(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the addresses of contexts, empty for those that are not active."""
    parameters = Parameters(command, most=len(_IDS))
    named = [parameters.number(position, _IDS) for position in range(len(command.arguments))]
    lines = []
    for cid in named or sorted(equipment.contexts):
        context = equipment.contexts.get(cid)
        address = f"{_ADDRESS}.{cid}" if context is not None and context.is_active else ""
        lines.append(f'+CGPADDR: {cid},"{address}"')
    return lines
