"""Turns of spans: settle the attempt that ended and claim the next segment in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.core.message import Assignment
from gateway.core.options import DataPorts
from gateway.core.pacing import describe
from gateway.core.status import Status
from gateway.store.backends.sqlite import pacing
from gateway.store.backends.sqlite.attempts import OPEN_OUTCOME, open_attempt, read_attempt
from gateway.store.backends.sqlite.evidence import after_settling
from gateway.store.backends.sqlite.exclusions import lift_some
from gateway.store.backends.sqlite.memory import split_spans
from gateway.store.backends.sqlite.outbox import expire_row
from gateway.store.backends.sqlite.progress import accept_segment, lose_segment, refuse_segment
from gateway.store.backends.sqlite.queue import next_due_at, next_row
from gateway.store.backends.sqlite.rows import Row, change_status, save_row
from gateway.store.backends.sqlite.schedule import hold_outside_window
from gateway.store.sending import AttemptOutcome, TurnResult

if TYPE_CHECKING:
    from gateway.core.pacing import Pause
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.sending import Settlement, Turn

PASSED_AT_ONCE = 100
"""Most messages that a turn finds too old, outside their send window or over a quota, before it lets others write."""


def take_turn(tx: Transaction, turn: Turn) -> TurnResult:
    """Settle and claim."""
    row = None if turn.settlement is None else _settle(tx, turn.settlement, turn)
    if not turn.claim:
        return TurnResult(assignment=None, next_due_at=None)
    lift_some(tx, turn.now)
    pause = pacing.sim_pause(tx, turn)
    if pause is not None:
        if row is not None:
            _let_wait(tx, row, turn, pause)
        return TurnResult(assignment=None, next_due_at=None, pause=pause, room=pacing.sim_room(tx, turn))
    result = _next(tx, row, turn)
    return result if turn.pace is None else replace(result, room=pacing.sim_room(tx, turn))


def _next(tx: Transaction, row: Row | None, turn: Turn) -> TurnResult:
    """Claim the message, or the next one that can be sent."""
    for _ in range(PASSED_AT_ONCE):
        row = row or next_row(tx, turn)
        if row is None:
            return TurnResult(assignment=None, next_due_at=next_due_at(tx, turn))
        if turn.now >= row.valid_until:
            expire_row(tx, row, turn.now)
        elif not (row.send_window and hold_outside_window(tx, row, turn.now)) and not pacing.is_stopped(tx, row, turn):
            return TurnResult(assignment=_claim(tx, row, turn), next_due_at=None)
        row = None
    return TurnResult(assignment=None, next_due_at=turn.now)


def _settle(tx: Transaction, settlement: Settlement, turn: Turn) -> Row | None:
    """Settle an attempt; gives its message when its next segment can follow at once."""
    found = read_attempt(tx, settlement.attempt_id)
    if found is None or found[0].outcome != OPEN_OUTCOME:
        return None  # evidence was faster
    attempt, row = found
    if tx.memory.usages or turn.pace is not None:
        pacing.count_settled(tx, row, attempt, settlement.outcome, turn)
    match settlement.outcome:
        case AttemptOutcome.ACCEPTED:
            accept_segment(tx, row, attempt, mr=settlement.mr, now=turn.now, sent_at=turn.now)
        case AttemptOutcome.NO_ANSWER:
            lose_segment(
                tx,
                row,
                attempt,
                code=settlement.code,
                cause=settlement.cause,
                meaning=settlement.meaning,
                decide_at=settlement.decide_at,
                now=turn.now,
            )
        case AttemptOutcome.REFUSED | AttemptOutcome.NOT_SENT:
            refuse_segment(tx, row, attempt, settlement, turn.now)
    after_settling(tx, row, attempt, now=turn.now)
    if row.status is Status.SENDING and attempt.segment < row.segments_sent:
        can_follow = turn.claim and turn.port == attempt.port and turn.sim == attempt.sim
        if can_follow and turn.now < row.valid_until:
            return row
        change_status(tx, row, Status.QUEUED, cause="", now=turn.now)
    save_row(tx, row)
    return None


def _let_wait(tx: Transaction, row: Row, turn: Turn, pause: Pause) -> None:
    """Let a message of which a segment went out wait for its SIM."""
    # A gap is too short to speak of.
    cause = "" if turn.pace is None or pause.period is None else describe(pause, turn.pace)
    change_status(tx, row, Status.QUEUED, cause=cause, now=turn.now)
    save_row(tx, row)


def _claim(tx: Transaction, row: Row, turn: Turn) -> Assignment:
    if turn.pace is not None or turn.account_paces:
        pacing.count_claim(tx, row, turn)
    row.port, row.sim_imsi, row.cause = turn.port, turn.imsi, ""
    row.tries += 1
    row.due_at = 0
    if row.status is not Status.SENDING:
        change_status(tx, row, Status.SENDING, cause="", now=turn.now)
    save_row(tx, row)
    allowed, excluded = split_spans(row.spans)
    attempt_id = open_attempt(tx, row, port=turn.port, sim=turn.sim, now=turn.now)
    return Assignment(
        attempt_id=attempt_id,
        message_id=row.id,
        segment=row.segments_sent,
        segment_count=row.segment_count,
        spans=allowed,
        excluded=excluded,
        recipient=row.recipient,
        text=row.text,
        concat_ref=row.concat_ref,
        request_report=bool(row.request_report),
        tries=row.tries,
        valid_until=row.valid_until,
        is_possible_duplicate=row.is_possible_duplicate,
        is_flash=bool(row.is_flash),
        data=row.data,
        data_ports=None if row.data_port is None else DataPorts(destination=row.data_port, source=row.source_port or 0),
    )
