from __future__ import annotations

from modem.emulator.card.storage import MessageStatus, Storage, StoredMessage


def message(tpdu: bytes = b"") -> StoredMessage:
    return StoredMessage(tpdu=tpdu, smsc="", status=MessageStatus.UNREAD)


def test_slots_are_numbered_from_one() -> None:
    storage = Storage("SM", 3)

    assert [storage.add(message()) for _ in range(3)] == [1, 2, 3]
    assert (len(storage), storage.is_full) == (3, True)


def test_a_full_memory_takes_nothing_more() -> None:
    storage = Storage("SM", 1)
    storage.add(message())

    assert storage.add(message()) is None


def test_the_lowest_free_slot_is_used_again() -> None:
    storage = Storage("SM", 3)
    for _ in range(3):
        storage.add(message())
    storage.remove(2)

    assert storage.add(message(b"new")) == 2
    assert [(index, kept.tpdu) for index, kept in storage] == [(1, b""), (2, b"new"), (3, b"")]


def test_removing_tells_whether_something_was_there() -> None:
    storage = Storage("SM", 3)
    storage.add(message())

    assert (storage.remove(1), storage.remove(1)) == (True, False)
    assert storage.get(1) is None


def test_the_modem_decides_which_number_the_first_slot_has() -> None:
    storage = Storage("SM", 2)
    storage.add(message(b"kept"))

    storage.first_index = 0  # the card moves into a Qualcomm-based stick

    assert [index for index, _ in storage] == [0]
    assert storage.indexes == range(2)
    assert (storage.get(0), storage.get(1)) == (message(b"kept"), None)
    assert storage.add(message()) == 1
