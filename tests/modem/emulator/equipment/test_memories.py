"""Message memories of a modem and its card, alone and joined (3GPP TS 27.005 3.1: MT is any of the memories)."""

from __future__ import annotations

import pytest

from modem.emulator.card.sim import Sim
from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.equipment.memories import Memories
from modem.emulator.numbering import identity
from modem.emulator.refusal import CmsError


def message(text: str) -> StoredMessage:
    return StoredMessage(tpdu=text.encode(), smsc="", status=MessageStatus.UNREAD)


def memories(*, card_slots: int = 2, flash_slots: int = 2, first_index: int = 1) -> Memories:
    found = Memories(flash_slots, first_index)
    found.use_card(Sim(identity(0), smsc="", capacity=card_slots))
    return found


@pytest.mark.parametrize("first_index", [0, 1])
def test_joined_memories_are_numbered_on(first_index: int) -> None:
    found = memories(first_index=first_index)
    joined = found.get("MT")

    assert [joined.add(message(text)) for text in "abcd"] == list(range(first_index, first_index + 4))
    assert joined.add(message("e")) is None
    assert joined.is_full
    assert list(joined.indexes) == [index for index, _ in joined]
    third = joined.get(first_index + 2)
    assert third is not None
    assert third.tpdu == b"c"
    assert len(found.get("SM")) == len(found.get("ME")) == 2


def test_what_is_removed_from_the_joined_memory_is_gone_from_its_part() -> None:
    found = memories()
    joined = found.get("MT")
    for text in "abc":
        joined.add(message(text))

    assert joined.remove(3)
    assert not joined.remove(3)
    assert len(found.get("ME")) == 0
    joined.replace(2, message("x"))
    assert [stored.tpdu for _, stored in found.get("SM")] == [b"a", b"x"]


def test_another_card_brings_its_own_messages() -> None:
    found = memories()
    found.get("SM").add(message("a"))
    found.get("ME").add(message("b"))
    found.use_card(Sim(identity(1), smsc="", capacity=5))

    assert len(found.get("SM")) == 0
    assert len(found.get("ME")) == 1
    assert found.get("MT").capacity == 7


def test_an_unknown_memory_is_refused() -> None:
    with pytest.raises(CmsError, match="302"):
        memories().get("TA")
