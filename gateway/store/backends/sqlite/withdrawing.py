"""Withdrawing messages, also while a span has them: the wish is kept until it is known whether they went out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.status import Status
from gateway.store.backends.sqlite.rows import Row, change_status, read_row, save_row
from gateway.store.requests import Withdrawal, WithdrawalAnswer

if TYPE_CHECKING:
    from gateway.core.types import AccountId, EpochMs, MessageId
    from gateway.store.backends.sqlite.transaction import Transaction

NOTE_WISH = "UPDATE message SET cancel_asked_at = :now WHERE id = :id"
WITHDRAWN = "withdrawn"
MAY_BE_OUT = "withdrawn, but it may have been sent"
ASKED = "a span has it: it is withdrawn if the modem refuses it"
ASKED_IN_DOUBT = (
    "it may have been sent: it is withdrawn if it turns out that it was not, and not sent again in any case"
)


def read_owned(tx: Transaction, message_id: MessageId, account_id: AccountId | None) -> Row | None:
    """Read a message, None when there is none, or none of the account (None: of any)."""
    row = read_row(tx, message_id)
    return None if row is None or (account_id is not None and row.account_id != account_id) else row


def cancel(tx: Transaction, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs) -> Status | None:
    """Withdraw a message that no span has; gives its status then, None when the account has no such message.

    One that went out in part, or may have gone out, stays: it is past withdrawing.
    """
    row = read_owned(tx, message_id, account_id)
    if row is None:
        return None
    _cancel_waiting(tx, row, now)
    return row.status


def _cancel_waiting(tx: Transaction, row: Row, now: EpochMs) -> None:
    if row.status in {Status.HELD, Status.QUEUED} and row.is_untouched:
        row.pin_sim = None
        change_status(tx, row, Status.CANCELLED, cause=WITHDRAWN, now=now)
        save_row(tx, row)


def withdraw(
    tx: Transaction, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs
) -> WithdrawalAnswer | None:
    """Withdraw a message, or note that it is to be; None when the account has no such message."""
    row = read_owned(tx, message_id, account_id)
    if row is None:
        return None
    _cancel_waiting(tx, row, now)
    state, reason = _state(row)
    if state is Withdrawal.ASKED and row.cancel_asked_at is None:
        row.cancel_asked_at = now
        tx.execute(NOTE_WISH, {"id": row.id, "now": now})
    if state is Withdrawal.TOO_LATE and row.status is Status.QUEUED and not row.segments_sent:
        # It waits to be sent a second time, and that can still be stopped.
        tx.execute(NOTE_WISH, {"id": row.id, "now": now})
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=MAY_BE_OUT, now=now)
        save_row(tx, row)
    return WithdrawalAnswer(state=state, reason=reason, status=row.status)


def _state(row: Row) -> tuple[Withdrawal, str]:
    if row.status is Status.CANCELLED:
        return Withdrawal.WITHDRAWN, WITHDRAWN
    if row.segments_sent and row.status.is_open:
        return Withdrawal.TOO_LATE, f"too late: {row.segments_sent} of {row.segment_count} segments went out"
    if row.status is Status.SENDING:
        # A cause stands there once an attempt was settled without an answer.
        return Withdrawal.ASKED, ASKED if not row.cause and row.is_untouched else ASKED_IN_DOUBT
    if row.status is Status.QUEUED:
        return Withdrawal.TOO_LATE, "too late: it may have been sent; it is not sent again"
    if row.status is Status.UNKNOWN:
        return Withdrawal.TOO_LATE, "too late: it may have been sent"
    return Withdrawal.TOO_LATE, f"too late: it is {row.status.value}"


def queue_again(tx: Transaction, row: Row, *, cause: str, now: EpochMs) -> None:
    """Let a message wait for another try, unless its withdrawal was asked for meanwhile.

    `row` tells by `resent_segment` whether an earlier try may have gone out.
    """
    if row.cancel_asked_at is None or row.segments_sent:
        change_status(tx, row, Status.QUEUED, cause=cause, now=now)
        return
    row.pin_sim, row.due_at = None, 0
    if row.resent_segment is None:
        change_status(tx, row, Status.CANCELLED, cause=WITHDRAWN, now=now)
    elif row.status is not Status.UNKNOWN:
        change_status(tx, row, Status.UNKNOWN, cause=MAY_BE_OUT, now=now)
