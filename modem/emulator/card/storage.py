"""Message memories: numbered slots with a capacity (3GPP TS 27.005 3.1, +CPMS)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class MessageStatus(IntEnum):
    """<stat> of 3GPP TS 27.005 3.1; ALL is a question only."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3
    ALL = 4


@dataclass(slots=True, kw_only=True)
class StoredMessage:
    """One slot: the TPDU, the service centre of its PDU line ("" for none) and its status."""

    tpdu: bytes
    smsc: str
    status: MessageStatus


class Storage:
    """One memory. Its slots are numbered from `first_index`, which the modem decides: a card keeps its messages."""

    def __init__(self, name: str, capacity: int, *, first_index: int = 1) -> None:
        self.name = name
        self.first_index = first_index
        self.capacity = capacity
        self._slots: dict[int, StoredMessage] = {}  # by place, counted from 0

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[tuple[int, StoredMessage]]:
        return iter([(place + self.first_index, self._slots[place]) for place in sorted(self._slots)])

    @property
    def indexes(self) -> range:
        """The numbers of all slots, used and free."""
        return range(self.first_index, self.first_index + self.capacity)

    @property
    def is_full(self) -> bool:
        """Whether no slot is free."""
        return len(self._slots) >= self.capacity

    def get(self, index: int) -> StoredMessage | None:
        """Return the message in a slot, None when it is empty."""
        return self._slots.get(index - self.first_index)

    def add(self, message: StoredMessage) -> int | None:
        """Put a message into the lowest free slot; return its number, None when the memory is full."""
        if self.is_full:
            return None
        place = next(number for number in range(self.capacity) if number not in self._slots)
        self._slots[place] = message
        return place + self.first_index

    def replace(self, index: int, message: StoredMessage) -> None:
        """Put a message into a slot in place of what is there."""
        self._slots[index - self.first_index] = message

    def remove(self, index: int) -> bool:
        """Empty a slot; return whether something was in it."""
        return self._slots.pop(index - self.first_index, None) is not None
