"""What the outcome of an attempt means for its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.record import EventKind
from gateway.core.status import Status
from gateway.store.backends.sqlite.attempts import (
    OPEN_OUTCOME,
    Attempt,
    lose_attempt,
    note_next,
    other_outcomes,
    settle_attempt,
)
from gateway.store.backends.sqlite.events import add_event
from gateway.store.backends.sqlite.exclusions import exclude
from gateway.store.backends.sqlite.rows import Row, change_status
from gateway.store.backends.sqlite.withdrawing import queue_again
from gateway.store.sending import AttemptOutcome

if TYPE_CHECKING:
    from gateway.core.types import AccountId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.sending import Settlement

CHARGE = "UPDATE account SET credit = credit - 1 WHERE id = :id"

FIRST_MAY_BE_OUT = "it may have been sent the first time"

_UNDECIDED = frozenset({Status.SENDING, Status.QUEUED, Status.UNKNOWN})


def accept_segment(
    tx: Transaction, row: Row, attempt: Attempt, *, mr: int | None, now: EpochMs, sent_at: EpochMs
) -> bool:
    """The network took the segment: the message is sent, or goes on with its next segment.

    `sent_at` is when it was taken, as far as is known. False when that moves nothing: another try of the segment
    moved the message on before, or is still under way.
    """
    settle_attempt(tx, attempt, AttemptOutcome.ACCEPTED, mr=mr, now=now)
    _charge(tx, row.account_id)
    return _advance(tx, row, attempt, now=now, sent_at=sent_at)


def _charge(tx: Transaction, account_id: AccountId) -> None:
    facts = tx.memory.accounts.get(account_id)
    if facts is not None and facts.has_credit:
        tx.execute(CHARGE, {"id": account_id})


def _advance(tx: Transaction, row: Row, attempt: Attempt, *, now: EpochMs, sent_at: EpochMs) -> bool:
    if attempt.segment != row.segments_sent or row.status not in _UNDECIDED:
        return False
    if row.is_possible_duplicate and OPEN_OUTCOME in other_outcomes(tx, attempt):
        return False  # the segment is on its way once more: that attempt goes on when it is settled
    row.segments_sent += 1
    row.tries, row.due_at, row.port = 0, 0, attempt.port
    if row.segments_sent == row.segment_count:
        row.pin_sim, row.sent_at = None, sent_at
        change_status(tx, row, Status.SENT, cause="", now=now)
        return True
    row.pin_sim = attempt.sim
    if row.status is Status.UNKNOWN and now < row.valid_until:
        change_status(tx, row, Status.QUEUED, cause="", now=now)
    return True


def queue_next_segment(tx: Transaction, row: Row, *, now: EpochMs) -> None:
    """Let a message wait for its next segment that has just gone on to it by evidence: no span is at work for it.

    Not for evidence that moved nothing: the next segment may be on the air, and would go out a second time.
    """
    if row.status is Status.SENDING:
        change_status(tx, row, Status.QUEUED, cause="", now=now)


def refuse_segment(tx: Transaction, row: Row, attempt: Attempt, settlement: Settlement, now: EpochMs) -> None:
    """The segment did not go out: its message waits again or ends, as the settlement says."""
    cause = settlement.meaning or settlement.cause
    settle_attempt(tx, attempt, settlement.outcome, now=now, code=settlement.code, cause=cause)
    if _was_accepted_before(tx, row, attempt):
        _advance(tx, row, attempt, now=now, sent_at=attempt.opened_at)
        return
    if row.status is not Status.SENDING or settlement.next_status is None:
        return
    if settlement.next_status is Status.QUEUED:
        row.due_at = settlement.due_at if settlement.due_at is not None and settlement.due_at > now else 0
        if row.segments_sent or row.is_possible_duplicate:
            row.pin_sim = attempt.sim
        elif settlement.exclude_until is not None:
            exclude(tx, row, attempt.port, settlement.exclude_until)
    elif row.is_possible_duplicate and AttemptOutcome.NO_ANSWER.value in other_outcomes(tx, attempt):
        # The refusal is about this try; the one before it may have gone out.
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=f"{settlement.cause}, but {FIRST_MAY_BE_OUT}", now=now)
        note_next(tx, attempt, row, now=now)
        return
    else:
        row.pin_sim, row.failure_code = None, settlement.code
    if settlement.next_status is Status.QUEUED:
        queue_again(tx, row, cause=settlement.cause, now=now)
    else:
        change_status(tx, row, settlement.next_status, cause=settlement.cause, now=now)
    note_next(tx, attempt, row, now=now, settlement=settlement)


def lose_segment(
    tx: Transaction,
    row: Row,
    attempt: Attempt,
    *,
    cause: str,
    decide_at: EpochMs | None,
    now: EpochMs | None,
    code: str = "",
    meaning: str = "",
) -> bool:
    """No answer came: the message stays sending, unless an earlier attempt of the segment was accepted.

    Gives whether it went on because of that.
    """
    is_known = _was_accepted_before(tx, row, attempt)
    decide_at = None if is_known else decide_at
    lose_attempt(tx, attempt, code=code, cause=meaning or cause, decide_at=decide_at, now=now)
    said = f"{code}, {meaning}" if code and meaning not in {"", code} else cause
    add_event(tx, row.id, EventKind.NO_ANSWER, at=now or attempt.opened_at, text=said, attempt_id=attempt.id)
    if is_known:
        return _advance(tx, row, attempt, now=now or attempt.opened_at, sent_at=attempt.opened_at)
    if row.status is Status.SENDING:
        row.cause = cause
    return False


def _was_accepted_before(tx: Transaction, row: Row, attempt: Attempt) -> bool:
    is_resend = row.resent_segment == attempt.segment
    return is_resend and AttemptOutcome.ACCEPTED.value in other_outcomes(tx, attempt)
