"""Reports of any order, delay, format and repetition find their own messages while TP-MR wraps.

The model is that of 3GPP TS 23.040: the modem counts TP-MR up by one per submit, of other programs too, modulo 256
(9.2.3.6); the service centre stamps what it takes (9.2.2.3, TP-SCTS, whole seconds) and reports on it when it likes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.receiving import Report, ReportFate
from gateway.store.sending import AttemptOutcome
from tests.support.store import NOW, accept_one, an_account, claim, settle, settled, the_message

# As the customer gave it, and the ways in which service centres write it back.
RECIPIENTS = (
    ("+491711234567", ("+491711234567", "491711234567", "01711234567", "00491711234567")),
    ("+491711234568", ("+491711234568", "01711234568")),
    ("72345", ("72345",)),
)
SECOND_MS = 1000
DAY_MS = 86_400_000
FOR_EVER = EpochMs(NOW + 400 * DAY_MS)
FINAL = {
    **dict.fromkeys((0x00, 0x01, 0x02, 0x10), Status.DELIVERED),
    **dict.fromkeys((0x40, 0x41, 0x49, 0x50, 0x60, 0x65, 0x7F, 0x80, 0xFF), Status.UNDELIVERED),
    0x46: Status.EXPIRED,
}


@dataclass(frozen=True)
class Told:
    """One report: TP-ST, when it comes (ms after the submit began), how often, and with which form of the number."""

    status: int
    delay_ms: int
    times: int
    form: int


@dataclass(frozen=True)
class Sent:
    """One submit: what other programs sent before it, how long it took, what the modem said, what is reported."""

    others: int
    seconds: int
    recipient: int
    answer: str
    still_trying: Told | None
    final: Told | None


def _told(statuses: Sequence[int]) -> st.SearchStrategy[Told]:
    delays = st.one_of(
        st.integers(0, 3 * SECOND_MS),  # perhaps before the modem's answer
        st.integers(0, 600 * SECOND_MS),
        st.integers(0, 3 * DAY_MS),
    )
    return st.builds(
        Told, status=st.sampled_from(statuses), delay_ms=delays, times=st.integers(1, 2), form=st.integers(0, 3)
    )


SENT = st.builds(
    Sent,
    others=st.one_of(st.integers(0, 3), st.integers(0, 300), st.just(255)),
    seconds=st.integers(2, 20),
    recipient=st.integers(0, len(RECIPIENTS) - 1),
    answer=st.sampled_from(["mr", "mr", "mr", "OK without mr", "none"]),
    still_trying=st.none() | _told([0x20, 0x25, 0x30, 0x3F]),
    final=st.none() | _told(sorted(FINAL)),
)


class Course:
    """What happens when, and what is to come of it."""

    def __init__(self, sent: Sequence[Sent], *, first_mr: int, centre_ahead_ms: int) -> None:
        self.events: list[tuple[int, int, str, int, Report | None]] = []
        self.mrs: list[int] = []
        mr, at = first_mr, 0
        for index, one in enumerate(sent):
            mr = (mr + one.others) % 256
            at += SECOND_MS * (2 + one.others)  # a radio does no more than one a second
            self.mrs.append(mr)
            self._add(at, "open", index)
            taken = NOW + at + SECOND_MS * one.seconds // 2 + centre_ahead_ms
            for told in filter(None, (one.still_trying, one.final)):
                comes = max(at + told.delay_ms, taken - NOW - centre_ahead_ms + 1)
                forms = RECIPIENTS[one.recipient][1]
                report = Report(
                    sim="sim1",
                    mr=mr,
                    recipient=forms[told.form % len(forms)],
                    status=told.status,
                    scts=EpochMs(taken // SECOND_MS * SECOND_MS),
                    discharged=EpochMs((NOW + comes + centre_ahead_ms) // SECOND_MS * SECOND_MS),
                    received_at=EpochMs(NOW + comes),
                )
                for again in range(told.times):
                    self._add(comes + again * 7 * SECOND_MS, "report", index, report)
            at += SECOND_MS * one.seconds
            self._add(at, "settle", index)
            mr = (mr + 1) % 256
        self.events.sort(key=lambda event: event[:2])

    def _add(self, at: int, what: str, index: int, report: Report | None = None) -> None:
        self.events.append((at, len(self.events), what, index, report))


async def _run(store: SqliteStore, sent: Sequence[Sent], course: Course) -> tuple[list[MessageId], list[ReportFate]]:
    ids: list[MessageId] = []
    fates = []
    for at, _, what, index, report in course.events:
        one = sent[index]
        if what == "open":
            recipient = RECIPIENTS[one.recipient][0]
            ids.append(await accept_one(store, recipient=recipient, valid_until=FOR_EVER))
            assignment = await claim(store, at=at)
            assert assignment.message_id == ids[index]
        elif what == "settle" and one.answer == "none":
            await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=FOR_EVER), at=at)
        elif what == "settle":
            mr = course.mrs[index] if one.answer == "mr" else None
            await settle(store, settled(assignment, mr=mr), at=at)
        elif report is not None:
            fates.append(await store.report(report))
    return ids, fates


async def _check(sent: Sequence[Sent], *, first_mr: int, centre_ahead_ms: int = 0) -> None:
    course = Course(sent, first_mr=first_mr, centre_ahead_ms=centre_ahead_ms)
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "gateway.db", synchronous="normal")
        await store.open()
        try:
            await store.add_account(an_account("shop"), "hash", NOW)
            ids, _ = await _run(store, sent, course)
            for one, message_id in zip(sent, ids, strict=True):
                message = await the_message(store, message_id)
                if one.final is not None:
                    expected = FINAL[one.final.status]
                elif one.answer == "none" and one.still_trying is None:
                    expected = Status.SENDING
                else:
                    expected = Status.SENT
                assert message.status is expected, (ids.index(message_id), message.status, message.report_status)
                assert message.report_status == (one.final.status if one.final is not None else None)
        finally:
            await store.close()


@pytest.mark.timeout(240)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sent=st.lists(SENT, min_size=1, max_size=14), first_mr=st.integers(0, 255))
async def test_each_report_settles_its_own_message(sent: list[Sent], first_mr: int) -> None:
    await _check(sent, first_mr=first_mr)


@pytest.mark.timeout(240)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    sent=st.lists(SENT.map(lambda one: replace(one, answer="mr")), min_size=1, max_size=14),
    first_mr=st.integers(0, 255),
    centre_ahead_s=st.integers(-100, 100),
)
async def test_a_service_centre_whose_clock_is_off_by_less_than_two_minutes_confuses_nobody(
    sent: list[Sent], first_mr: int, centre_ahead_s: int
) -> None:
    await _check(sent, first_mr=first_mr, centre_ahead_ms=centre_ahead_s * SECOND_MS)
