"""Phonebooks of the card and of the modem (3GPP TS 27.007 8.11 to 8.14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from modem.at.command import Form
from modem.emulator.card.number import INTERNATIONAL_TYPE, type_of
from modem.emulator.card.phonebook import MOST_CHARACTERS, MOST_DIGITS, Contact
from modem.emulator.command import Shelf
from modem.emulator.equipment import access, phonebooks
from modem.emulator.equipment.charset import from_host, to_host
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.card.phonebook import Phonebook
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf(needs=access.unlocked_card)

# Lists of calls and emergency numbers are nobody's to write; fixed numbers want PIN 2, which no AT command enters here.
_READ_ONLY: Final = ("DC", "MC", "RC", "EN", "FD")
_TYPES: Final = (129, 145, 161)
_NUMBER: Final = re.compile(r"\+?[0-9*#ABCDPW,?]+", re.IGNORECASE)


def _book(equipment: Equipment) -> Phonebook:
    return phonebooks.get(equipment, equipment.settings.phonebook)


SHELF.constant("+CPBS", Form.TEST, "+CPBS: (" + ",".join(f'"{name}"' for name in phonebooks.NAMES) + ")")


@SHELF.on("+CPBS", Form.READ)
def read_choice(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the phonebook in use, with its used and total places."""
    book = _book(equipment)
    return [f'+CPBS: "{book.name}",{len(book)},{book.capacity}']


@SHELF.on("+CPBS", Form.SET)
def choose(equipment: Equipment, command: Command) -> Sequence[str]:
    """Choose a phonebook; a password is taken where one would be wanted, and not asked for."""
    parameters = Parameters(command, most=2)
    name = parameters.text(0).upper()
    if name not in phonebooks.NAMES:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    equipment.settings.phonebook = name
    return []


@SHELF.on("+CPBR", Form.TEST)
def read_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the places and the lengths of numbers and names."""
    return [f"+CPBR: (1-{_book(equipment).capacity}),{MOST_DIGITS},{MOST_CHARACTERS}"]


@SHELF.on("+CPBR", Form.SET)
def read(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give one place or those from one to another; empty places are passed over."""
    book = _book(equipment)
    parameters = Parameters(command, most=2)
    first = _place(book, parameters, 0)
    last = _place(book, parameters, 1) if parameters.has(1) else first
    return [_line("+CPBR", equipment, index, one) for index, one in book if first <= index <= last]


def _place(book: Phonebook, parameters: Parameters, position: int) -> int:
    index = parameters.number(position, range(100000))
    if index not in book.indexes:
        raise CmeError(Cme.INVALID_INDEX)
    return index


def _line(name: str, equipment: Equipment, index: int, one: Contact) -> str:
    charset = equipment.settings.charset
    return f'{name}: {index},"{to_host(one.number, charset)}",{one.number_type},"{to_host(one.name, charset)}"'


SHELF.constant("+CPBF", Form.TEST, f"+CPBF: {MOST_DIGITS},{MOST_CHARACTERS}")


@SHELF.on("+CPBF", Form.SET)
def find(equipment: Equipment, command: Command) -> Sequence[str]:
    """Give the entries whose name begins with a text, in any case of letters."""
    wanted = _text(equipment, Parameters(command, most=1).text(0)).casefold()
    return [
        _line("+CPBF", equipment, index, one)
        for index, one in _book(equipment)
        if one.name.casefold().startswith(wanted)
    ]


@SHELF.on("+CPBW", Form.TEST)
def write_forms(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the places, the length of numbers, their types and the length of names."""
    types = ",".join(map(str, _TYPES))
    return [f"+CPBW: (1-{_book(equipment).capacity}),{MOST_DIGITS},({types}),{MOST_CHARACTERS}"]


@SHELF.on("+CPBW", Form.SET)
def write(equipment: Equipment, command: Command) -> Sequence[str]:
    """Write a place, the first free one when none is named; a place alone is emptied."""
    book = _book(equipment)
    parameters = Parameters(command, most=4)
    index = _place(book, parameters, 0) if parameters.has(0) else None
    if book.name in _READ_ONLY:
        raise CmeError(Cme.NOT_ALLOWED)
    if parameters.has(1):
        if not book.put(_contact(equipment, parameters), index):
            raise CmeError(Cme.MEMORY_FULL)
    elif index is not None and len(command.arguments) == 1:
        book.remove(index)
    else:
        raise CmeError(Cme.INCORRECT_PARAMETERS)
    return []


def _contact(equipment: Equipment, parameters: Parameters) -> Contact:
    number, name = _text(equipment, parameters.text(1)), _text(equipment, parameters.text(3, ""))
    number_type = parameters.number(2, range(128, 256), type_of(number))
    if not _NUMBER.fullmatch(number):
        raise CmeError(Cme.INVALID_NUMBER)
    if len(number.removeprefix("+")) > MOST_DIGITS:
        raise CmeError(Cme.NUMBER_TOO_LONG)
    if len(name) > MOST_CHARACTERS:
        raise CmeError(Cme.TEXT_TOO_LONG)
    if number_type == INTERNATIONAL_TYPE and not number.startswith("+"):
        number = f"+{number}"
    elif number.startswith("+"):
        number_type = INTERNATIONAL_TYPE
    return Contact(number=number, number_type=number_type, name=name)


def _text(equipment: Equipment, line: str) -> str:
    try:
        return from_host(line, equipment.settings.charset)
    except ValueError:
        raise CmeError(Cme.INVALID_TEXT) from None
