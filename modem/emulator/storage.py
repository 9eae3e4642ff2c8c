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
    """One memory; slots are numbered from 1, as on most SIM-oriented modules."""

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self.capacity = capacity
        self._slots: dict[int, StoredMessage] = {}

    def __len__(self) -> int:
        return len(self._slots)

    def __iter__(self) -> Iterator[tuple[int, StoredMessage]]:
        return iter(sorted(self._slots.items(), key=lambda slot: slot[0]))

    @property
    def is_full(self) -> bool:
        """Whether no slot is free."""
        return len(self._slots) >= self.capacity

    def get(self, index: int) -> StoredMessage | None:
        """Return the message in a slot, None when it is empty."""
        return self._slots.get(index)

    def add(self, message: StoredMessage) -> int | None:
        """Put a message into the lowest free slot; return its number, None when the memory is full."""
        if self.is_full:
            return None
        index = next(number for number in range(1, self.capacity + 1) if number not in self._slots)
        self._slots[index] = message
        return index

    def remove(self, index: int) -> bool:
        """Empty a slot; return whether something was in it."""
        return self._slots.pop(index, None) is not None
