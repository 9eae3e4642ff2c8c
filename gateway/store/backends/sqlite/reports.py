"""Delivery reports: find their attempt, or park them until it is known."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from gateway.core.number import is_same_subscriber
from gateway.core.record import EventKind
from gateway.core.reports import Candidate, ReportFacts, find_attempt, message_verdict, segment_verdict
from gateway.core.status import Status, can_change
from gateway.store.backends.sqlite.attempts import (
    ATTEMPT_COLUMNS,
    MR_UNKNOWN,
    OPEN_OUTCOME,
    Attempt,
    read_attempt,
    tail_of,
)
from gateway.store.backends.sqlite.events import add_event
from gateway.store.backends.sqlite.progress import accept_segment, queue_next_segment
from gateway.store.backends.sqlite.rows import Row, change_status, save_row
from gateway.store.receiving import Report, ReportFate
from gateway.store.sending import AttemptOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import AttemptId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

# Of one SIM, one TP-MR and one recipient (nearly): with so many, only the newest can be meant.
MOST_CANDIDATES = 100


def _answered(mr: str) -> str:
    return f"""
    SELECT * FROM (SELECT {ATTEMPT_COLUMNS} FROM attempt a INDEXED BY attempt_mr
        WHERE a.sim = :sim AND a.mr = {mr} AND a.tail = :tail AND a.mr IS NOT NULL
        ORDER BY a.opened_at DESC LIMIT :limit)
    """  # noqa: S608 (constants)


# One statement: each costs more than what it finds.
CANDIDATES = f"""
{_answered(":mr")} UNION ALL {_answered(f"{MR_UNKNOWN}")} UNION ALL
SELECT * FROM (SELECT {ATTEMPT_COLUMNS} FROM attempt a INDEXED BY attempt_unanswered
    WHERE a.sim = :sim AND a.tail = :tail AND a.outcome = 'no answer'
    ORDER BY a.id DESC LIMIT :limit)
UNION ALL
SELECT {ATTEMPT_COLUMNS} FROM attempt a INDEXED BY attempt_open
WHERE a.outcome = 'open' AND a.sim = :sim AND a.tail = :tail
"""  # noqa: S608 (constants)
NOTE = """
UPDATE attempt SET report_status = :status, discharged_at = :discharged, mr = :mr, settled_at = :settled_at,
    reported_at = :reported_at
WHERE id = :id
"""
# Of what a later report takes the place of, only how things stood then is kept.
READ_REPORTED_AT = "SELECT reported_at FROM attempt WHERE id = :id"
SEGMENT_REPORTS = """
SELECT segment, report_status FROM attempt INDEXED BY attempt_message
WHERE message_id = :message_id AND outcome = 'accepted' ORDER BY segment, id
"""
PARK = """
INSERT INTO parked_report (sim, mr, recipient, status, scts, discharged, received_at)
VALUES (:sim, :mr, :recipient, :status, :scts, :discharged, :received_at)
"""
IS_PARKED = """
SELECT 1 FROM parked_report WHERE sim = :sim AND mr = :mr AND recipient = :recipient AND status = :status
    AND scts IS :scts AND discharged IS :discharged
"""
PARKED = """
SELECT id, sim, mr, recipient, status, scts, discharged, received_at FROM parked_report
WHERE sim = :sim ORDER BY id
"""
UNPARK = "DELETE FROM parked_report WHERE id = :id"
FORGET = "DELETE FROM parked_report WHERE received_at < :before"


def take_report(tx: Transaction, report: Report) -> ReportFate:
    """Settle the attempt that a report is about, or park the report."""
    chosen = _choose(tx, report)
    found = None if chosen is None else read_attempt(tx, chosen)
    if found is None:
        return _park(tx, report)
    attempt, row = found
    fate = _apply(tx, row, attempt, report)
    if fate is ReportFate.MATCHED:
        save_row(tx, row)
    return fate


def _choose(tx: Transaction, report: Report) -> AttemptId | None:
    """Give the attempt that a report is about; None when there is none, or it has no answer yet."""
    facts = ReportFacts(
        mr=report.mr,
        recipient=report.recipient,
        status=report.status,
        scts=report.scts,
        discharged=report.discharged,
    )
    attempts = _candidates(tx, report)
    chosen = find_attempt([_candidate(one) for one in attempts], facts)
    if chosen is None or not chosen.is_open:
        return None if chosen is None else chosen.attempt_id
    (still_open,) = (one for one in attempts if one.id == chosen.attempt_id)
    # When it is the second try of a segment, the report is about this one or the first: the same to the message.
    return next((one.id for one in attempts if _is_first_try(one, still_open)), None)


def _is_first_try(one: Attempt, other: Attempt) -> bool:
    is_same_segment = (one.message_id, one.segment) == (other.message_id, other.segment)
    return is_same_segment and one.outcome == AttemptOutcome.NO_ANSWER.value


def _candidates(tx: Transaction, report: Report) -> list[Attempt]:
    key = {"sim": report.sim, "mr": report.mr, "tail": tail_of(report.recipient), "limit": MOST_CANDIDATES}
    return [Attempt(*row) for row in tx.fetch_all(CANDIDATES, key)]


def _candidate(attempt: Attempt) -> Candidate:
    return Candidate(
        attempt_id=attempt.id,
        recipient=attempt.recipient,
        mr=None if attempt.mr == MR_UNKNOWN else attempt.mr,
        opened_at=attempt.opened_at,
        settled_at=attempt.settled_at,
        is_open=attempt.outcome == OPEN_OUTCOME,
        is_accepted=attempt.outcome == AttemptOutcome.ACCEPTED.value,
        report_status=attempt.report_status,
        discharged_at=attempt.discharged_at,
    )


def _apply(tx: Transaction, row: Row, attempt: Attempt, report: Report) -> ReportFate:
    if attempt.outcome == AttemptOutcome.NO_ANSWER.value:
        # A report, even one that says "still trying", proves that the segment went out.
        add_event(tx, row.id, EventKind.LATE_REPORT, at=report.received_at, attempt_id=attempt.id)
        if accept_segment(tx, row, attempt, mr=report.mr, now=report.received_at, sent_at=attempt.opened_at):
            queue_next_segment(tx, row, now=report.received_at)
        if report.scts is not None and attempt.opened_at <= report.scts <= report.received_at:
            attempt.settled_at = report.scts  # when it was taken: the next with its TP-MR was taken later
    elif not _is_news(attempt.report_status, report.status):
        return ReportFate.DUPLICATE
    if attempt.report_status is not None:
        _keep_earlier(tx, row, attempt)
    attempt.report_status, attempt.discharged_at = report.status, report.discharged
    if attempt.mr == MR_UNKNOWN:
        attempt.mr = report.mr  # the modem did not say: the next report of this number is about another attempt
    values = {
        "id": attempt.id,
        "status": report.status,
        "discharged": report.discharged,
        "mr": attempt.mr,
        "settled_at": attempt.settled_at,
        "reported_at": report.received_at,
    }
    tx.execute(NOTE, values)
    judge(tx, row, now=report.received_at, sent_at=attempt.opened_at)
    return ReportFate.MATCHED


def _keep_earlier(tx: Transaction, row: Row, attempt: Attempt) -> None:
    (reported_at,) = tx.fetch_one(READ_REPORTED_AT, {"id": attempt.id})
    at = reported_at or attempt.discharged_at or attempt.settled_at or attempt.opened_at
    status = f"{attempt.report_status}"
    add_event(tx, row.id, EventKind.EARLIER_REPORT, at=at, text=status, attempt_id=attempt.id)


def _is_news(known: int | None, status: int) -> bool:
    """Whether a report says more than an earlier one of its attempt: good corrects bad, nothing corrects good."""
    if known is None or known == status:
        return known is None
    earlier, later = segment_verdict(known), segment_verdict(status)
    return earlier is None or later is Status.DELIVERED is not earlier


def judge(tx: Transaction, row: Row, *, now: EpochMs, sent_at: EpochMs) -> None:
    """Give the message the status that the reports of its segments make, if they are complete."""
    rows = tx.fetch_all(SEGMENT_REPORTS, {"message_id": row.id})
    statuses = [_best([status for _, status in group]) for _, group in groupby(rows, key=lambda one: one[0])]
    verdict = message_verdict(statuses) if len(statuses) == row.segment_count else None
    if verdict is None:
        return
    status, deciding = verdict
    if not can_change(row.status, status):
        return
    if row.sent_at is None:
        row.sent_at = sent_at
    change_status(tx, row, status, cause="", now=now, report_status=deciding)


def _best(statuses: Sequence[int | None]) -> int | None:
    """Choose between attempts of one segment: one that arrived counts, otherwise all must have failed."""
    known = [status for status in statuses if status is not None]
    for status in known:
        if segment_verdict(status) is Status.DELIVERED:
            return status
    return known[-1] if len(known) == len(statuses) else None


# --- parking ------------------------------------------------------------------------------------


def _park(tx: Transaction, report: Report) -> ReportFate:
    values: dict[str, Any] = {
        "sim": report.sim,
        "mr": report.mr,
        "recipient": report.recipient,
        "status": report.status,
        "scts": report.scts,
        "discharged": report.discharged,
        "received_at": report.received_at,
    }
    if tx.fetch_one(IS_PARKED, values) is not None:
        return ReportFate.DUPLICATE
    tx.execute(PARK, values)
    tx.memory.parked.add(None, 1)
    return ReportFate.PARKED


def try_parked(tx: Transaction, row: Row, attempt: Attempt) -> None:
    """Look again at the reports that were parked until an attempt's answer, now that it is known or given up.

    `row` is the attempt's message, which the caller saves.
    """
    if not tx.memory.parked.get(None):
        return
    for report_id, *values in tx.fetch_all(PARKED, {"sim": attempt.sim}):
        report = _report(values)
        chosen = _choose(tx, report) if is_same_subscriber(attempt.recipient, report.recipient) else None
        found = None if chosen is None else read_attempt(tx, chosen)
        if found is None:
            continue
        about, its_row = found
        if its_row.id == row.id:
            _apply(tx, row, attempt if about.id == attempt.id else about, report)
        else:
            _apply(tx, its_row, about, report)
            save_row(tx, its_row)
        tx.execute(UNPARK, {"id": report_id})
        tx.memory.parked.add(None, -1)


def _report(values: Sequence[Any]) -> Report:
    sim, mr, recipient, status, scts, discharged, received_at = values
    return Report(
        sim=sim, mr=mr, recipient=recipient, status=status, scts=scts, discharged=discharged, received_at=received_at
    )


def forget_parked(tx: Transaction, before: EpochMs) -> int:
    """Drop parked reports received before `before`; gives how many."""
    count = tx.execute(FORGET, {"before": before}).rowcount
    tx.memory.parked.add(None, -count)
    return count
