from __future__ import annotations

from modem.emulator.ledger import Ledger
from modem.pdu import Address, Submit

SUBMIT = Submit(destination=Address.parse("+491711234567"), mr=3, body=b"hello")


def ledger_of(count: int, limit: int) -> Ledger:
    ledger = Ledger(limit)
    for number in range(count):
        ledger.append(number * 0.5, SUBMIT, imsi="001010000000001", originator="+1", destination="+2")
    return ledger


def test_an_entry_in_json() -> None:
    (entry,) = ledger_of(1, 10)

    assert entry.as_json() == {
        "number": 1,
        "at_s": 0.0,
        "kind": "submit",
        "imsi": "001010000000001",
        "originator": "+1",
        "destination": "+2",
        "tpdu": "01030C91947111325476000005E8329BFD06",
        "cause": None,
    }


def test_a_reader_goes_on_where_it_was() -> None:
    ledger = ledger_of(5, 10)

    assert [entry.number for entry in ledger.since(0)] == [1, 2, 3, 4, 5]
    assert [entry.number for entry in ledger.since(3)] == [4, 5]
    assert ledger.since(5) == []


def test_the_oldest_entries_make_room_and_are_still_counted() -> None:
    ledger = ledger_of(5, 2)

    assert (len(ledger), ledger.count) == (2, 5)
    assert [entry.number for entry in ledger.since(0)] == [4, 5]
    assert [entry.number for entry in ledger.since(4)] == [5]
