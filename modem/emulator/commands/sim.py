"""The card: identity, PIN, files (3GPP TS 27.007 5.6, 8.3, 8.18, 7.1, 7.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.charset import to_host
from modem.emulator.command import Shelf
from modem.emulator.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError
from modem.pdu import Address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment import Equipment

SHELF = Shelf()

_READ_BINARY: Final = 176
_OTHER_FILE_COMMANDS: Final = (178, 192, 203, 214, 219, 220, 242)
# Status words of ETSI TS 102 221 10.2.1, first and second octet in decimal.
_DONE: Final = "144,0"
_WRONG_LENGTH: Final = "103,0"
_FILE_NOT_FOUND: Final = "106,130"
_NOT_SUPPORTED: Final = "109,0"


@SHELF.on("+CIMI", Form.EXECUTE)
def imsi(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the IMSI."""
    return [equipment.sim.imsi]


@SHELF.on("+CCID", Form.EXECUTE, Form.READ)
@SHELF.on("+ICCID", Form.EXECUTE, Form.READ)
def iccid(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the ICCID."""
    return [f"{command.name}: {equipment.sim.iccid}"]


for _name in ("+CIMI", "+CCID", "+ICCID", "+CPIN", "+CRSM", "+CNUM"):
    SHELF.constant(_name, Form.TEST)


SHELF.constant("+CPIN", Form.READ, "+CPIN: READY")


@SHELF.on("+CPIN", Form.SET)
def enter_pin(_equipment: Equipment, _command: Command) -> Sequence[str]:
    """Refuse: this card has its PIN switched off and waits for nothing."""
    raise CmeError(Cme.NOT_ALLOWED)


SHELF.constant("+CLCK", Form.TEST, '+CLCK: ("SC")')


@SHELF.on("+CLCK", Form.SET)
def lock(_equipment: Equipment, command: Command) -> Sequence[str]:
    """Answer whether the PIN is asked for at the start: no. It cannot be changed."""
    parameters = Parameters(command, most=4)
    if parameters.text(0) != "SC" or parameters.number(1, range(3)) != 2:
        raise CmeError(Cme.NOT_ALLOWED)
    return ["+CLCK: 0"]


@SHELF.on("+CRSM", Form.SET)
def read_file(equipment: Equipment, command: Command) -> Sequence[str]:
    """Read a transparent file of the card; the status words say what went wrong."""
    parameters = Parameters(command, most=7)
    action = parameters.number(0, (_READ_BINARY, *_OTHER_FILE_COMMANDS))
    content = equipment.sim.read_file(parameters.number(1, range(0x10000)))
    offset = parameters.number(2, range(256), 0) * 256 + parameters.number(3, range(256), 0)
    length = parameters.number(4, range(256), 0)
    if content is None:
        return [f"+CRSM: {_FILE_NOT_FOUND}"]
    if action != _READ_BINARY:
        return [f"+CRSM: {_NOT_SUPPORTED}"]
    if offset + length > len(content):
        return [f"+CRSM: {_WRONG_LENGTH}"]
    chosen = content[offset : offset + length] if length else content[offset:]
    return [f'+CRSM: {_DONE},"{chosen.hex().upper()}"']


@SHELF.on("+CNUM", Form.EXECUTE)
def own_number(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the card's own number."""
    number = equipment.sim.number
    return [f'+CNUM: ,"{to_host(number, equipment.settings.charset)}",{Address.parse(number).type_octet}']
