"""Phonebooks: numbered places for numbers with a name (3GPP TS 27.007 8.11 to 8.14)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

# As EF-ADN has them on usual cards: 10 octets of number, 18 of name (3GPP TS 31.102 4.4.2.3).
MOST_DIGITS: Final = 20
MOST_CHARACTERS: Final = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One entry; `number` is written with its plus when `number_type` is 145."""

    number: str
    number_type: int
    name: str


class Phonebook:
    """One memory of +CPBS; its places are numbered from 1."""

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self.capacity = capacity
        self._contacts: dict[int, Contact] = {}

    def __len__(self) -> int:
        return len(self._contacts)

    def __iter__(self) -> Iterator[tuple[int, Contact]]:
        return iter(sorted(self._contacts.items()))

    @property
    def indexes(self) -> range:
        """The numbers of all places."""
        return range(1, self.capacity + 1)

    def get(self, index: int) -> Contact | None:
        """Return the contact in a place, None when it is empty."""
        return self._contacts.get(index)

    def put(self, contact: Contact, index: int | None = None) -> bool:
        """Write a place, the first free one when none is named; return whether there was one."""
        free = (number for number in self.indexes if number not in self._contacts)
        place = next(free, None) if index is None else index
        if place is None:
            return False
        self._contacts[place] = contact
        return True

    def remove(self, index: int) -> None:
        """Empty a place."""
        self._contacts.pop(index, None)

    def log(self, contact: Contact) -> None:
        """Put a call in front of a list of calls; the oldest goes when there are too many."""
        newest = [contact, *(entry for _, entry in self)][: self.capacity]
        self._contacts = dict(enumerate(newest, start=1))
