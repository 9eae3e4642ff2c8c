from __future__ import annotations

import time

from gateway.core.pacing import Limits, Owner
from gateway.core.span import SpanState
from gateway.core.status import Status
from gateway.core.types import MessageId, Port
from gateway.dispatch.pacing import HELD_AT_ONCE
from gateway.dispatch.radio import Accepted, Lost, NoAnswer, Refused
from gateway.store.news import News, StatusChanged
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.support.waiting import until

# A sliding day does not turn while a test runs.
TWO_A_DAY: dict[str, object] = {"per_day": 2, "periods": "sliding"}
DAY_S = 86_400


async def sent(field: Field, count: int) -> list[MessageId]:
    ids = [await field.accept() for _ in range(count)]
    for message_id in ids:
        await field.until(message_id, Status.SENT)
    return ids


def let_pass(field: Field, seconds: float) -> None:
    """The time goes on, without the clock being set."""
    field.clock.adopt(int(seconds * 1000))


async def test_what_is_over_the_quota_is_held_with_the_reason_and_the_time(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await field.until_ready(1)
    await sent(field, 2)
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PACED)
    message = await field.until(await field.accept(), Status.HELD)
    assert message.cause.startswith("day quota of SIM iccid0 is used up (2 of 2 segments), goes on at 20")
    condition = field.board.condition(Port(1))
    assert condition.reason == message.cause
    assert condition.able_at is not None
    assert 0 < condition.able_at - field.clock.now_ms() <= DAY_S * 1000


async def test_held_messages_go_on_when_the_quota_begins_anew(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await field.until_ready(1)
    await sent(field, 2)
    held = await field.accept(valid_s=2 * DAY_S)
    await field.until(held, Status.HELD)
    let_pass(field, DAY_S + 1)
    await field.accept()
    await field.until(held, Status.SENT)


async def test_raised_limit_lets_held_messages_go_at_once(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await field.until_ready(1)
    await sent(field, 2)
    held = await field.accept()
    await field.until(held, Status.HELD)
    owner = Owner.of_sim("iccid0", Port(1))
    await field.book.change(owner, {"per_day": 3}, None, field.clock.now_ms())
    await field.until(held, Status.SENT)


async def test_message_that_does_not_fit_goes_when_there_is_room_for_all_of_it(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits={"per_day": 3, "periods": "sliding"})
    await field.until_ready(1)
    await sent(field, 2)
    long = await field.accept(text="x" * 200, segments=2, valid_s=2 * DAY_S)
    assert "has room for 1 of 2 segments" in (await field.until(long, Status.HELD)).cause
    await field.book.change(Owner.of_sim("iccid0", Port(1)), {"per_day": 4}, None, field.clock.now_ms())
    await field.until(long, Status.SENT)


async def test_another_span_sends_what_prefers_the_one_over_its_quota(make_field: MakeField) -> None:
    field = await make_field(auto=True, radios=2, limits={"per_day": 1, "periods": "sliding"}, steal_after_s=0.01)
    await field.until_ready(2)
    first = await field.accept(1)
    await field.until(first, Status.SENT)
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PACED)
    second = await field.accept(1, 2)
    message = await field.until(second, Status.SENT, Status.HELD)
    assert (message.status, message.port) == (Status.SENT, 2)
    assert (await field.until(await field.accept(1, 2), Status.HELD)).cause.startswith("day quota")


async def test_span_that_becomes_able_takes_what_is_held_for_another_ones_quota(make_field: MakeField) -> None:
    field = await make_field(auto=True, radios=2, limits={"per_day": 1, "periods": "sliding"})
    await field.until_ready(2)
    other = await field.radio(1)
    other.tell(Lost(reason="unplugged"))
    await until(lambda: field.board.condition(Port(2)).state is SpanState.MISSING)
    await field.until(await field.accept(1), Status.SENT)
    held = await field.accept(1, 2)
    await field.until(held, Status.HELD)
    other.ready()
    assert (await field.until(held, Status.SENT)).port == 2


async def test_gap_is_kept_between_segments_and_changes_no_status(make_field: MakeField) -> None:
    field = await make_field(limits={"gap_s": 0.1, "gap_jitter_s": 0.4})
    field.jitter = 0.25
    statuses: list[Status] = []
    field.store.listen(lambda news: _keep(news, statuses))
    await field.until_ready(1)
    radio = await field.radio(0)
    ids = [await field.accept() for _ in range(2)]
    await radio.answer(Accepted(mr=1))
    answered_at = time.monotonic()
    await radio.answer(Accepted(mr=2))
    assert time.monotonic() - answered_at >= 0.2
    await field.until(ids[1], Status.SENT)
    await until(lambda: statuses.count(Status.SENT) == 2)  # the store has it a moment before its listeners hear of it
    assert statuses == [Status.SENDING, Status.SENT] * 2
    assert radio.hints == [False, False]
    assert field.board.condition(Port(1)).state is SpanState.READY


def _keep(news: News, statuses: list[Status]) -> None:
    if isinstance(news, StatusChanged):
        statuses.append(news.status)


async def test_refused_segments_leave_the_quota_alone_and_unanswered_ones_do_not(make_field: MakeField) -> None:
    field = await make_field(limits=TWO_A_DAY, retry_first_s=0.01, evidence_s=60)
    await field.until_ready(1)
    radio = await field.radio(0)
    await field.accept()
    await radio.answer(Refused(kind="cms", code=42, text="congestion", is_local=False))
    await radio.answer(NoAnswer(is_sent=True, reason="silent"))
    second = await field.accept()
    await radio.answer(Accepted(mr=1))
    await field.until(second, Status.SENT)
    await field.until(await field.accept(), Status.HELD)


async def test_account_over_its_quota_waits_and_its_messages_are_accepted(make_field: MakeField) -> None:
    field = await make_field(auto=True)
    await field.until_ready(1)
    owner = Owner.of_account(field.account.id)
    await field.book.change(owner, {"per_day": 2, "periods": "sliding"}, field.account, field.clock.now_ms())
    await sent(field, 2)
    held = await field.accept()
    message = await field.until(held, Status.HELD)
    assert message.cause.startswith("day quota of account shop is used up (2 of 2 segments), goes on at ")
    assert field.board.condition(Port(1)).state is SpanState.READY
    await field.book.change(owner, {"per_day": 0}, field.account, field.clock.now_ms())
    await field.until(held, Status.SENT)


async def test_quota_survives_a_restart(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await field.until_ready(1)
    await sent(field, 2)
    held = await field.accept()
    await field.until(held, Status.HELD)
    await field.stop()
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PACED)
    assert (await field.message(held)).status is Status.HELD
    await field.until(await field.accept(), Status.HELD)
    assert (await field.radio(0)).sent == []


async def test_everything_that_waits_is_held_in_small_batches_and_goes_when_the_limit_is_taken_away(
    make_field: MakeField,
) -> None:
    field = await make_field(limits=TWO_A_DAY)
    await field.until_ready(1)
    radio = await field.radio(0)
    ids = [await field.accept() for _ in range(2 * HELD_AT_ONCE + 52)]
    await radio.answer(Accepted(mr=1))
    await radio.answer(Accepted(mr=2))
    for message_id in ids[2:]:
        await field.until(message_id, Status.HELD)
    # Room for one more lets one go, and leaves the others as they are.
    statuses: list[Status] = []
    field.store.listen(lambda news: _keep(news, statuses))
    await field.book.change(Owner.of_sim("iccid0", Port(1)), {"per_day": 3}, None, field.clock.now_ms())
    await radio.answer(Accepted(mr=3))
    await field.until(ids[2], Status.SENT)
    await until(lambda: Status.SENT in statuses)  # the store has it a moment before its listeners hear of it
    assert statuses == [Status.QUEUED, Status.SENDING, Status.SENT]
    radio.auto = True
    await field.book.change(Owner.of_sim("iccid0", Port(1)), {"per_day": 0}, None, field.clock.now_ms())
    for message_id in ids:
        await field.until(message_id, Status.SENT)
    # In their old order.
    sent_at = [(await field.message(message_id)).sent_at or 0 for message_id in ids]
    assert sent_at == sorted(sent_at)


async def test_clock_that_is_set_frees_no_quota(make_field: MakeField) -> None:
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await field.until_ready(1)
    await sent(field, 2)
    held = await field.accept()
    await field.until(held, Status.HELD)
    for jump_s in (400 * DAY_S, -800 * DAY_S, 400 * DAY_S):
        field.wall_ahead_s += jump_s
        await field.dispatcher._keep_house()
        now = field.clock.now_ms()
        await until(lambda now=now: now < (field.board.condition(Port(1)).able_at or 0) <= now + 1000 * DAY_S)  # type: ignore[misc]
        await field.until(held, Status.HELD)
    assert len((await field.radio(0)).sent) == 2


async def test_clock_that_was_ahead_when_it_was_stopped_locks_nothing_for_years(make_field: MakeField) -> None:
    years_s = 10 * 365 * DAY_S
    field = await make_field(auto=True, limits=TWO_A_DAY, wall_ahead_s=years_s)
    await field.until_ready(1)
    await sent(field, 2)
    held = await field.accept(valid_s=2 * DAY_S)
    await field.until(held, Status.HELD)
    await field.stop()
    field = await make_field(auto=True, limits=TWO_A_DAY)
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PACED)
    able_at = field.board.condition(Port(1)).able_at
    assert able_at is not None
    assert able_at - field.clock.now_ms() <= DAY_S * 1000
    let_pass(field, DAY_S + 1)
    await field.accept()
    await field.until(held, Status.SENT)


async def test_no_limits_are_no_limits(make_field: MakeField) -> None:
    field = await make_field(auto=True)
    assert field.book.of_sim("iccid0", Port(1)) is None
    assert not field.book.of_accounts
    assert not Limits().is_any
