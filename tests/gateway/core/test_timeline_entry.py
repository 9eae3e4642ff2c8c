from __future__ import annotations

from gateway.core.timeline_entry import Entry, key_of, moment, shortened
from tests.gateway.core.test_timeline import at


def test_a_long_timeline_keeps_its_beginning_and_its_end() -> None:
    entries = [Entry(at=at(number), kind="attempt", text=f"{number}") for number in range(50)]
    assert shortened(entries, 50) == entries
    short = shortened(entries, 8)
    assert [entry.text for entry in short] == [
        "0",
        "1",
        "43 entries until 2024-03-26T10:00:00.044Z",
        *map(str, range(45, 50)),
    ]
    assert (len(short), short[2].kind) == (8, "left out")


def test_an_entry_is_known_again_when_more_is_known_of_it() -> None:
    first = Entry(at=at(5), kind="callback failed", text="HTTP 500 in 3 ms", facts={"callback": 7})
    later = Entry(at=at(5), kind="callback failed", text="HTTP 500", facts={"callback": 7, "tries": 2})
    other = Entry(at=at(5), kind="callback failed", text="HTTP 500", facts={"callback": 8})
    assert key_of(first) == key_of(later) != key_of(other)


def test_instants_are_written_as_programs_read_them() -> None:
    assert moment(at(7)) == "2024-03-26T10:00:00.007Z"
    assert moment(None) is None
