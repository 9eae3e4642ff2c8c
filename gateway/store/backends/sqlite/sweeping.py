"""Deletes what is old, some rows at a time, with all that hangs on it.

Old messages are found in an index of their times, so one whose time is wrong (the clock was set) holds up no other one.
Free pages are used again: the file stays as large as it once had to be (docs/size.md).
"""

from __future__ import annotations

import json
from collections import Counter
from time import perf_counter
from typing import TYPE_CHECKING

from gateway.core.status import OPEN
from gateway.store.backends.sqlite.hours import hour_of
from gateway.store.retention import REPORTS_COME_MS, Stored, Swept

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.types import AccountId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.disk import DiskWatch
    from gateway.store.retention import Mark

_IDS = "(SELECT value FROM json_each(:ids))"
HANGING = {
    "attempt": f"DELETE FROM attempt INDEXED BY attempt_message WHERE message_id IN {_IDS}",  # noqa: S608 (constants)
    "message_event": f"""
DELETE FROM message_event INDEXED BY message_event_message WHERE message_id IN {_IDS}
""",  # noqa: S608 (constants)
    "callback_answer": f"DELETE FROM callback_answer WHERE message_id IN {_IDS}",  # noqa: S608 (constants)
    "exclusion": f"DELETE FROM exclusion WHERE message_id IN {_IDS}",  # noqa: S608 (constants)
    "callback": f"""
DELETE FROM callback INDEXED BY callback_given_up WHERE given_up_at IS NOT NULL AND message_id IN {_IDS}
""",  # noqa: S608 (constants)
}
"""What hangs on a message, by table: a statement that deletes it by an index. A test finds what is missing here."""

_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
_IS_OWED = "SELECT 1 FROM callback INDEXED BY callback_message WHERE message_id = m.id AND given_up_at IS NULL"
# The message of the newest attempt stays: SQLite would give the number of that attempt out again.
OUTBOUND = f"""
SELECT m.shown_at, m.id, m.account_id,
    m.status NOT IN ({_OPEN}) AND coalesce(m.changed_at, m.accepted_at) < :before
    AND (m.status IN ('delivered', 'failed', 'cancelled') OR m.valid_until < :answered)
    AND m.id IS NOT (SELECT message_id FROM attempt WHERE id = (SELECT max(id) FROM attempt))
    AND NOT EXISTS ({_IS_OWED})
    AND NOT EXISTS (SELECT 1 FROM attempt INDEXED BY attempt_message
        WHERE message_id = m.id AND (outcome = 'open' OR decide_at IS NOT NULL)),
    (SELECT count(*) FROM attempt INDEXED BY attempt_message WHERE message_id = m.id)
FROM message m INDEXED BY message_shown
WHERE m.shown_at < :before AND (m.shown_at, m.id) > (:at, :id)
ORDER BY m.shown_at, m.id LIMIT :rows
"""  # noqa: S608 (constants)
INBOUND = f"""
SELECT m.received_at, m.id, m.port, NOT EXISTS ({_IS_OWED}), m.is_shown FROM inbound m INDEXED BY inbound_received
WHERE m.received_at < :before AND (m.received_at, m.id) > (:at, :id)
ORDER BY m.received_at, m.id LIMIT :rows
"""  # noqa: S608 (constants)
DELETE_OUTBOUND = f"DELETE FROM message WHERE id IN {_IDS}"  # noqa: S608 (constants)
DELETE_INBOUND = f"DELETE FROM inbound WHERE id IN {_IDS}"  # noqa: S608 (constants)
DELETE_NEWSLETTERS = """
DELETE FROM newsletter WHERE id IN (
    SELECT id FROM newsletter n WHERE created_at < :before AND NOT EXISTS (
        SELECT 1 FROM message INDEXED BY message_newsletter WHERE newsletter_id = n.id)
    LIMIT :most)
"""
DELETE_AUDIT = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < :before ORDER BY id LIMIT :most)"
# Those of USSD dialogues are numbered below 0 and hang on no message.
DELETE_CALLBACKS = """
DELETE FROM callback WHERE id IN (
    SELECT id FROM callback INDEXED BY callback_given_up
    WHERE given_up_at IS NOT NULL AND message_id < 0 AND given_up_at < :before LIMIT :most)
"""
READ_TOTAL = "SELECT coalesce(sum(value), 0) FROM total WHERE kind = :kind AND key = 0"
_START: Mark = (-(1 << 62), 0)  # type: ignore[assignment]  # before every instant


def sweep_outbound(
    tx: Transaction, *, before: EpochMs, now: EpochMs, resume: Mark | None, most: int, rows: int
) -> Swept:
    """Delete outbound messages that have not changed since `before`."""
    began_s = perf_counter()
    at, after = resume or _START
    values = {"before": before, "answered": now - REPORTS_COME_MS, "at": at, "id": after, "rows": rows}
    found = tx.fetch_all(OUTBOUND, values)
    ids: list[int] = []
    hours: Counter[tuple[int, AccountId]] = Counter()
    seen = room = 0
    for shown_at, message_id, account_id, is_due, hanging in found:
        if len(ids) >= most or (ids and room + hanging + 1 > rows):
            break
        seen += 1
        if is_due:
            ids.append(message_id)
            hours[hour_of(shown_at), account_id] += 1
            room += hanging + 1
    deleted = _delete(tx, DELETE_OUTBOUND, ids)
    for (hour, account_id), count in hours.items():
        tx.add_shown(hour, account_id, -count)
    took_s = perf_counter() - began_s
    return Swept(messages=len(ids), rows=deleted, resume=_resume(found, seen, rows), took_s=took_s)


def sweep_inbound(tx: Transaction, *, before: EpochMs, resume: Mark | None, most: int, rows: int) -> Swept:
    """Delete inbound messages received before `before`."""
    began_s = perf_counter()
    at, after = resume or _START
    found = tx.fetch_all(INBOUND, {"before": before, "at": at, "id": after, "rows": min(rows, most)})
    due = [row for row in found if row[3]]
    deleted = _delete(tx, DELETE_INBOUND, [row[1] for row in due])
    for port, count in Counter(row[2] for row in due if row[4]).items():
        tx.add_total("inbox", port, -count)
    resume = _resume(found, len(found), min(rows, most))
    return Swept(messages=len(due), rows=deleted, resume=resume, took_s=perf_counter() - began_s)


def _delete(tx: Transaction, statement: str, ids: Sequence[int]) -> int:
    """Delete messages by id with what hangs on them; gives how many rows that were."""
    if not ids:
        return 0
    values = {"ids": json.dumps(ids)}
    return sum(tx.execute(one, values).rowcount for one in (*HANGING.values(), statement))


def _resume(found: Sequence[tuple[EpochMs, int]], seen: int, rows: int) -> Mark | None:
    """Give the place behind the last row that was seen; None when those were all."""
    if seen == len(found) < rows or not seen:
        return None
    at, message_id = found[seen - 1][:2]
    return at, message_id  # type: ignore[return-value]  # as they come from the database


def sweep(tx: Transaction, statement: str, *, before: EpochMs, most: int) -> int:
    """Delete by one of the other DELETE statements; gives how many rows."""
    return tx.execute(statement, {"before": before, "most": most}).rowcount


def read_stored(connection: sqlite3.Connection, *, log_octets: int, disk: DiskWatch) -> Stored:
    """Say how much there is."""
    page_octets, pages, spare = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "page_count", "freelist_count")
    )
    outbound, inbound = (connection.execute(READ_TOTAL, {"kind": kind}).fetchone()[0] for kind in ("outbox", "inbox"))
    return Stored(
        outbound=outbound,
        inbound=inbound,
        database_octets=pages * page_octets,
        spare_octets=spare * page_octets,
        log_octets=log_octets,
        disk_octets=disk.space.total,
        free_octets=disk.space.free,
        wanted_octets=disk.wanted_octets,
    )
