"""Messages that are put off: let them go when they are due, hold them again outside their send window, move them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from gateway.core.record import EventKind
from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.core.window import closed_cause, parse_window
from gateway.errors import ConflictError, NoCreditError
from gateway.store.backends.sqlite.events import add_event
from gateway.store.backends.sqlite.outbox import covers
from gateway.store.backends.sqlite.pacing import release_paced
from gateway.store.backends.sqlite.rows import Row, change_status, read_row, save_row
from gateway.store.backends.sqlite.withdrawing import read_owned

if TYPE_CHECKING:
    from gateway.core.types import AccountId, MessageId
    from gateway.store.backends.sqlite.transaction import Transaction

DUE = """
SELECT id FROM message INDEXED BY message_scheduled
WHERE status = 'held' AND send_at IS NOT NULL AND held_until IS NULL AND send_at <= :now
ORDER BY send_at, id LIMIT :limit
"""
NEXT = """
SELECT send_at FROM message INDEXED BY message_scheduled
WHERE status = 'held' AND send_at IS NOT NULL AND held_until IS NULL ORDER BY send_at LIMIT 1
"""
READ_NOT_BEFORE = "SELECT iif(send_window = '', send_at, not_before) FROM message WHERE id = :id"
PUT_OFF = "UPDATE message SET send_at = :send_at WHERE id = :id"
MOVE = """
UPDATE message SET send_at = :send_at, not_before = iif(send_window = '', NULL, :not_before), valid_until = :valid_until
WHERE id = :id
"""
MINUTE_MS = 60_000
RELEASED_AT_ONCE = 200
"""Most messages that are let go in one transaction: nobody else can write meanwhile."""
NO_CREDIT = "credit"
"""The failure code of a message whose account had no credit for it when it was due."""


def release_some(tx: Transaction, now: EpochMs) -> EpochMs | None:
    """Queue messages whose time has come; gives when to look again, None when none waits for a time."""
    for (message_id,) in tx.fetch_all(DUE, {"now": now, "limit": RELEASED_AT_ONCE}):
        row = read_row(tx, message_id)
        if row is not None:
            _release(tx, row, now)
    found = tx.fetch_one(NEXT, {})
    instants = [release_paced(tx, now, limit=RELEASED_AT_ONCE), None if found is None else found[0]]
    next_at = min((one for one in instants if one is not None), default=None)
    return None if next_at is None else EpochMs(max(next_at, now))


def _release(tx: Transaction, row: Row, now: EpochMs) -> None:
    if _hold_until_open(tx, row, now):
        return
    if row.is_credit_late and not covers(tx, row.account_id, row.segment_count):
        row.failure_code = NO_CREDIT
        change_status(tx, row, Status.FAILED, cause="no credit when it was due", now=now)
    else:
        change_status(tx, row, Status.QUEUED, cause="", now=now)
    save_row(tx, row)


def opening(row: Row, at: EpochMs) -> EpochMs:
    """Give when the send window of a message opens: `at` when it is open then, or when there is none."""
    return max(at, _opening(row.send_window, at // MINUTE_MS)) if row.send_window else at


@lru_cache(maxsize=64)
def _opening(window: str, minute: int) -> EpochMs:
    """Give when the window opens from `minute` on: windows go by whole minutes, and many messages have the same."""
    return parse_window(window, "UTC").next_open(EpochMs(minute * MINUTE_MS))


def hold_outside_window(tx: Transaction, row: Row, now: EpochMs) -> bool:
    """Hold a message whose send window is closed; False when it may go out now.

    One that has begun goes on: the phone has a part of it.
    """
    return row.is_untouched and _hold_until_open(tx, row, now)


def _hold_until_open(tx: Transaction, row: Row, now: EpochMs) -> bool:
    opens_at = opening(row, now)
    if opens_at <= now:
        return False
    _hold(tx, row, cause=closed_cause(parse_window(row.send_window, "UTC"), opens_at), now=now)
    tx.execute(PUT_OFF, {"id": row.id, "send_at": opens_at})
    tx.tell_scheduled(opens_at)
    return True


def _hold(tx: Transaction, row: Row, *, cause: str, now: EpochMs) -> None:
    row.due_at = 0
    if row.status is Status.HELD:
        row.cause = cause
    else:
        change_status(tx, row, Status.HELD, cause=cause, now=now)
    tx.memory.expect_expiry(row.valid_until)
    save_row(tx, row)


def reschedule(
    tx: Transaction, message_id: MessageId, *, account_id: AccountId | None, send_at: EpochMs | None, now: EpochMs
) -> bool:
    """Put a message off, or let it go at once; False when the account has no such message."""
    row = read_owned(tx, message_id, account_id)
    if row is None:
        return False
    if row.status not in {Status.HELD, Status.QUEUED}:
        raise ConflictError("message", f"it is {row.status.value}, only one that waits can be put off")
    if not row.is_untouched:
        raise ConflictError("message", "a part of it went out, or may have")
    (not_before,) = tx.fetch_one(READ_NOT_BEFORE, {"id": row.id})
    add_event(tx, row.id, EventKind.RESCHEDULED, at=now, text=_wish(send_at, now))
    life = row.valid_until - opening(row, max(row.accepted_at, not_before or row.accepted_at))
    wanted_at = max(now, send_at or now)
    begins_at = opening(row, wanted_at)
    row.valid_until = EpochMs(begins_at + life)
    # Whose quota it waited for is found out anew when it is its turn.
    row.held_until = row.held_by = None
    if begins_at > now:
        is_closed = begins_at > wanted_at
        _hold(
            tx, row, cause=closed_cause(parse_window(row.send_window, "UTC"), begins_at) if is_closed else "", now=now
        )
        tx.tell_scheduled(begins_at)
    else:
        _let_go(tx, row, now)
    values = {"id": row.id, "not_before": send_at, "valid_until": row.valid_until}
    tx.execute(MOVE, {**values, "send_at": begins_at if begins_at > now else None})
    return True


def _wish(send_at: EpochMs | None, now: EpochMs) -> str:
    if send_at is None or send_at <= now:
        return "to be sent at once"
    return f"not to be sent before {datetime.fromtimestamp(send_at / 1000, UTC):%Y-%m-%d %H:%M:%S UTC}"


def _let_go(tx: Transaction, row: Row, now: EpochMs) -> None:
    if row.status is Status.HELD:
        if row.is_credit_late and not covers(tx, row.account_id, row.segment_count):
            raise NoCreditError
        change_status(tx, row, Status.QUEUED, cause="", now=now)
    row.due_at = 0
    save_row(tx, row)
