"""The phonebooks that a modem with its card has, by their +CPBS names (3GPP TS 27.007 8.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.card.number import EMERGENCY_NUMBERS, type_of
from modem.emulator.card.phonebook import Contact, Phonebook

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment

NAMES: Final = ("SM", "ME", "ON", "DC", "MC", "RC", "EN", "FD")


def get(equipment: Equipment, name: str) -> Phonebook:
    """Return a phonebook by one of NAMES."""
    sim = equipment.sim
    books = (sim.contacts, sim.fixed_numbers, sim.own_numbers, equipment.flash_contacts, *equipment.call_lists.values())
    return {book.name: book for book in (*books, _emergency())}[name]


def find(equipment: Equipment, name: str) -> Contact | None:
    """Return the first contact with a name, in any case of letters, from whatever book."""
    wanted = name.casefold()
    entries = (entry for book in NAMES for _, entry in get(equipment, book))
    return next((entry for entry in entries if entry.name.casefold() == wanted), None)


def _emergency() -> Phonebook:
    book = Phonebook("EN", len(EMERGENCY_NUMBERS))
    for number in EMERGENCY_NUMBERS:
        book.put(Contact(number=number, number_type=type_of(number), name="SOS"))
    return book
