"""From an attempt and its outcome to the settlement that the store writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.follow import follow_words, wait_words
from gateway.core.retry import retry_delay_s
from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.dispatch.outcome import Outcome, Verdict
from gateway.store.sending import AttemptOutcome, Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.config.settings import DispatchSection
    from gateway.core.message import Assignment
    from gateway.core.types import Port

SIM_PAUSE_S = 900.0
"""How long a barred SIM is left alone before it is tried again."""
_ELSEWHERE = frozenset({Verdict.TRY_ELSEWHERE, Verdict.TRY_ONCE_MORE, Verdict.STOP_SIM})


def settlement_of(
    assignment: Assignment,
    outcome: Outcome,
    *,
    others: Sequence[Port],
    settings: DispatchSection,
    now: EpochMs,
    jitter: float = 0.0,
) -> Settlement:
    """Give what becomes of the attempt and of its message.

    A refusal that another span may not share keeps the message from this one only: for `exclude_s` when `others` can
    send it now, else as long as it would wait here anyhow; whichever can send it first has it at once. A message of
    which a segment went out stays where it is, because a phone joins segments by their sender. `jitter` (0..1) is for
    the wait before a retry.
    """
    match outcome.verdict:
        case Verdict.ACCEPTED:
            return _settlement(assignment, AttemptOutcome.ACCEPTED, outcome, mr=outcome.mr)
        case Verdict.AMBIGUOUS:
            decide_at = EpochMs(now + int((outcome.may_answer_s + settings.evidence_s) * 1000))
            return _settlement(assignment, AttemptOutcome.NO_ANSWER, outcome, decide_at=decide_at)
        case Verdict.PERMANENT:
            return _settlement(assignment, AttemptOutcome.REFUSED, outcome, next_status=Status.FAILED)
    kind = AttemptOutcome.NOT_SENT if outcome.code == "not sent" else AttemptOutcome.REFUSED
    delay_s = _delay_s(assignment, outcome, settings, jitter)
    if delay_s is None or now >= assignment.valid_until:
        gone = Status.FAILED if delay_s is None else Status.EXPIRED
        return _settlement(assignment, kind, outcome, next_status=gone)
    can_move = assignment.segment == 0 and not assignment.is_possible_duplicate
    if outcome.verdict in _ELSEWHERE and can_move:
        away_s = max(delay_s, settings.exclude_s) if others else delay_s
        until = EpochMs(now + int(away_s * 1000))
        return _settlement(
            assignment,
            kind,
            outcome,
            next_status=Status.QUEUED,
            due_at=now,
            exclude_until=until,
            elsewhere=tuple(others),
        )
    due_at = EpochMs(now + int(delay_s * 1000))
    return _settlement(assignment, kind, outcome, next_status=Status.QUEUED, due_at=due_at)


def follows_of(settlement: Settlement, now: EpochMs) -> str:
    """Give in plain words what becomes of the message of an attempt that was not accepted, as its timeline says it."""
    if settlement.decide_at is not None:
        return wait_words(settlement.decide_at - now)
    is_kept_away = settlement.exclude_until is not None
    next_at = settlement.exclude_until if is_kept_away and not settlement.elsewhere else settlement.due_at
    spans = settlement.elsewhere if is_kept_away else None
    wait_ms = max(0, (next_at or now) - now)
    return follow_words(settlement.next_status, wait_ms=wait_ms, spans=spans, name="span {}".format)


def _delay_s(assignment: Assignment, outcome: Outcome, settings: DispatchSection, jitter: float) -> float | None:
    if outcome.verdict is Verdict.OTHER_VALIDITY:
        return 0.0
    if outcome.verdict is Verdict.TRY_ONCE_MORE and assignment.tries > 1:
        return None
    if outcome.code == "not sent":
        # Nothing left the modem: never given up, at once the first time (a port that was lost comes back by itself).
        return 0.0 if assignment.tries == 1 else settings.retry_first_s
    if outcome.verdict is Verdict.STOP_SIM:
        return SIM_PAUSE_S
    return retry_delay_s(
        assignment.tries,
        first_s=settings.retry_first_s,
        longest_s=settings.retry_longest_s,
        most=settings.max_tries,
        jitter=jitter,
    )


def _settlement(
    assignment: Assignment,
    kind: AttemptOutcome,
    outcome: Outcome,
    *,
    mr: int | None = None,
    next_status: Status | None = None,
    due_at: EpochMs | None = None,
    exclude_until: EpochMs | None = None,
    elsewhere: tuple[Port, ...] = (),
    decide_at: EpochMs | None = None,
) -> Settlement:
    return Settlement(
        attempt_id=assignment.attempt_id,
        message_id=assignment.message_id,
        outcome=kind,
        mr=mr,
        code=outcome.code,
        cause=outcome.code or outcome.text,
        meaning=outcome.text,
        next_status=next_status,
        due_at=due_at,
        exclude_until=exclude_until,
        elsewhere=elsewhere,
        decide_at=decide_at,
    )
