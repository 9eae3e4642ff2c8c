"""Which attempt a delivery report belongs to, and what it says of a message.

TP-MR has 8 bits and wraps after 256 submits while reports may come days later, so several attempts
can carry the same one: recipient and time decide between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from gateway.core.number import is_same_subscriber
from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import AttemptId, EpochMs

CLOCK_SLACK_MS = 120_000
"""How far the service centre's clock may be off ours before the time counts against a match."""
NEAR_MS = 1000
"""So close that the time stamp means this attempt: it has whole seconds."""
UNANSWERED_MS = 300_000
"""How long after its opening an attempt may reach the service centre (24.011: TR1M is 35..45 s, repeated)."""
VALIDITY_EXPIRED = 0x46


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An attempt on the report's SIM.

    `mr` is None when the modem gave none or has not answered (yet: `is_open`); with `is_accepted` it gave none but
    took the segment by `settled_at`. `report_status` and `discharged_at` are those of the last report that was matched.
    """

    attempt_id: AttemptId
    recipient: str
    mr: int | None
    opened_at: EpochMs
    settled_at: EpochMs | None
    is_open: bool = False
    is_accepted: bool = False
    report_status: int | None = None
    discharged_at: EpochMs | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportFacts:
    """What a report says of the message that it is about; times None when unreadable."""

    mr: int
    recipient: str
    status: int
    scts: EpochMs | None
    discharged: EpochMs | None


class _Fit(IntEnum):
    """How well an attempt fits, best first."""

    MR_AND_TIME = 0
    OPEN_IN_TIME = 1
    REPORTED_BEFORE = 2
    MR = 3
    OPEN = 4
    UNANSWERED = 5
    MR_BUT_REPORTED = 6
    MR_WRONG_CLOCK = 7


def find_attempt(candidates: Sequence[Candidate], report: ReportFacts) -> Candidate | None:
    """Choose the attempt that a report is about, None when none fits.

    The TP-MR comes back after 256 submits, so of several attempts with the report's TP-MR the one counts
    whose time is the time stamp's; one that has its final report already is meant only by a repetition or
    a correction. An attempt that is open may be meant too: when it is chosen, its answer will tell. One
    that never got an answer fits only when the time stamp is inside its time, since its TP-MR is unknown.
    """
    ranked = [
        (fit, _order(one, report, fit), one)
        for one in candidates
        if is_same_subscriber(one.recipient, report.recipient) and (fit := _fit(one, report)) is not None
    ]
    return min(ranked, key=lambda entry: entry[:2])[2] if ranked else None


def _fit(one: Candidate, report: ReportFacts) -> _Fit | None:
    distance_ms = _distance_ms(one, report.scts)
    if one.is_open:
        return _fit_open(one, report)
    if one.mr is None:
        is_in_time = report.scts is not None and distance_ms <= CLOCK_SLACK_MS
        return _Fit.UNANSWERED if is_in_time else None
    return _fit_by_mr(one, report, distance_ms) if one.mr == report.mr else None


def _fit_open(one: Candidate, report: ReportFacts) -> _Fit | None:
    if report.scts is None:
        return _Fit.OPEN
    # In time it comes before a repetition: with a modem that gives each segment the same TP-MR, the report on the next
    # segment looks like the last one once more.
    if report.scts >= one.opened_at - NEAR_MS:
        return _Fit.OPEN_IN_TIME
    return _Fit.OPEN if report.scts >= one.opened_at - CLOCK_SLACK_MS else None


def _fit_by_mr(one: Candidate, report: ReportFacts, distance_ms: int) -> _Fit:
    if one.report_status is None or segment_verdict(one.report_status) is None:
        if distance_ms <= NEAR_MS:
            return _Fit.MR_AND_TIME
        return _Fit.MR if distance_ms <= CLOCK_SLACK_MS else _Fit.MR_WRONG_CLOCK
    is_repeated = one.report_status == report.status and one.discharged_at == report.discharged
    if distance_ms <= NEAR_MS or (is_repeated and distance_ms <= CLOCK_SLACK_MS):
        return _Fit.REPORTED_BEFORE
    return _Fit.MR_BUT_REPORTED if distance_ms <= CLOCK_SLACK_MS else _Fit.MR_WRONG_CLOCK


def _distance_ms(one: Candidate, scts: EpochMs | None) -> int:
    """Give how far the time stamp is from the time in which the attempt can have reached the service centre."""
    if scts is None:
        return 0
    is_answered = one.mr is not None or one.is_accepted
    until = one.settled_at if is_answered and one.settled_at is not None else one.opened_at + UNANSWERED_MS
    return max(one.opened_at - scts, scts - until, 0)


def _order(one: Candidate, report: ReportFacts, fit: _Fit) -> tuple[int, int]:
    if report.scts is None or fit is _Fit.MR_WRONG_CLOCK:
        return 0, -one.opened_at
    distance_ms = _distance_ms(one, report.scts)
    if fit is _Fit.UNANSWERED:
        # Nothing tells several without a TP-MR apart but the time: of those that may be meant, the newest.
        return max(0, distance_ms - NEAR_MS), -one.opened_at
    return distance_ms, one.opened_at


def segment_verdict(report_status: int) -> Status | None:
    """Give what a TP-ST means for its segment; None while the service centre is still trying.

    3GPP TS 23.040 9.2.3.15: 0x00-0x1F completed, 0x20-0x3F still trying, 0x40-0x7F given up; reserved
    values (0x80 and above) count as failures.
    """
    if report_status < 0x20:
        return Status.DELIVERED
    if report_status < 0x40:
        return None
    return Status.EXPIRED if report_status == VALIDITY_EXPIRED else Status.UNDELIVERED


def message_verdict(report_statuses: Sequence[int | None]) -> tuple[Status, int] | None:
    """Give a message's status and its deciding TP-ST from those of its segments.

    The first segment that is known to have failed decides at once, whatever becomes of the others; all good:
    delivered, with the TP-ST of the only segment or 0 for several. None while neither is certain.
    """
    verdicts = [None if status is None else segment_verdict(status) for status in report_statuses]
    for status, verdict in zip(report_statuses, verdicts, strict=True):
        if verdict is not Status.DELIVERED and verdict is not None and status is not None:
            return verdict, status
    if None in verdicts:
        return None
    return Status.DELIVERED, (report_statuses[0] or 0) if len(report_statuses) == 1 else 0
