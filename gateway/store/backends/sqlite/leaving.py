"""What a span must still finish before it is left, and what it leaves to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.store.backends.sqlite.memory import able_ports, split_spans

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import Port
    from gateway.store.backends.sqlite.memory import Group
    from gateway.store.backends.sqlite.transaction import Transaction

LEAVE = """
UPDATE message SET port = NULL WHERE id IN (
    SELECT id FROM message INDEXED BY message_queue
    WHERE status = 'queued' AND pin_sim IS NULL AND port = :port AND spans = :spans LIMIT :limit)
RETURNING due_at > 0, segment_count - segments_sent
"""
BEGUN = """
SELECT
    (SELECT count(*) FROM message INDEXED BY message_pinned
     WHERE status = 'queued' AND pin_sim IS NOT NULL AND port = :port)
  + (SELECT count(*) FROM attempt INDEXED BY attempt_open WHERE outcome = 'open' AND port = :port)
  + (SELECT count(*) FROM attempt INDEXED BY attempt_unanswered
     WHERE outcome = 'no answer' AND decide_at IS NOT NULL AND port = :port)
"""
LEFT_AT_ONCE = 500
"""Most messages that leave a span in one transaction: nobody else can write meanwhile."""


def leave_some(tx: Transaction, port: Port) -> int:
    """Let up to `LEFT_AT_ONCE` messages of which nothing was sent prefer no span, if others may; gives how many."""
    left = 0
    for group in list(tx.memory.queued):
        if left < LEFT_AT_ONCE and group[0] == port and _has_others(group[1], port):
            left += _leave(tx, group, LEFT_AT_ONCE - left)
    return left


def _has_others(spans: str, port: Port) -> bool:
    allowed, _ = split_spans(spans)
    return not allowed or any(other != port for other in allowed)


def _leave(tx: Transaction, group: Group, limit: int) -> int:
    port, spans = group
    rows = tx.fetch_all(LEAVE, {"port": port, "spans": spans, "limit": limit})
    if port is None or not rows:
        return 0
    delayed, segments = sum(row[0] for row in rows), sum(row[1] for row in rows)
    for tally, count in ((tx.memory.queued, len(rows)), (tx.memory.delayed, delayed)):
        tally.add(group, -count)
        tally.add((None, spans), count)
    tx.load.open_by_port[port] -= len(rows)
    tx.load.waiting_segments[port] -= segments
    tx.tell_work(None, able_ports(spans))
    return len(rows)


def read_begun(connection: sqlite3.Connection, port: Port) -> int:
    """Count the messages that a span has begun, or may have sent, and that are not settled."""
    return int(connection.execute(BEGUN, {"port": port}).fetchone()[0])
