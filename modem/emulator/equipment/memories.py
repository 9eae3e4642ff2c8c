"""The message memories of one modem by their +CPMS names: those of its card, its own flash, and both as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.card.storage import Storage
from modem.emulator.refusal import Cms, CmsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modem.emulator.card.sim import Sim
    from modem.emulator.card.storage import StoredMessage

BROADCAST_CAPACITY: Final = 10


class JoinedStorage:
    """MT: several memories numbered on as if they were one (3GPP TS 27.005 3.1)."""

    def __init__(self, name: str, parts: tuple[Storage, ...]) -> None:
        self.name = name
        self._parts = parts

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    def __iter__(self) -> Iterator[tuple[int, StoredMessage]]:
        for part, offset in self._numbered():
            for index, message in part:
                yield index + offset, message

    @property
    def capacity(self) -> int:
        """How many slots there are."""
        return sum(part.capacity for part in self._parts)

    @property
    def indexes(self) -> range:
        """The numbers of all slots, used and free."""
        first = self._parts[0].first_index
        return range(first, first + self.capacity)

    @property
    def is_full(self) -> bool:
        """Whether no slot is free."""
        return all(part.is_full for part in self._parts)

    def get(self, index: int) -> StoredMessage | None:
        """Return the message in a slot, None when it is empty."""
        return next((found for part, offset in self._numbered() if (found := part.get(index - offset))), None)

    def add(self, message: StoredMessage) -> int | None:
        """Put a message into the lowest free slot; return its number, None when all memories are full."""
        for part, offset in self._numbered():
            index = part.add(message)
            if index is not None:
                return index + offset
        return None

    def replace(self, index: int, message: StoredMessage) -> None:
        """Put a message into a slot in place of what is there."""
        for part, offset in self._numbered():
            if index - offset in part.indexes:
                part.replace(index - offset, message)

    def remove(self, index: int) -> bool:
        """Empty a slot; return whether something was in it."""
        return any(part.remove(index - offset) for part, offset in self._numbered())

    def _numbered(self) -> Iterator[tuple[Storage, int]]:
        offset = 0
        for part in self._parts:
            yield part, offset
            offset += part.capacity


Memory = Storage | JoinedStorage


class Memories:
    """What a modem with a card can store messages in; `first_index` numbers the slots of all."""

    def __init__(self, flash_slots: int, first_index: int) -> None:
        self.flash = Storage("ME", flash_slots)
        self.broadcasts = Storage("BM", BROADCAST_CAPACITY)
        self._first_index = first_index
        self._by_name: dict[str, Memory] = {}
        # Whether the network keeps a message because a memory was full.
        self.is_message_refused = False

    def use_card(self, sim: Sim) -> None:
        """Take the memories of a card; how its slots are numbered is the modem's matter."""
        memories = (self.flash, self.broadcasts, sim.messages, sim.reports)
        for memory in memories:
            memory.first_index = self._first_index
        self._by_name = {memory.name: memory for memory in memories}
        self._by_name["MT"] = JoinedStorage("MT", (sim.messages, self.flash))

    def get(self, name: str) -> Memory:
        """Return a memory by its +CPMS name; an unknown name is refused with +CMS ERROR: 302."""
        memory = self._by_name.get(name)
        if memory is None:
            raise CmsError(Cms.NOT_ALLOWED)
        return memory
