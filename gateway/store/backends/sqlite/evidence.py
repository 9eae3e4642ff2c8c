"""Attempts without an answer: what a late answer says of them, and what is decided when none comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.core.options import WhenUnknown
from gateway.core.record import EventKind
from gateway.core.status import Status
from gateway.store.backends.sqlite import attempts
from gateway.store.backends.sqlite.attempts import OPEN_OUTCOME, Attempt
from gateway.store.backends.sqlite.events import add_event
from gateway.store.backends.sqlite.pacing import take_back
from gateway.store.backends.sqlite.progress import accept_segment, lose_segment, queue_next_segment
from gateway.store.backends.sqlite.reports import judge, try_parked
from gateway.store.backends.sqlite.rows import Row, change_status, save_row
from gateway.store.backends.sqlite.withdrawing import queue_again
from gateway.store.sending import AttemptOutcome

if TYPE_CHECKING:
    from gateway.core.types import AttemptId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

READ_WHEN_UNKNOWN = "SELECT when_unknown FROM message WHERE id = :id"

_GOES_ON = frozenset({OPEN_OUTCOME, AttemptOutcome.ACCEPTED.value})
_UNSETTLED = frozenset({OPEN_OUTCOME, AttemptOutcome.NO_ANSWER.value})
_CAN_WAIT_AGAIN = frozenset({Status.SENDING, Status.QUEUED, Status.UNKNOWN})


def lose_attempt(tx: Transaction, attempt_id: AttemptId, *, cause: str, decide_at: EpochMs) -> None:
    """Settle an attempt that a crash left open as one without an answer."""
    found = attempts.read_attempt(tx, attempt_id)
    if found is None or found[0].outcome != OPEN_OUTCOME:
        return
    attempt, row = found
    has_gone_on = lose_segment(tx, row, attempt, cause=cause, decide_at=decide_at, now=None)
    after_settling(tx, row, attempt, now=attempt.opened_at)
    if has_gone_on:
        queue_next_segment(tx, row, now=attempt.opened_at)
    save_row(tx, row)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A late answer that says no, or the certainty that no modem had got it (`is_unsent`)."""

    text: str
    meaning: str = ""
    is_unsent: bool = False

    @property
    def words(self) -> str:
        """It as a person reads it."""
        return ", ".join(filter(None, (self.text, self.meaning)))


def take_evidence(
    tx: Transaction, attempt_id: AttemptId, *, mr: int | None, refusal: Refusal | None, now: EpochMs
) -> bool:
    """Settle an attempt by a late answer; False when it was settled already."""
    found = attempts.read_attempt(tx, attempt_id)
    if found is None or found[0].outcome not in _UNSETTLED:
        return False
    attempt, row = found
    if attempt.outcome != OPEN_OUTCOME:
        said = "" if refusal is None else refusal.words
        add_event(tx, row.id, EventKind.LATE_ANSWER, at=now, text=said, attempt_id=attempt.id)
    if refusal is not None:
        _refuse(tx, row, attempt, refusal, now)
    else:
        has_gone_on = accept_segment(tx, row, attempt, mr=mr, now=now, sent_at=now)
        after_settling(tx, row, attempt, now=now)
        if has_gone_on:
            queue_next_segment(tx, row, now=now)
    save_row(tx, row)
    return True


def after_settling(tx: Transaction, row: Row, attempt: Attempt, *, now: EpochMs) -> None:
    """Let reports count that were faster than the answer."""
    try_parked(tx, row, attempt)
    if row.status is Status.SENT and (row.segment_count > 1 or row.resent_segment is not None):
        judge(tx, row, now=now, sent_at=attempt.opened_at)


def _refuse(tx: Transaction, row: Row, attempt: Attempt, refusal: Refusal, now: EpochMs) -> None:
    outcome = AttemptOutcome.NOT_SENT if refusal.is_unsent else AttemptOutcome.REFUSED
    refused = refusal.text
    take_back(tx, row, attempt)
    attempts.settle_attempt(tx, attempt, outcome, now=now, code=refused, cause=refusal.meaning or refused)
    if attempt.segment != row.segments_sent or row.status not in _CAN_WAIT_AGAIN:
        return
    others = attempts.other_outcomes(tx, attempt)
    if others & _GOES_ON:
        return  # another try of the segment is on its way, or went out
    if AttemptOutcome.NO_ANSWER.value in others:
        if row.status is Status.SENDING and not attempts.has_undecided(tx, attempt):
            _refuse_second_try(tx, row, attempt, refused, now)
        return  # another try of the segment may have gone out, and is decided about
    if row.resent_segment == attempt.segment:
        row.resent_segment = None
    row.due_at = 0
    row.pin_sim = attempt.sim if row.segments_sent else None
    if row.status is not Status.QUEUED:
        queue_again(tx, row, cause=refused, now=now)
    attempts.note_next(tx, attempt, row, now=now)


def _refuse_second_try(tx: Transaction, row: Row, attempt: Attempt, refused: str, now: EpochMs) -> None:
    """The try that was to make up for one without an answer did not go out: make another, of the same kind."""
    if now < row.valid_until:
        row.pin_sim, row.port, row.due_at = attempt.sim, attempt.port, 0
        queue_again(tx, row, cause=refused, now=now)
    else:
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=refused, now=now)
    attempts.note_next(tx, attempt, row, now=now)


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
    (when_unknown,) = tx.fetch_one(READ_WHEN_UNKNOWN, {"id": row.id})
    if when_unknown:
        resend = when_unknown == WhenUnknown.RESEND.value
    if resend and row.resent_segment is None and now < row.valid_until:
        row.resent_segment = attempt.segment
        row.pin_sim, row.port, row.due_at = attempt.sim, attempt.port, 0
        queue_again(tx, row, cause=cause, now=now)
        add_event(tx, row.id, EventKind.RESENT, at=now, text=cause, attempt_id=attempt.id)
    else:
        row.pin_sim = None
        change_status(tx, row, Status.UNKNOWN, cause=cause, now=now)
    save_row(tx, row)
    return row.status
