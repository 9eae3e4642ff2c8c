"""What the host hears of arriving messages and reports (3GPP TS 27.005 3.2.1, 3.4.1, 3.4.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.command import Prompt, Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.parameters import Parameters, number_list
from modem.emulator.equipment.settings import Indications
from modem.emulator.refusal import Cms, CmsError
from modem.emulator.services import compose, inbound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.command import Dialogue
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_NOT_SUPPORTED: Final = CmsError(Cms.NOT_SUPPORTED)
_TAKEN, _REFUSED = 0, 2

SHELF.constant("+CSMS", Form.TEST, "+CSMS: (0,1)")


@SHELF.on("+CSMS", Form.READ)
def read_service(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the service and the kinds of message it has."""
    return [f"+CSMS: {equipment.settings.service},1,1,1"]


@SHELF.on("+CSMS", Form.SET)
def set_service(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose whether routed messages are acknowledged by the modem (0) or by the host (1)."""
    equipment.settings.service = Parameters(command, most=1, refusal=_NOT_SUPPORTED).number(0, range(2))
    inbound.release(equipment)
    return ["+CSMS: 1,1,1"]


@SHELF.on("+CNMI", Form.TEST)
def indication_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the values that each of the five parameters may have."""
    return ["+CNMI: " + ",".join(number_list(numbers) for numbers in equipment.personality.cnmi)]


@SHELF.on("+CNMI", Form.READ)
def read_indications(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the five values."""
    now = equipment.settings.indications
    return [f"+CNMI: {now.mode},{now.deliver},{now.broadcast},{now.report},{now.buffer}"]


@SHELF.on("+CNMI", Form.SET)
def set_indications(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose them; what is omitted stays. What was held back is written or cleared behind the OK."""
    parameters = Parameters(command, most=5, refusal=_NOT_SUPPORTED)
    now = equipment.settings.indications
    modes, delivers, broadcasts, reports, buffers = equipment.personality.cnmi
    chosen = Indications(
        mode=parameters.number(0, modes, now.mode),
        deliver=parameters.number(1, delivers, now.deliver),
        broadcast=parameters.number(2, broadcasts, now.broadcast),
        report=parameters.number(3, reports, now.report),
        buffer=parameters.number(4, buffers, now.buffer),
    )
    is_plain = equipment.settings.service == 0
    if equipment.personality.routes_in_phase_2_only and is_plain and (chosen.deliver in (2, 3) or chosen.report == 1):
        raise _NOT_SUPPORTED
    equipment.settings.indications = chosen
    inbound.flush(equipment)
    return []


@SHELF.on("+CNMA", Form.TEST)
def acknowledgement_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the kinds of acknowledgement: text mode has but one and needs no list (27.005 3.4.4, 4.6)."""
    return [] if equipment.settings.is_text_mode else ["+CNMA: (0-2)"]


@SHELF.on("+CNMA", Form.EXECUTE, Form.SET, needs=access.messages)
def acknowledge(equipment: Equipment, command: Command) -> Dialogue:
    """Acknowledge the routed message that waits for it, or refuse it (2); PDU mode may add a PDU of its own."""
    parameters = Parameters(command, most=1 if equipment.settings.is_text_mode else 2, refusal=_NOT_SUPPORTED)
    kind = parameters.number(0, (_TAKEN,) if equipment.settings.is_text_mode else range(3), _TAKEN)
    length = parameters.number(1, range(256), 0)
    _await(equipment)
    if length:
        body = yield Prompt()
        if body.is_aborted:
            return []
        compose.check_report(body.octets, length)
        # The network does not wait while a host types.
        _await(equipment)
    inbound.acknowledge(equipment, cause=inbound.PROTOCOL_ERROR if kind == _REFUSED else None)
    return []


def _await(equipment: Equipment) -> None:
    if equipment.acknowledge_by is None:
        raise CmsError(Cms.NO_ACKNOWLEDGEMENT_EXPECTED)
