from __future__ import annotations

from datetime import UTC, datetime

from modem.emulator.network.ledger import Ledger
from modem.pdu import Address, StatusReport, Submit, Timestamp

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
        "direction": "up",
        "kind": "submit",
        "imsi": "001010000000001",
        "originator": "+1",
        "destination": "+2",
        "mr": 3,
        "status": None,
        "tpdu": "01030C91947111325476000005E8329BFD06",
        "cause": None,
        "is_taken": True,
        "is_answered": True,
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


def test_a_report_and_mere_octets_in_json() -> None:
    ledger = Ledger()
    stamp = Timestamp.of(datetime(2024, 5, 1, 12, tzinfo=UTC))
    report = StatusReport(mr=7, recipient=SUBMIT.destination, scts=stamp, discharged=stamp, status=0x46)
    for tpdu in (report, b"\x04\xff"):
        ledger.append(1.5, tpdu, imsi="001010000000001", originator="+1", destination="+2", cause=22, is_taken=False)

    wanted = ("direction", "kind", "mr", "status", "cause", "is_taken")
    assert [tuple(entry.as_json()[key] for key in wanted) for entry in ledger] == [
        ("down", "status_report", 7, 0x46, 22, False),
        ("down", "octets", None, None, 22, False),
    ]
    assert [entry.as_json()["tpdu"] for entry in ledger][1] == "04FF"
