"""What waits, added up when the store is opened: the one search of a start that takes longer the more there is.

The indexes of the queue name the messages span by span, while their rows lie in the order of their ids. So the ids are
read first and sorted, and each page of the table is read once instead of once for each span: a million messages over 32
spans take 1.3 s of processor time instead of 3.5. Ids are kept as 2 octets each, and sorted 65 536 at a time, so that a
start needs no more memory than what follows.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from gateway.core.types import AccountId, Port

    Key = tuple[AccountId, Port | None, bool, bool]

NEVER = 1 << 62
"""Later than any instant."""
# A message that is sending has an attempt that is open or waits for evidence; one such attempt may be of a message that
# waits again, and is found twice.
READ_IDS = """
SELECT id FROM message INDEXED BY message_queue WHERE status = 'queued' AND pin_sim IS NULL
UNION ALL
SELECT id FROM message INDEXED BY message_pinned WHERE status = 'queued' AND pin_sim IS NOT NULL
UNION ALL
SELECT id FROM message INDEXED BY message_held WHERE status = 'held'
UNION ALL
SELECT message_id FROM attempt INDEXED BY attempt_open WHERE outcome = 'open'
UNION ALL
SELECT message_id FROM attempt INDEXED BY attempt_unanswered WHERE outcome = 'no answer' AND decide_at IS NOT NULL
"""
READ_SUMS = """
SELECT account_id, port, status = 'held' AND is_credit_late AND held_until IS NULL, is_urgent,
    count(*), sum(segment_count - segments_sent), sum(iif(status = 'held', segment_count - segments_sent, 0)),
    min(valid_until)
FROM message WHERE id IN (SELECT value FROM json_each(:ids)) AND status IN ('queued', 'held', 'sending')
GROUP BY 1, 2, 3, 4
"""
IDS_AT_ONCE = 4096
_LOW_BITS = 16


@dataclass(slots=True)
class Waiting:
    """How many messages wait, how many segments, and how many held ones, by account, port, late credit and urgency."""

    counts: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    segments: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    held: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    next_expiry: int = NEVER
    """No message that waits ends its validity before this instant."""


def read_waiting(connection: sqlite3.Connection) -> Waiting:
    """Add up what waits."""
    waiting = Waiting()
    for ids in sorted_ids(connection):
        rows = connection.execute(READ_SUMS, {"ids": json.dumps(ids)})
        for account_id, port, is_late, is_urgent, count, segments, held, valid_until in rows:
            key = account_id, port, bool(is_late), bool(is_urgent)
            waiting.counts[key] += count
            waiting.segments[key] += segments
            waiting.held[key] += held
            waiting.next_expiry = min(waiting.next_expiry, valid_until)
    return waiting


def sorted_ids(connection: sqlite3.Connection) -> Iterator[list[int]]:
    """Give the ids of what waits in order, some at a time, none twice."""
    buckets: dict[int, array[int]] = defaultdict(lambda: array("H"))
    for (message_id,) in connection.execute(READ_IDS):
        buckets[message_id >> _LOW_BITS].append(message_id & ((1 << _LOW_BITS) - 1))
    for high in sorted(buckets):
        ids = [high << _LOW_BITS | low for low in sorted(set(buckets[high]))]
        for start in range(0, len(ids), IDS_AT_ONCE):
            yield ids[start : start + IDS_AT_ONCE]
