"""How messages are written, where they are kept and which way they go (3GPP TS 27.005 3.2, 3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.command import Form
from modem.emulator.card.number import INTERNATIONAL_TYPE
from modem.emulator.command import Shelf
from modem.emulator.equipment import access, radio_link
from modem.emulator.equipment.charset import from_host, to_host
from modem.emulator.equipment.local_time import parse_time
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.equipment.settings import TextParameters
from modem.emulator.refusal import Cme, CmeError, Cms, CmsError
from modem.emulator.services.text_mode import validity_field
from modem.errors import EncodeError
from modem.pdu import Absolute, Address, Relative, TypeOfNumber

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()


def _refused() -> CmsError:
    return CmsError(Cms.NOT_ALLOWED)


SHELF.constant("+CMGF", Form.TEST, "+CMGF: (0,1)")


@SHELF.on("+CMGF", Form.READ)
def read_format(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether messages are PDUs or texts."""
    return [f"+CMGF: {int(equipment.settings.is_text_mode)}"]


@SHELF.on("+CMGF", Form.SET)
def set_format(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose PDU mode or text mode."""
    equipment.settings.is_text_mode = bool(Parameters(command, most=1).number(0, range(2), 0))
    return []


SHELF.constant("+CSCA", Form.TEST)


@SHELF.on("+CSCA", Form.READ, needs=access.unlocked_card)
def read_service_centre(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the service centre kept on the card."""
    smsc = equipment.sim.smsc
    number_type = Address.parse(smsc).type_octet if smsc else 129
    return [f'+CSCA: "{to_host(smsc, equipment.settings.charset)}",{number_type}']


@SHELF.on("+CSCA", Form.SET, needs=access.unlocked_card)
def set_service_centre(equipment: Equipment, command: Command) -> Sequence[str]:
    """Keep another service centre on the card."""
    parameters = Parameters(command, most=2)
    number_type = parameters.number(1, range(128, 256), 129)
    try:
        address = Address.parse(from_host(parameters.text(0), equipment.settings.charset))
    except (EncodeError, ValueError):
        raise CmeError(Cme.INCORRECT_PARAMETERS) from None
    if address.ton is TypeOfNumber.ALPHANUMERIC or not address.number:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    is_plain = address.ton is TypeOfNumber.UNKNOWN and number_type == INTERNATIONAL_TYPE
    equipment.sim.smsc = f"+{address.number}" if is_plain else address.text
    return []


SHELF.constant("+CSMP", Form.TEST)


@SHELF.on("+CSMP", Form.READ)
def read_text_parameters(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give first octet, validity, protocol and coding of text mode messages."""
    text = equipment.settings.text
    return [f"+CSMP: {text.first_octet},{validity_field(text.validity)},{text.pid},{text.dcs}"]


@SHELF.on("+CSMP", Form.SET)
def set_text_parameters(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose them; what is omitted stays."""
    now = equipment.settings.text
    parameters = Parameters(command, most=4)
    octet = range(256)
    equipment.settings.text = TextParameters(
        first_octet=parameters.number(0, octet, now.first_octet),
        validity=_read_validity(parameters, now.validity),
        pid=parameters.number(2, octet, now.pid),
        dcs=parameters.number(3, octet, now.dcs),
    )
    return []


def _read_validity(parameters: Parameters, now: Relative | Absolute) -> Relative | Absolute:
    """Read <vp>: a number of the relative format, or a time as a string for the absolute one (27.005 3.1)."""
    if not parameters.has(1):
        return now
    try:
        return Absolute.of(parse_time(parameters.text(1)))
    except (ValueError, EncodeError):
        return Relative(octet=parameters.number(1, range(256)))


SHELF.constant("+CSDH", Form.TEST, "+CSDH: (0,1)")


@SHELF.on("+CSDH", Form.READ)
def read_header(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether text mode headers are complete."""
    return [f"+CSDH: {int(equipment.settings.is_header_shown)}"]


@SHELF.on("+CSDH", Form.SET)
def set_header(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose whether text mode headers are complete."""
    equipment.settings.is_header_shown = bool(Parameters(command, most=1).number(0, range(2), 0))
    return []


SHELF.constant("+CMMS", Form.TEST, "+CMMS: (0-2)")


@SHELF.on("+CMMS", Form.READ)
def read_more_messages(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Say whether the link is kept between messages."""
    return [f"+CMMS: {radio_link.mode(equipment)}"]


@SHELF.on("+CMMS", Form.SET)
def set_more_messages(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose whether the link is kept: not (0), until no message follows for some seconds (1), or always (2)."""
    radio_link.choose(equipment, Parameters(command, most=1).number(0, range(3), 0))
    return []


def _memory_list(names: Sequence[str]) -> str:
    return "(" + ",".join(f'"{name}"' for name in names) + ")"


@SHELF.on("+CPMS", Form.TEST)
def memory_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the memories that each of the three parameters may name."""
    return ["+CPMS: " + ",".join(_memory_list(names) for names in equipment.personality.memories)]


def _chosen(equipment: Equipment) -> tuple[str, str, str]:
    settings = equipment.settings
    return settings.read_memory, settings.write_memory, settings.receive_memory


def _counts(equipment: Equipment, name: str) -> str:
    memory = equipment.memory(name)
    return f"{len(memory)},{memory.capacity}"


@SHELF.on("+CPMS", Form.READ, needs=access.messages)
def read_memories(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the three memories, each with its used and total slots."""
    return ["+CPMS: " + ",".join(f'"{name}",{_counts(equipment, name)}' for name in _chosen(equipment))]


@SHELF.on("+CPMS", Form.SET, needs=access.messages)
def set_memories(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose the memories for reading, for writing and for arriving messages; what is omitted stays."""
    parameters = Parameters(command, most=3, refusal=_refused())
    _, write, receive = _chosen(equipment)
    names = (parameters.text(0).upper(), parameters.text(1, write).upper(), parameters.text(2, receive).upper())
    if any(name not in offered for name, offered in zip(names, equipment.personality.memories, strict=True)):
        raise _refused()
    settings = equipment.settings
    settings.read_memory, settings.write_memory, settings.receive_memory = names
    return ["+CPMS: " + ",".join(_counts(equipment, name) for name in names)]
