"""The card: who it is, and its files (3GPP TS 27.007 5.6, 7.1, 8.18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.card import files as card_files
from modem.emulator.command import Shelf
from modem.emulator.equipment import access
from modem.emulator.equipment.charset import to_host
from modem.emulator.equipment.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.card.files import CardFile
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf(needs=access.unlocked_card)

_READ_BINARY: Final = 176
_READ_RECORD: Final = 178
_GET_RESPONSE: Final = 192
_UPDATE_BINARY: Final = 214
_UPDATE_RECORD: Final = 220
_STATUS: Final = 242
_ACTIONS: Final = (_READ_BINARY, _READ_RECORD, _GET_RESPONSE, _UPDATE_BINARY, _UPDATE_RECORD, _STATUS)
_ABSOLUTE: Final = 4
# Status words of ETSI TS 102 221 10.2.1, first and second octet in decimal.
_DONE: Final = "144,0"
_WRONG_LENGTH: Final = "103,0"
_WRONG_KIND_OF_FILE: Final = "105,129"
_NOT_PERMITTED: Final = "105,130"
_FILE_NOT_FOUND: Final = "106,130"
_RECORD_NOT_FOUND: Final = "106,131"
_WRONG_OFFSET: Final = "107,0"


@SHELF.on("+CIMI", Form.EXECUTE)
def imsi(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the IMSI."""
    return [equipment.sim.imsi]


# The card tells its number before any PIN is entered (ETSI TS 102 221 13.2: read always).
@SHELF.on("+CCID", Form.EXECUTE, Form.READ, needs=access.card)
@SHELF.on("+ICCID", Form.EXECUTE, Form.READ, needs=access.card)
@SHELF.on("+QCCID", Form.EXECUTE, Form.READ, needs=access.card)
@SHELF.on("+CICCID", Form.EXECUTE, Form.READ, needs=access.card)
def iccid(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the ICCID."""
    return [f"{command.name}: {equipment.sim.iccid}"]


for _name in ("+CIMI", "+CCID", "+ICCID", "+QCCID", "+CICCID", "+CRSM", "+CNUM"):
    SHELF.constant(_name, Form.TEST)


@SHELF.on("+CRSM", Form.SET, needs=access.card)
def use_file(equipment: Equipment, command: Command) -> Sequence[str]:
    """Read or describe a file of the card; the status words say what went wrong."""
    parameters = Parameters(command, most=7)
    action = parameters.number(0, _ACTIONS)
    if action == _STATUS:
        return [f"+CRSM: {_DONE}"]
    file_id = parameters.number(1, range(0x10000))
    first, second, length = (parameters.number(position, range(256), 0) for position in (2, 3, 4))
    file = card_files.read_file(equipment.sim, file_id)
    if file is None:
        return [f"+CRSM: {_FILE_NOT_FOUND}"]
    if file_id != card_files.EF_ICCID:
        access.unlocked_card(equipment)
    if action == _GET_RESPONSE:
        return [_content(file.describe(file_id), length)]
    if action in (_UPDATE_BINARY, _UPDATE_RECORD):
        return [f"+CRSM: {_NOT_PERMITTED}"]
    return [_read(file, action, first, second, length)]


def _read(file: CardFile, action: int, first: int, second: int, length: int) -> str:
    if (action == _READ_BINARY) is not file.is_transparent:
        return f"+CRSM: {_WRONG_KIND_OF_FILE}"
    if action == _READ_BINARY:
        return _read_binary(file, first * 256 + second, length)
    return _read_record(file, first, second, length)


def _read_binary(file: CardFile, offset: int, length: int) -> str:
    if offset > len(file.content):
        return f"+CRSM: {_WRONG_OFFSET}"
    return _content(file.content[offset:], length)


def _read_record(file: CardFile, number: int, mode: int, length: int) -> str:
    if mode != _ABSOLUTE or not 1 <= number <= len(file.records):
        return f"+CRSM: {_RECORD_NOT_FOUND}"
    return _content(file.records[number - 1], length)


def _content(octets: bytes, length: int) -> str:
    """Write so many octets, all of them for length 0."""
    if length > len(octets):
        return f"+CRSM: {_WRONG_LENGTH}"
    return f'+CRSM: {_DONE},"{octets[: length or None].hex().upper()}"'


@SHELF.on("+CNUM", Form.EXECUTE)
def own_number(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the card's own numbers: none, one, or several."""
    charset = equipment.settings.charset
    return [
        f'+CNUM: {_name_of(to_host(contact.name, charset))},"{to_host(contact.number, charset)}",{contact.number_type}'
        for _, contact in equipment.sim.own_numbers
    ]


def _name_of(name: str) -> str:
    return f'"{name}"' if name else ""
