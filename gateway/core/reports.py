"""Which attempt a delivery report belongs to, and what it says of a message.

TP-MR has 8 bits and wraps after 256 submits while reports may come days later, so several attempts
can carry the same one: recipient and time decide between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.core.number import is_same_subscriber
from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.types import AttemptId, EpochMs

CLOCK_SLACK_MS = 120_000
"""How far the service centre's clock may be off ours before the time counts against a match."""
VALIDITY_EXPIRED = 0x46


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An attempt on the report's SIM: accepted with the report's TP-MR, or without any answer (`mr` None)."""

    attempt_id: AttemptId
    recipient: str
    mr: int | None
    opened_at: EpochMs
    settled_at: EpochMs | None


def find_attempt(candidates: Sequence[Candidate], *, mr: int, recipient: str, scts: EpochMs | None) -> Candidate | None:
    """Choose the attempt that a report is about, None when none fits.

    Answered attempts go before unanswered ones. Of several, the newest that is not younger than the
    report's time stamp; when every one is younger (a service centre whose clock is wrong), the newest.
    An unanswered attempt fits only when the time stamp is inside its time, since its TP-MR is unknown.
    """
    same = [one for one in candidates if is_same_subscriber(one.recipient, recipient)]
    answered = sorted((one for one in same if one.mr == mr), key=lambda one: one.opened_at, reverse=True)
    for one in answered:
        if scts is None or one.opened_at <= scts + CLOCK_SLACK_MS:
            return one
    if answered:
        return answered[0]
    unanswered = sorted((one for one in same if one.mr is None), key=lambda one: one.opened_at)
    for one in unanswered:
        if scts is not None and scts >= one.opened_at - CLOCK_SLACK_MS:
            return one
    return None


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

    None while one is without a final report. The first bad segment decides; all good: delivered, with
    the TP-ST of the only segment or 0 for several.
    """
    verdicts = [None if status is None else segment_verdict(status) for status in report_statuses]
    if any(verdict is None for verdict in verdicts):
        return None
    for status, verdict in zip(report_statuses, verdicts, strict=True):
        if verdict is not Status.DELIVERED and verdict is not None and status is not None:
            return verdict, status
    return Status.DELIVERED, (report_statuses[0] or 0) if len(report_statuses) == 1 else 0
