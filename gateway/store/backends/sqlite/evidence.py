"""Attempts without an answer: what a late answer says of them, and what is decided when none comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.status import Status
from gateway.store.backend import AttemptOutcome
from gateway.store.backends.sqlite import attempts
from gateway.store.backends.sqlite.attempts import OPEN_OUTCOME, Attempt
from gateway.store.backends.sqlite.pacing import take_back
from gateway.store.backends.sqlite.progress import accept_segment, lose_segment, queue_next_segment
from gateway.store.backends.sqlite.reports import judge, try_parked
from gateway.store.backends.sqlite.rows import Row, change_status, save_row

if TYPE_CHECKING:
    from gateway.core.types import AttemptId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

_GOES_ON = frozenset({OPEN_OUTCOME, AttemptOutcome.ACCEPTED.value})
_UNSETTLED = frozenset({OPEN_OUTCOME, AttemptOutcome.NO_ANSWER.value})
_CAN_WAIT_AGAIN = frozenset({Status.SENDING, Status.QUEUED, Status.UNKNOWN})


def lose_attempt(tx: Transaction, attempt_id: AttemptId, *, cause: str, decide_at: EpochMs) -> None:
    """Settle an attempt that a crash left open as one without an answer."""
    found = attempts.read_attempt(tx, attempt_id)
    if found is None or found[0].outcome != OPEN_OUTCOME:
        return
    attempt, row = found
    lose_segment(tx, row, attempt, cause=cause, decide_at=decide_at, now=None)
    after_settling(tx, row, attempt, now=attempt.opened_at)
    queue_next_segment(tx, row, attempt, now=attempt.opened_at)
    save_row(tx, row)


def take_evidence(tx: Transaction, attempt_id: AttemptId, *, mr: int | None, refused: str, now: EpochMs) -> bool:
    """Settle an attempt by a late answer; False when it was settled already."""
    found = attempts.read_attempt(tx, attempt_id)
    if found is None or found[0].outcome not in _UNSETTLED:
        return False
    attempt, row = found
    if refused:
        _refuse(tx, row, attempt, refused, now)
    else:
        accept_segment(tx, row, attempt, mr=mr, now=now, sent_at=now)
        after_settling(tx, row, attempt, now=now)
        queue_next_segment(tx, row, attempt, now=now)
    save_row(tx, row)
    return True


def after_settling(tx: Transaction, row: Row, attempt: Attempt, *, now: EpochMs) -> None:
    """Let reports count that were faster than the answer."""
    try_parked(tx, row, attempt)
    if row.status is Status.SENT and (row.segment_count > 1 or row.resent_segment is not None):
        judge(tx, row, now=now, sent_at=attempt.opened_at)


def _refuse(tx: Transaction, row: Row, attempt: Attempt, refused: str, now: EpochMs) -> None:
    take_back(tx, row, attempt)
    attempts.settle_attempt(tx, attempt, AttemptOutcome.REFUSED, now=now, code=refused, cause=refused)
    if attempt.segment != row.segments_sent or row.status not in _CAN_WAIT_AGAIN:
        return
    others = attempts.other_outcomes(tx, attempt)
    if others & _GOES_ON:
        return  # another try of the segment is on its way, or went out
    if AttemptOutcome.NO_ANSWER.value in others:
        if row.status is Status.SENDING and not attempts.has_undecided(tx, attempt):
            _refuse_second_try(tx, row, attempt, refused, now)
        return  # another try of the segment may have gone out, and is decided about
    row.resent_segment = None
    row.due_at = 0
    row.pin_sim = attempt.sim if row.segments_sent else None
    if row.status is not Status.QUEUED:
        change_status(tx, row, Status.QUEUED, cause=refused, now=now)


def _refuse_second_try(tx: Transaction, row: Row, attempt: Attempt, refused: str, now: EpochMs) -> None:
    """The try that was to make up for one without an answer did not go out: make another, of the same kind."""
    if now < row.valid_until:
        row.pin_sim, row.port, row.due_at = attempt.sim, attempt.port, 0
        change_status(tx, row, Status.QUEUED, cause=refused, now=now)
    else:
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=refused, now=now)


def decide(tx: Transaction, attempt_id: AttemptId, *, resend: bool, cause: str, now: EpochMs) -> Status | None:
    """Queue the message once more, or call it unknown; None when there is nothing to decide any more.

    A message is queued again at most once, and not after its validity: that would end it as expired
    although it may have been sent.
    """
    found = attempts.read_attempt(tx, attempt_id)
    if found is None or found[0].decide_at is None:
        return None
    attempt, row = found
    attempts.mark_decided(tx, attempt)
    if row.status is not Status.SENDING or attempt.segment != row.segments_sent:
        return None
    if resend and row.resent_segment is None and now < row.valid_until:
        row.resent_segment = attempt.segment
        row.pin_sim, row.port, row.due_at = attempt.sim, attempt.port, 0
        change_status(tx, row, Status.QUEUED, cause=cause, now=now)
    else:
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=cause, now=now)
    save_row(tx, row)
    return row.status
