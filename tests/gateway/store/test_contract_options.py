"""Every store: priorities, the count of urgent messages, send windows, data, and what is done when nobody knows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from gateway.core.options import DataPorts, Options, WhenUnknown
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs
from gateway.store.backend import Store
from gateway.store.news import News, WorkScheduled
from gateway.store.sending import AttemptOutcome
from tests.support.store import NOW, VALIDITY_MS, a_turn, accept_one, an_account, claim, settle, settled, the_message

HOUR_MS = 3_600_000


def instant(text: str) -> EpochMs:
    return EpochMs(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000))


def after(text: str) -> int:
    """Milliseconds from `NOW`, which is 2024-03-26 10:00 UTC, a Tuesday."""
    return instant(text) - NOW


# --- priority and the urgent lane -----------------------------------------------------------------


async def test_the_higher_priority_goes_first_and_of_equals_the_older(store: Store) -> None:
    plain = await accept_one(store)
    low = await accept_one(store, options=Options(priority=3))
    high = await accept_one(store, options=Options(priority=9))
    urgent = await accept_one(store, is_urgent=True)
    other_high = await accept_one(store, options=Options(priority=9))
    order = []
    for _ in range(5):
        assignment = await claim(store)
        order.append(assignment.message_id)
        await settle(store, settled(assignment))
    assert order == [urgent, high, other_high, low, plain]


async def test_a_priority_outlives_a_retry(store: Store) -> None:
    high = await accept_one(store, options=Options(priority=5))
    again = {"next_status": Status.QUEUED, "due_at": EpochMs(NOW + 1000)}
    await settle(store, settled(await claim(store), AttemptOutcome.REFUSED, **again))
    plain = await accept_one(store)
    assert (await claim(store, 2)).message_id == plain
    await accept_one(store)
    assert (await claim(store, at=1000)).message_id == high


async def test_urgent_messages_are_counted_apart_until_they_have_ended(
    make_store: Callable[[], Store], store: Store
) -> None:
    await accept_one(store)
    urgent = await accept_one(store, is_urgent=True)
    assert (store.load.open_messages, store.load.open_urgent) == (2, 1)
    assert dict(store.load.urgent_by_account) == {AccountId(1): 1}
    await store.close()
    again = make_store()
    await again.open()
    assert (again.load.open_messages, again.load.open_urgent) == (2, 1)
    assignment = await claim(again)
    assert assignment.message_id == urgent
    assert again.load.open_urgent == 1
    await settle(again, settled(assignment))
    assert (again.load.open_messages, again.load.open_urgent) == (1, 0)
    await again.close()


# --- what is kept ---------------------------------------------------------------------------------

EVERYTHING = Options(
    priority=4,
    window="mo-fr 08:00-20:00 Europe/Berlin",
    when_unknown=WhenUnknown.REPORT,
    data=b"\x00\xff",
    data_ports=DataPorts(destination=9204, source=0),
)


@pytest.mark.parametrize("options", [EVERYTHING, Options(is_flash=True), Options(data=b"\x00")])
async def test_options_are_kept_and_given_to_the_span(store: Store, options: Options) -> None:
    message_id = await accept_one(store, options=options, request_report=False)
    message = await the_message(store, message_id)
    assert (message.options, message.request_report) == (options, False)
    assignment = await claim(store)
    assert (assignment.is_flash, assignment.data, assignment.data_ports, assignment.request_report) == (
        options.is_flash,
        options.data,
        options.data_ports,
        False,
    )


# --- send windows ---------------------------------------------------------------------------------

WINDOW = Options(window="tu-we 09:00-12:00 Europe/Berlin")  # 08:00-11:00 UTC before the last Sunday of March


async def test_a_message_is_held_when_its_window_has_closed_and_goes_when_it_opens(store: Store) -> None:
    message_id = await accept_one(store, options=WINDOW)
    heard: list[News] = []
    store.listen(heard.append)
    result = await store.turn(a_turn(at=HOUR_MS))
    assert (result.assignment, result.next_due_at) == (None, None)
    assert WorkScheduled(at=instant("2024-03-27T08:00")) in heard
    message = await the_message(store, message_id)
    assert message.status is Status.HELD
    assert message.cause == (
        "outside its send window (tu-we 09:00-12:00 Europe/Berlin), held until 2024-03-27 09:00 CET"
    )
    assert message.send_at is None  # nobody asked for that time
    assert await store.release(EpochMs(NOW + HOUR_MS)) == instant("2024-03-27T08:00")
    assert await store.release(instant("2024-03-27T08:00")) is None
    assert (await claim(store, at=after("2024-03-27T08:00"))).message_id == message_id


async def test_closed_windows_hold_up_nobody_else(store: Store) -> None:
    for _ in range(120):
        await accept_one(store, options=WINDOW)
    plain = await accept_one(store)
    result = await store.turn(a_turn(at=HOUR_MS))
    assert (result.assignment, result.next_due_at) == (None, NOW + HOUR_MS)  # others may write meanwhile
    assert (await claim(store, at=HOUR_MS)).message_id == plain
    assert store.load.open_messages == 121


async def test_a_release_that_comes_too_late_waits_for_the_next_opening(store: Store) -> None:
    send_at = instant("2024-03-27T08:00")
    message_id = await accept_one(store, options=WINDOW, send_at=send_at, valid_until=EpochMs(send_at + VALIDITY_MS))
    assert await store.release(instant("2024-03-27T11:00")) == instant("2024-04-02T07:00")
    assert (await the_message(store, message_id)).status is Status.HELD


@pytest.mark.parametrize(
    ("not_before", "by", "opens"),
    [
        pytest.param(None, "2024-04-02T09:00", "2024-04-02T09:00", id="forward into an open window"),
        pytest.param(None, "2024-04-01T09:00", "2024-04-02T07:00", id="forward to a day without one"),
        pytest.param(None, "2023-03-28T12:00", "2023-03-29T07:00", id="back by a year"),
        pytest.param("2024-04-03T00:00", "2024-04-02T09:00", "2024-04-03T07:00", id="not before a day"),
    ],
)
async def test_an_opening_is_found_out_anew_when_the_clock_is_set(
    store: Store, not_before: str | None, by: str, opens: str
) -> None:
    at = None if not_before is None else instant(not_before)
    # It is Tuesday noon; the clock said so until it was set.
    noon, now = EpochMs(NOW + 2 * HOUR_MS), instant(by)
    send_at = instant("2024-03-27T08:00" if at is None else opens)
    message_id = await accept_one(store, accepted_at=noon, send_at=send_at, not_before=at, options=WINDOW)
    heard: list[News] = []
    store.listen(heard.append)
    await store.clock_was_set(now - noon)
    assert [news.at <= now for news in heard if isinstance(news, WorkScheduled)] == [True]
    next_at = await store.release(now)
    if next_at is not None and next_at == at:
        next_at = await store.release(next_at)
    assert (next_at or now) == instant(opens)
    assert (await the_message(store, message_id)).send_at == at


async def test_a_message_of_which_a_part_is_out_goes_on_although_its_window_closes(store: Store) -> None:
    await accept_one(store, options=WINDOW, segment_count=2)
    await settle(store, settled(await claim(store)))
    assert (await claim(store, at=HOUR_MS)).segment == 1


async def test_a_message_whose_validity_ends_before_its_window_opens_expires(store: Store) -> None:
    message_id = await accept_one(store, options=WINDOW, valid_until=EpochMs(NOW + 2 * HOUR_MS))
    await store.turn(a_turn(at=HOUR_MS))
    assert await store.expire(EpochMs(NOW + 2 * HOUR_MS)) == 1
    assert (await the_message(store, message_id)).status is Status.EXPIRED


async def test_what_is_held_again_keeps_its_credit(store: Store) -> None:
    poor = await store.add_account(an_account("poor"), "hash", NOW)
    await store.change_account(poor.id, {"credit": 1})
    await accept_one(store, account_id=poor.id, options=WINDOW)
    await store.turn(a_turn(at=HOUR_MS))
    assert await store.credit_left(poor.id) == 0


# --- when nobody knows ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "setting", "becomes"),
    [
        (None, True, Status.QUEUED),
        (None, False, Status.UNKNOWN),
        (WhenUnknown.REPORT, True, Status.UNKNOWN),
        (WhenUnknown.RESEND, False, Status.QUEUED),
    ],
)
async def test_what_a_message_says_goes_before_the_setting(
    store: Store, own: WhenUnknown | None, setting: bool, becomes: Status
) -> None:
    await accept_one(store, options=Options(when_unknown=own))
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, cause="silent", decide_at=NOW))
    decided = await store.decide_ambiguous(assignment.attempt_id, resend=setting, cause="no evidence", now=NOW)
    assert decided is becomes
