"""What a message's row may say, given what was on the air: the rules by which the store is compared with the world."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from modem.emulator.rack.rack import Rack
from tests.support.traffic import Asked, OnAir

DELIVERED = 0
_OPEN = frozenset({"queued", "held", "sending"})


@dataclass
class Row:
    """A message as the store has it; `unanswered` counts its attempts that were given up without an answer."""

    id: int
    status: str
    segment_count: int
    resent_segment: int | None
    cause: str
    report_status: int | None
    unanswered: int
    pin_sim: str | None
    text: str

    @property
    def is_open(self) -> bool:
        """Whether it has not found its end."""
        return self.status in _OPEN


def read_rows(reader: sqlite3.Connection) -> dict[str, Row]:
    """Read all messages, by recipient."""
    return {
        recipient: Row(*rest)
        for recipient, *rest in reader.execute(
            "SELECT recipient, id, status, segment_count, resent_segment, cause, report_status,"
            " (SELECT count(*) FROM attempt WHERE message_id = message.id AND outcome = 'no answer'), pin_sim, text"
            " FROM message"
        )
    }


def shown_on(rack: Rack, number: str) -> list[str | None]:
    """Give the texts that a phone shows."""
    handset = rack.network.handset(number)
    return [] if handset is None else [message.text for message in handset.messages]


def what_is_wrong(asked: Asked, row: Row, seen: OnAir, shown: Sequence[str | None]) -> Iterator[str]:
    """Give every way in which a message's row is at odds with the air and the phone."""
    yield from _copies_wrong(row, seen)
    yield from _status_wrong(row, seen)
    yield from _phone_wrong(asked, row, seen, shown)


def _copies_wrong(row: Row, seen: OnAir) -> Iterator[str]:
    twice = {seq: count for seq, count in seen.taken.items() if count > 1}
    if twice and row.resent_segment is None:
        yield f"segments taken more than once without a mark: {twice}"
    if any(count > 2 for count in twice.values()):
        yield f"segments taken more than twice: {twice}"


def _status_wrong(row: Row, seen: OnAir) -> Iterator[str]:
    is_whole = len(seen.taken) == row.segment_count
    match row.status:
        case "sent" | "delivered" | "undelivered" if not is_whole:
            yield f"but the network took only segments {sorted(seen.taken)} of {row.segment_count}"
        case "failed" | "cancelled" if is_whole:
            yield f"but the network took all of it ({row.cause})"
        case "unknown" if not row.unanswered:
            yield "without an attempt that was not answered"
        case "expired" if not is_whole:
            yield "its validity was not over"
        case "delivered" if seen.reports.count(DELIVERED) < row.segment_count:
            yield f"but the reports are {seen.reports}"
        case "undelivered" if all(status == DELIVERED for status in seen.reports):
            yield f"but the reports are {seen.reports}"


def _phone_wrong(asked: Asked, row: Row, seen: OnAir, shown: Sequence[str | None]) -> Iterator[str]:
    if row.status not in {"sent", "delivered"} or asked.kind == "refuses":
        return
    if asked.text not in shown:
        yield f"but the phone shows {shown}, segments brought: {dict(seen.brought)}, taken: {dict(seen.taken)}"
    elif set(shown) != {asked.text}:
        yield f"the phone shows something else too: {shown}"
