from __future__ import annotations

import pytest

from gateway.core.reports import (
    CLOCK_SLACK_MS,
    Candidate,
    ReportFacts,
    find_attempt,
    message_verdict,
    segment_verdict,
)
from gateway.core.status import Status
from gateway.core.types import AttemptId, EpochMs

SENT_AT = 1_711_447_200_000
HOUR_MS = 3_600_000


def candidate(
    attempt_id: int,
    *,
    mr: int | None = 7,
    opened_at: int = 0,
    recipient: str = "+491711234567",
    is_open: bool = False,
    report_status: int | None = None,
) -> Candidate:
    opened = EpochMs(SENT_AT + opened_at)
    return Candidate(
        attempt_id=AttemptId(attempt_id),
        recipient=recipient,
        mr=mr,
        opened_at=opened,
        settled_at=EpochMs(opened + 4000),
        is_open=is_open,
        report_status=report_status,
        discharged_at=None if report_status is None else EpochMs(opened + 5000),
    )


def find(*candidates: Candidate, scts: int | None, recipient: str = "+491711234567") -> int | None:
    at = None if scts is None else EpochMs(SENT_AT + scts)
    discharged = EpochMs(SENT_AT + 5000)
    facts = ReportFacts(mr=7, recipient=recipient, status=0, scts=at, discharged=discharged)
    found = find_attempt(candidates, facts)
    return None if found is None else found.attempt_id


@pytest.mark.parametrize(
    ("candidates", "scts", "found"),
    [
        pytest.param([], 0, None, id="none"),
        pytest.param([candidate(1)], 2000, 1, id="the only one"),
        pytest.param([candidate(1, mr=8)], 2000, None, id="another mr"),
        pytest.param([candidate(1, recipient="+491719999999")], 2000, None, id="another recipient"),
        pytest.param([candidate(1), candidate(2, opened_at=HOUR_MS)], 2000, 1, id="the one that is not younger"),
        pytest.param([candidate(1), candidate(2, opened_at=HOUR_MS)], HOUR_MS + 1000, 2, id="the newest of the older"),
        pytest.param([candidate(2, opened_at=HOUR_MS), candidate(1)], HOUR_MS + 1000, 2, id="whatever their order"),
        pytest.param([candidate(1), candidate(2, opened_at=HOUR_MS)], None, 2, id="no time stamp: the newest"),
        pytest.param([candidate(1)], -CLOCK_SLACK_MS, 1, id="a clock within the slack"),
        pytest.param([candidate(1), candidate(2, opened_at=9)], -HOUR_MS, 2, id="a clock far off: the newest"),
        pytest.param([candidate(1, mr=None)], 2000, 1, id="unanswered, in its time"),
        pytest.param([candidate(1, mr=None)], -CLOCK_SLACK_MS - 1, None, id="unanswered, before its time"),
        pytest.param([candidate(1, mr=None)], None, None, id="unanswered, no time stamp"),
        pytest.param([candidate(1, mr=None), candidate(2)], 2000, 2, id="answered before unanswered"),
        pytest.param(
            [candidate(2, mr=None, opened_at=HOUR_MS), candidate(1, mr=None)], 2000, 1, id="the one that was open then"
        ),
        # A time stamp has whole seconds (23.040 9.2.3.11): taken at 46.6 s, it says 46.
        pytest.param(
            [candidate(1, mr=None), candidate(2, mr=None, opened_at=46_500)], 46_000, 2, id="the newest, whole seconds"
        ),
        pytest.param(
            [candidate(1, mr=None), candidate(2, mr=None, opened_at=46_500)], 45_000, 1, id="the newest is younger"
        ),
        # 256 submits at 0.1 s: the same TP-MR every 26 s, all of them inside the slack.
        pytest.param(
            [candidate(1), candidate(2, opened_at=26_000), candidate(3, opened_at=52_000)], 26_000, 2, id="quick wrap"
        ),
        pytest.param(
            [candidate(1), candidate(2, opened_at=26_000, report_status=0)], 15_000, 1, id="the one without a report"
        ),
        pytest.param(
            [candidate(1, report_status=0), candidate(2, opened_at=26_000)], 30_001, 2, id="new, though one is reported"
        ),
        pytest.param(
            [candidate(1, report_status=0), candidate(2, opened_at=26_000)], -60_000, 1, id="the same report once more"
        ),
        pytest.param([candidate(1, report_status=0x20)], 2000, 1, id="still tried before"),
        pytest.param([candidate(1, mr=None), candidate(2, mr=None, is_open=True)], 2000, 2, id="perhaps the open one"),
        pytest.param(
            [candidate(1, opened_at=-HOUR_MS, report_status=0), candidate(2, mr=None, is_open=True)],
            2000,
            2,
            id="the open one rather than one long reported",
        ),
        pytest.param([candidate(1), candidate(2, mr=None, is_open=True)], 2000, 1, id="answered before open"),
        pytest.param([candidate(1, mr=None)], HOUR_MS, None, id="unanswered, long after its time"),
        # A modem whose TP-MR is always the same, three segments in one second.
        pytest.param(
            [candidate(1, report_status=0), candidate(2, mr=None, opened_at=500, is_open=True)],
            1000,
            2,
            id="the open one rather than the same report once more",
        ),
        pytest.param([candidate(1, report_status=0), candidate(2, opened_at=500)], 1000, 2, id="the next of one mr"),
        pytest.param(
            [candidate(1, report_status=0x41), candidate(2, mr=None, opened_at=9000, is_open=True)],
            1000,
            1,
            id="a correction, the open one is younger",
        ),
    ],
)
def test_which_attempt_a_report_is_about(candidates: list[Candidate], scts: int | None, found: int | None) -> None:
    assert find(*candidates, scts=scts) == found


def test_a_national_number_finds_the_international_one() -> None:
    assert find(candidate(1), scts=2000, recipient="01711234567") == 1


# 3GPP TS 23.040 9.2.3.15
@pytest.mark.parametrize(
    ("tp_st", "status"),
    [
        (0x00, Status.DELIVERED),
        (0x01, Status.DELIVERED),
        (0x02, Status.DELIVERED),
        (0x1F, Status.DELIVERED),
        (0x20, None),
        (0x3F, None),
        (0x40, Status.UNDELIVERED),
        (0x45, Status.UNDELIVERED),
        (0x46, Status.EXPIRED),
        (0x47, Status.UNDELIVERED),
        (0x60, Status.UNDELIVERED),
        (0x7F, Status.UNDELIVERED),
        (0x80, Status.UNDELIVERED),
        (0xFF, Status.UNDELIVERED),
    ],
)
def test_what_a_tp_st_means(tp_st: int, status: Status | None) -> None:
    assert segment_verdict(tp_st) is status


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        pytest.param([0], (Status.DELIVERED, 0), id="delivered"),
        pytest.param([1], (Status.DELIVERED, 1), id="forwarded"),
        pytest.param([1, 0], (Status.DELIVERED, 0), id="none of several is bad"),
        pytest.param([None], None, id="nothing yet"),
        pytest.param([0, None, 0], None, id="one is missing"),
        pytest.param([0, 0x20, 0], None, id="one is still tried"),
        pytest.param([None, 0x41], (Status.UNDELIVERED, 0x41), id="one bad is enough"),
        pytest.param([0x20, 0x46], (Status.EXPIRED, 0x46), id="one bad while another is tried"),
        pytest.param([0, 0x41, 0x46], (Status.UNDELIVERED, 0x41), id="the first bad one decides"),
        pytest.param([0, 0x46, 0x41], (Status.EXPIRED, 0x46), id="expired first"),
    ],
)
def test_what_the_segments_make_of_a_message(statuses: list[int | None], verdict: tuple[Status, int] | None) -> None:
    assert message_verdict(statuses) == verdict
