"""Every store: messages that are put off, withdrawn, urgent, and what waits against the credit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gateway.core.callback import CallbackEvent
from gateway.core.directory import Newsletter, NewsletterId
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.errors import NoCreditError
from gateway.store.backend import Store
from gateway.store.news import CallbackOwedNews, News, StatusChanged, WorkAdded, WorkScheduled
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
    a_turn,
    accept_one,
    claim,
    send,
    settle,
    settled,
    status_of,
    the_message,
)

HOUR_MS = 3_600_000
LATER = EpochMs(NOW + HOUR_MS)
MUCH_LATER = EpochMs(NOW + 2 * HOUR_MS)


def later(at: EpochMs = LATER, **changes: object) -> dict[str, object]:
    return {"send_at": at, "valid_until": EpochMs(at + VALIDITY_MS), **changes}


# --- put off --------------------------------------------------------------------------------------


async def test_a_message_that_is_put_off_is_held_and_no_span_gets_it(store: Store) -> None:
    message_id = await accept_one(store, **later())
    message = await the_message(store, message_id)
    assert (message.status, message.send_at, message.changed_at) == (Status.HELD, LATER, NOW)
    assert (await store.turn(a_turn())).assignment is None
    assert store.load.open_messages == 1


async def test_it_is_released_when_its_time_has_come_and_not_before(store: Store) -> None:
    message_id = await accept_one(store, **later())
    assert await store.release(EpochMs(LATER - 1)) == LATER
    assert await status_of(store, message_id) is Status.HELD
    assert await store.release(LATER) is None
    message = await the_message(store, message_id)
    assert (message.status, message.changed_at) == (Status.QUEUED, LATER)
    assert (await claim(store, at=HOUR_MS)).message_id == message_id


async def test_nobody_waits_behind_what_is_put_off(make_store: Callable[[], Store], store: Store) -> None:
    """The expected wait of its span is that of the others."""
    await accept_one(store, **later(), port=Port(2), segment_count=3)
    assert (store.load.waiting_segments, store.load.open_by_port) == ({}, {2: 1})
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert (again.load.waiting_segments, again.load.open_by_port) == ({}, {2: 1})
        await again.release(LATER)
        assert again.load.waiting_segments == {2: 3}
    finally:
        await again.close()


async def test_release_says_when_the_next_one_is_due(store: Store) -> None:
    await accept_one(store, **later(MUCH_LATER))
    await accept_one(store, **later())
    assert await store.release(NOW) == LATER
    assert await store.release(LATER) == MUCH_LATER


async def test_many_are_released_by_one_call(store: Store) -> None:
    await store.accept([a_message(**later()) for _ in range(450)])
    assert await store.release(LATER) is None
    assert store.load.open_messages == 450
    assert (await store.turn(a_turn(at=HOUR_MS))).assignment is not None


async def test_a_time_that_is_over_means_now(store: Store) -> None:
    message_id = await accept_one(store, send_at=EpochMs(NOW - 1))
    assert await status_of(store, message_id) is Status.QUEUED


async def test_listeners_hear_of_what_is_put_off_and_of_its_release(store: Store) -> None:
    heard: list[News] = []
    store.listen(heard.append)
    await store.accept([a_message(**later(MUCH_LATER)), a_message(**later())])
    assert heard == [WorkScheduled(at=LATER)]
    await store.release(LATER)
    assert [type(news) for news in heard[1:]] == [StatusChanged, WorkAdded]


async def test_what_is_put_off_survives_a_restart(make_store: Callable[[], Store], store: Store) -> None:
    await accept_one(store, **later())
    await store.close()
    again = make_store()
    await again.open()
    try:
        assert again.load.open_messages == 1
        assert await again.release(NOW) == LATER
        assert await again.release(LATER) is None
        assert (await again.turn(a_turn(at=HOUR_MS))).assignment is not None
    finally:
        await again.close()


# --- withdrawn ------------------------------------------------------------------------------------


async def test_a_held_and_a_queued_message_can_be_withdrawn(store: Store) -> None:
    for message_id in (await accept_one(store, **later()), await accept_one(store)):
        assert await store.cancel(message_id, account_id=AccountId(1), now=LATER) is Status.CANCELLED
        message = await the_message(store, message_id)
        assert (message.status, message.settled_at, message.changed_at) == (Status.CANCELLED, LATER, LATER)
    assert store.load.open_messages == 0
    assert await store.release(MUCH_LATER) is None
    assert (await store.turn(a_turn())).assignment is None


async def test_a_withdrawn_message_stays_withdrawn(store: Store) -> None:
    message_id = await accept_one(store)
    await store.cancel(message_id, account_id=None, now=NOW)
    assert await store.cancel(message_id, account_id=None, now=NOW) is Status.CANCELLED


async def test_what_a_span_has_or_had_is_past_withdrawing(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    assert await store.cancel(message_id, account_id=AccountId(1), now=NOW) is Status.SENDING
    await settle(store, settled(assignment, mr=1))
    assert await store.cancel(message_id, account_id=AccountId(1), now=NOW) is Status.SENT


async def test_a_message_of_which_a_part_went_out_is_past_withdrawing(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    await settle(store, settled(await claim(store), mr=1))
    assert await status_of(store, message_id) is Status.QUEUED
    assert await store.cancel(message_id, account_id=AccountId(1), now=NOW) is Status.QUEUED


async def test_a_message_of_another_account_is_none(store: Store) -> None:
    message_id = await accept_one(store)
    assert await store.cancel(message_id, account_id=AccountId(2), now=NOW) is None
    assert await store.cancel(MessageId(99), account_id=None, now=NOW) is None
    assert await status_of(store, message_id) is Status.QUEUED


# --- urgent ---------------------------------------------------------------------------------------


async def test_an_urgent_message_goes_before_all_others_also_after_a_refusal(store: Store) -> None:
    await accept_one(store)
    urgent = await accept_one(store, is_urgent=True)
    await accept_one(store, is_urgent=True)
    for at in (0, 5000):
        assignment = await claim(store, at=at)
        assert assignment.message_id == urgent
        due_at = EpochMs(NOW + at + 1000)
        await settle(
            store,
            settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=due_at),
            at=at,
        )
    assert (await claim(store, at=9000)).message_id == urgent


async def test_an_urgent_message_for_any_span_goes_before_one_for_this_span(store: Store) -> None:
    await accept_one(store, port=1, spans=(1,))
    urgent = await accept_one(store, is_urgent=True)
    assert (await claim(store)).message_id == urgent


async def test_urgent_messages_go_in_the_order_they_came(store: Store) -> None:
    ids = [await accept_one(store, is_urgent=True) for _ in range(3)]
    found = []
    for _ in ids:
        assignment = await claim(store)
        found.append(assignment.message_id)
        await settle(store, settled(assignment, mr=1))
    assert found == ids


# --- credit ---------------------------------------------------------------------------------------


async def credit_of(store: Store) -> int | None:
    account = await store.account(AccountId(1))
    assert account is not None
    return account.credit


async def test_what_waits_counts_against_the_credit(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 3})
    await accept_one(store, segment_count=2)
    with pytest.raises(NoCreditError):
        await accept_one(store, segment_count=2)
    await accept_one(store, segment_count=1)
    assert await credit_of(store) == 3
    assert store.load.open_messages == 2


async def test_requests_at_the_same_moment_cannot_spend_a_credit_twice(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 5})
    ended = await asyncio.gather(*(accept_one(store) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(one, int) for one in ended) == 5
    assert sum(isinstance(one, NoCreditError) for one in ended) == 15
    assert store.load.open_messages == 5


async def test_a_segment_is_charged_when_the_network_takes_it(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 1})
    message_id = await accept_one(store)
    await send(store, message_id)
    assert await credit_of(store) == 0
    with pytest.raises(NoCreditError):
        await accept_one(store)


async def test_what_was_set_aside_is_free_again_when_a_message_ends_unsent(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 1})
    await accept_one(store)
    await settle(
        store, settled(await claim(store), AttemptOutcome.REFUSED, next_status=Status.FAILED, code="+CMS ERROR 8")
    )
    withdrawn = await accept_one(store)
    await store.cancel(withdrawn, account_id=None, now=NOW)
    await accept_one(store, valid_until=EpochMs(NOW + 1))
    await store.expire(LATER)
    await accept_one(store)
    assert await credit_of(store) == 1


async def test_what_is_set_aside_survives_a_restart(make_store: Callable[[], Store], store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 2})
    await accept_one(store, **later())
    await store.close()
    again = make_store()
    await again.open()
    try:
        with pytest.raises(NoCreditError):
            await again.accept([a_message(segment_count=2)])
        await again.accept([a_message()])
    finally:
        await again.close()


async def test_credit_that_is_checked_late_is_not_set_aside(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 1})
    put_off = await accept_one(store, **later(is_credit_late=True))
    spent = await accept_one(store)
    await send(store, spent)
    await store.release(LATER)
    message = await the_message(store, put_off)
    assert (message.status, message.failure_code, message.cause) == (
        Status.FAILED,
        "credit",
        "no credit when it was due",
    )
    assert store.load.open_messages == 0


async def test_credit_that_is_there_when_it_is_due_is_set_aside_then(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 1})
    put_off = await accept_one(store, **later(is_credit_late=True))
    await store.release(LATER)
    assert await status_of(store, put_off) is Status.QUEUED
    with pytest.raises(NoCreditError):
        await accept_one(store)


# --- what is kept of it ---------------------------------------------------------------------------


async def test_a_failed_message_keeps_the_code_of_the_modem(store: Store) -> None:
    message_id = await accept_one(store)
    refusal = settled(await claim(store), AttemptOutcome.REFUSED, next_status=Status.FAILED, code="+CMS ERROR 38")
    await settle(store, refusal)
    message = await the_message(store, message_id)
    assert (message.failure_code, message.was_tried) == ("+CMS ERROR 38", True)


async def test_what_a_caller_named_is_shown_again(store: Store) -> None:
    facts = {"sim_slot": 1, "sender": "ACME", "callback_url": "http://crm/x", "client_ref": "-7", "is_urgent": True}
    message = await the_message(store, await accept_one(store, **facts))
    assert {name: getattr(message, name) for name in facts} == facts
    assert message.was_tried is False


async def test_a_newsletter_is_stored_with_its_messages(store: Store) -> None:
    wanted = Newsletter(id=NewsletterId(0), account_id=AccountId(1), title="News", text="hello", created_at=NOW)
    ids = await store.accept([a_message(), a_message()], wanted)
    first, second = await store.messages(ids)
    assert first.newsletter_id is not None
    assert first.newsletter_id == second.newsletter_id
    assert [one.title for one in await store.newsletters([first.newsletter_id])] == ["News"]


async def test_without_credit_a_newsletter_is_not_stored(store: Store) -> None:
    await store.change_account(AccountId(1), {"credit": 1})
    wanted = Newsletter(id=NewsletterId(0), account_id=AccountId(1), title="News", text="hello", created_at=NOW)
    with pytest.raises(NoCreditError):
        await store.accept([a_message(), a_message()], wanted)
    assert await store.newsletters_of(AccountId(1)) == []


# --- callbacks ------------------------------------------------------------------------------------


async def test_an_address_of_its_own_is_owed_without_a_subscription(store: Store) -> None:
    heard: list[News] = []
    store.listen(heard.append)
    message_id = await accept_one(store, callback_url="http://crm/x")
    await send(store, message_id)
    (owed,) = await store.due_callbacks(LATER, limit=9, busy=frozenset())
    assert (owed.event, owed.message_id, owed.status) == (CallbackEvent.RESULT, message_id, "sent")
    assert CallbackOwedNews() in heard


async def test_a_withdrawn_message_is_told_to_who_asked_for_it(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.CANCEL}))
    message_id = await accept_one(store)
    await store.cancel(message_id, account_id=None, now=NOW)
    (owed,) = await store.due_callbacks(LATER, limit=9, busy=frozenset())
    assert (owed.event, owed.status) == (CallbackEvent.CANCEL, "cancelled")
