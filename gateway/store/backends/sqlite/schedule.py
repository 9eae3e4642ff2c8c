"""Messages that are put off: let them go when they are due, and take them back before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.store.backends.sqlite.outbox import covers
from gateway.store.backends.sqlite.pacing import release_paced
from gateway.store.backends.sqlite.rows import Row, change_status, read_row, save_row

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
    if row.is_credit_late and not covers(tx, row.account_id, row.segment_count):
        row.failure_code = NO_CREDIT
        change_status(tx, row, Status.FAILED, cause="no credit when it was due", now=now)
    else:
        change_status(tx, row, Status.QUEUED, cause="", now=now)
    save_row(tx, row)


def cancel(tx: Transaction, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs) -> Status | None:
    """Withdraw a message that no span has; gives its status then, None when the account has no such message.

    One that went out in part, or may have gone out, stays: it is past withdrawing.
    """
    row = read_row(tx, message_id)
    if row is None or (account_id is not None and row.account_id != account_id):
        return None
    if row.status is Status.HELD or (row.status is Status.QUEUED and not row.is_begun):
        row.pin_sim = None
        change_status(tx, row, Status.CANCELLED, cause="withdrawn", now=now)
        save_row(tx, row)
    return row.status
