from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.store.backend import Store
from gateway.store.receiving import ReportFate
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    a_report,
    accept_one,
    an_account,
    claim,
    send,
    settle,
    settled,
    status_of,
    the_message,
)

DAY_MS = 86_400_000


@pytest.mark.parametrize(
    ("tp_st", "status"),
    [
        pytest.param(0x00, Status.DELIVERED, id="received"),
        pytest.param(0x01, Status.DELIVERED, id="forwarded"),
        pytest.param(0x20, Status.SENT, id="still trying"),
        pytest.param(0x40, Status.UNDELIVERED, id="permanent error"),
        pytest.param(0x46, Status.EXPIRED, id="validity expired"),
        pytest.param(0x61, Status.UNDELIVERED, id="temporary error, given up"),
        pytest.param(0x80, Status.UNDELIVERED, id="reserved"),
    ],
)
async def test_a_report_settles_its_message(store: Store, tp_st: int, status: Status) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    assert await store.report(a_report(7, status=tp_st, at=500)) is ReportFate.MATCHED
    message = await the_message(store, message_id)
    assert message.status is status
    is_settled = status is not Status.SENT
    assert message.report_status == (tp_st if is_settled else None)
    assert message.settled_at == (NOW + 500 if is_settled else None)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mr": 8}, id="another mr"),
        pytest.param({"mr": 7, "port": 2}, id="another SIM"),
        pytest.param({"mr": 7, "recipient": "+491719999999"}, id="another recipient"),
    ],
)
async def test_a_report_on_something_else_is_parked(store: Store, changes: dict[str, object]) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    assert await store.report(a_report(**changes)) is ReportFate.PARKED  # type: ignore[arg-type]  # by name
    assert await status_of(store, message_id) is Status.SENT


async def test_a_report_with_a_national_number_finds_its_message(store: Store) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    assert await store.report(a_report(7, recipient="01711234567")) is ReportFate.MATCHED
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_of_messages_with_one_mr_the_report_finds_the_one_its_time_stamp_means(store: Store) -> None:
    older, newer = await accept_one(store), await accept_one(store)
    await send(store, older, mr=7)
    await send(store, newer, mr=7, at=DAY_MS)
    await store.report(a_report(7, at=1000))
    assert (await status_of(store, older), await status_of(store, newer)) == (Status.DELIVERED, Status.SENT)
    await store.report(a_report(7, at=DAY_MS + 1000))
    assert await status_of(store, newer) is Status.DELIVERED


async def test_a_report_finds_its_message_after_a_restart(make_store: Callable[[], Store]) -> None:
    first = make_store()
    await first.open()
    await first.add_account(an_account("shop"), "hash", NOW)
    message_id = await accept_one(first)
    await send(first, message_id, mr=7)
    await first.close()
    store = make_store()
    await store.open()
    try:
        assert await store.report(a_report(7)) is ReportFate.MATCHED
        assert await status_of(store, message_id) is Status.DELIVERED
    finally:
        await store.close()


async def test_a_report_that_comes_twice_counts_once(store: Store) -> None:
    await send(store, await accept_one(store), mr=7)
    assert await store.report(a_report(7)) is ReportFate.MATCHED
    assert await store.report(a_report(7)) is ReportFate.DUPLICATE
    assert await store.report(a_report(99)) is ReportFate.PARKED
    assert await store.report(a_report(99)) is ReportFate.DUPLICATE


async def test_still_trying_may_be_followed_by_a_final_report_but_not_the_other_way_round(store: Store) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    assert await store.report(a_report(7, status=0x20)) is ReportFate.MATCHED
    assert await store.report(a_report(7, status=0x41)) is ReportFate.MATCHED
    assert await store.report(a_report(7, status=0x20)) is ReportFate.DUPLICATE
    assert await status_of(store, message_id) is Status.UNDELIVERED


@pytest.mark.parametrize("first", [0x40, 0x46])
async def test_good_news_correct_bad_news_but_not_the_other_way_round(store: Store, first: int) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    await store.report(a_report(7, status=first))
    assert await store.report(a_report(7, status=0)) is ReportFate.MATCHED
    assert await status_of(store, message_id) is Status.DELIVERED
    assert await store.report(a_report(7, status=0x40)) is ReportFate.DUPLICATE
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_long_message_is_delivered_when_all_its_segments_are(store: Store) -> None:
    message_id = await accept_one(store, segment_count=3)
    assignment = await claim(store)
    for mr in (1, 2):
        assignment = await claim(store, settlement=settled(assignment, mr=mr))
    assert await store.report(a_report(1)) is ReportFate.MATCHED, "a report before the last segment is sent"
    await settle(store, settled(assignment, mr=3))
    await store.report(a_report(3))
    assert await status_of(store, message_id) is Status.SENT
    await store.report(a_report(2))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_bad_segment_decides_without_waiting_for_the_others(store: Store) -> None:
    message_id = await accept_one(store, segment_count=3)
    assignment = await claim(store)
    for mr in (1, 2):
        assignment = await claim(store, settlement=settled(assignment, mr=mr))
    await settle(store, settled(assignment, mr=3))
    await store.report(a_report(1))
    assert await status_of(store, message_id) is Status.SENT
    await store.report(a_report(3, status=0x41))
    message = await the_message(store, message_id)
    assert (message.status, message.report_status) == (Status.UNDELIVERED, 0x41)
    await store.report(a_report(2, status=0x46))
    assert await status_of(store, message_id) is Status.UNDELIVERED


async def test_a_segment_that_failed_before_the_last_was_sent_decides_then(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    assignment = await claim(store, settlement=settled(assignment, mr=1))
    await store.report(a_report(1, status=0x41))
    assert await status_of(store, message_id) is Status.SENDING
    await settle(store, settled(assignment, mr=2))
    assert await status_of(store, message_id) is Status.UNDELIVERED


async def test_each_of_many_messages_with_one_mr_gets_its_own_report(store: Store) -> None:
    # One number, a modem at 0.1 s per submit: TP-MR 7 comes back every 26 s and the reports come a minute late.
    ids = []
    for number in range(4):
        ids.append(await accept_one(store))
        await send(store, ids[-1], mr=7, at=26_000 * number)
    for number in range(4):
        at = EpochMs(NOW + 26_000 * number)
        report = a_report(7, at=60_000 + 26_000 * number, scts=at, discharged=at)
        assert await store.report(report) is ReportFate.MATCHED
        assert await store.report(report) is ReportFate.DUPLICATE
        assert [await status_of(store, one) for one in ids].count(Status.DELIVERED) == number + 1


async def test_a_report_faster_than_its_answer_is_no_evidence_for_an_older_message_to_the_number(store: Store) -> None:
    older, newer = await accept_one(store), await accept_one(store)
    lost = await claim(store)
    await settle(store, settled(lost, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 30_000)))
    assignment = await claim(store, at=5000)
    assert await store.report(a_report(8, at=6000)) is ReportFate.PARKED
    await settle(store, settled(assignment, mr=8), at=7000)
    assert await status_of(store, newer) is Status.DELIVERED
    assert await status_of(store, older) is Status.SENDING


async def test_a_report_that_waited_for_another_answer_is_evidence_after_it(store: Store) -> None:
    older, newer = await accept_one(store), await accept_one(store)
    lost = await claim(store)
    await settle(store, settled(lost, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 30_000)))
    assignment = await claim(store, at=5000)
    assert await store.report(a_report(7, at=6000)) is ReportFate.PARKED
    await settle(store, settled(assignment, mr=8), at=7000)
    assert await status_of(store, older) is Status.DELIVERED
    assert await status_of(store, newer) is Status.SENT
    assert store.load.open_messages == 0


async def test_a_report_faster_than_the_modems_answer_counts_once_that_comes(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    assert await store.report(a_report(7)) is ReportFate.PARKED
    assert await status_of(store, message_id) is Status.SENDING
    await settle(store, settled(assignment, mr=7))
    assert await status_of(store, message_id) is Status.DELIVERED
    assert await store.report(a_report(7)) is ReportFate.DUPLICATE


async def test_a_parked_report_waits_for_its_own_mr(store: Store) -> None:
    first, second = await accept_one(store), await accept_one(store)
    await store.report(a_report(8))
    await send(store, first, mr=7)
    assert await status_of(store, first) is Status.SENT
    await send(store, second, mr=8)
    assert await status_of(store, second) is Status.DELIVERED


async def test_a_parked_report_is_evidence_for_an_attempt_that_gets_no_answer(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await store.report(a_report(7, at=1000))
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 9999)), at=2000)
    message = await the_message(store, message_id)
    assert (message.status, message.sent_at) == (Status.DELIVERED, NOW)
    assert await store.open_attempts() == []


@pytest.mark.parametrize(("tp_st", "status"), [(0x00, Status.DELIVERED), (0x20, Status.SENT)])
async def test_a_report_is_evidence_for_an_attempt_without_an_answer(store: Store, tp_st: int, status: Status) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 30_000)))
    assert await store.report(a_report(7, status=tp_st, at=1000)) is ReportFate.MATCHED
    assert await status_of(store, message_id) is status
    assert await store.open_attempts() == []
    assert await store.report(a_report(7, status=0x40, at=1000)) is (
        ReportFate.DUPLICATE if status is Status.DELIVERED else ReportFate.MATCHED
    )


async def test_a_report_on_a_segment_without_an_answer_lets_the_message_go_on(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 30_000)))
    await store.report(a_report(7, at=1000))
    assert await status_of(store, message_id) is Status.QUEUED
    rest = await claim(store)
    await settle(store, settled(rest, mr=8))
    await store.report(a_report(8))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_late_report_corrects_unknown(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 30_000)))
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="-", now=EpochMs(NOW + 30_000))
    await store.report(a_report(7, status=0x40, at=1000))
    assert await status_of(store, message_id) is Status.UNDELIVERED


async def test_a_report_finds_a_message_whose_modem_gave_no_mr(store: Store) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=None)
    assert await store.report(a_report(7, at=1000)) is ReportFate.MATCHED
    assert await status_of(store, message_id) is Status.DELIVERED


@pytest.mark.parametrize("is_early", [False, True], ids=["behind the answer", "before the answer"])
async def test_a_modem_that_gives_every_segment_one_mr_gets_each_its_report(store: Store, *, is_early: bool) -> None:
    message_id = await accept_one(store, segment_count=3)
    assignment = await claim(store)
    for segment in range(3):
        if is_early:
            await store.report(a_report(0))
        settlement = settled(assignment, mr=0)
        if segment < 2:
            assignment = await claim(store, settlement=settlement)
        else:
            await settle(store, settlement)
        if not is_early:
            await store.report(a_report(0))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_each_segment_gets_its_report_though_the_modem_never_said_an_mr(store: Store) -> None:
    message_id = await accept_one(store, segment_count=3)
    assignment = await claim(store)
    for mr in (5, 6):
        assignment = await claim(store, settlement=settled(assignment, mr=None))
        for _ in range(2):  # the service centre repeats itself
            await store.report(a_report(mr, at=1000))
    await settle(store, settled(assignment, mr=None))
    assert await status_of(store, message_id) is Status.SENT
    await store.report(a_report(7, at=1000))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_report_on_a_failed_message_does_not_change_it(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    assignment = await claim(store, settlement=settled(assignment, mr=1))
    await settle(store, settled(assignment, AttemptOutcome.REFUSED, next_status=Status.FAILED))
    await store.report(a_report(1))
    assert await status_of(store, message_id) is Status.FAILED


async def test_old_parked_reports_are_forgotten(store: Store) -> None:
    message_id = await accept_one(store)
    await store.report(a_report(7))
    await store.report(a_report(8, at=1000))
    assert await store.forget_parked(EpochMs(NOW + 1)) == 1
    await send(store, message_id, mr=7)
    assert await status_of(store, message_id) is Status.SENT
    assert await store.forget_parked(EpochMs(NOW + 2000)) == 1
    assert await store.forget_parked(EpochMs(NOW + 2000)) == 0
