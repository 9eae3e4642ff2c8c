from __future__ import annotations

import asyncio

import pytest

from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.errors import StoreError
from gateway.store.backend import Store
from gateway.store.news import News, StatusChanged, WorkAdded
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
    a_turn,
    accept_one,
    an_account,
    claim,
    send,
    settled,
    status_of,
    the_message,
)


async def test_accepted_messages_read_as_given(store: Store) -> None:
    given = a_message(text="Grüße 🙂", segment_count=2, client_ref="e3e79a93", port=Port(3), spans=(Port(3), Port(1)))
    (message_id,) = await store.accept([given])
    message = await the_message(store, message_id)
    assert (message.text, message.recipient, message.recipient_given) == ("Grüße 🙂", "+491711234567", "01711234567")
    assert (message.status, message.port, message.client_ref) == (Status.QUEUED, 3, "e3e79a93")
    assert (message.accepted_at, message.sent_at, message.settled_at, message.cause) == (NOW, None, None, "")


async def test_messages_come_in_the_order_asked_without_missing_ones(store: Store) -> None:
    ids = await store.accept([a_message(text=str(number)) for number in range(5)])
    wanted = [ids[3], MessageId(999_999), ids[0], ids[3]]
    assert [message.text for message in await store.messages(wanted)] == ["3", "0", "3"]


async def test_ids_ascend_and_are_shared_by_concurrent_callers_without_a_clash(store: Store) -> None:
    batches = await asyncio.gather(*(store.accept([a_message(), a_message()]) for _ in range(400)))
    ids = [message_id for batch in batches for message_id in batch]
    assert len(set(ids)) == 800
    assert all(second == first + 1 for first, second in batches)
    assert min(ids) > 0
    assert max(ids) < 2**31


async def test_accept_of_many_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.accept([a_message(), a_message(account_id=AccountId(77))])
    assert (await store.turn(a_turn())).assignment is None
    assert store.load.open_messages == 0


async def test_accepting_nothing_gives_nothing(store: Store) -> None:
    assert await store.accept([]) == []


async def test_load_counts_an_accept_before_it_is_committed(store: Store) -> None:
    task = asyncio.ensure_future(store.accept([a_message(port=Port(2), segment_count=3)]))
    await asyncio.sleep(0)
    assert not task.done()
    assert store.load.open_messages == 1
    assert store.load.open_by_account == {1: 1}
    assert store.load.open_by_port == {2: 1}
    assert store.load.waiting_segments == {2: 3}
    await task
    assert store.load.open_messages == 1


async def test_load_gives_room_back_when_an_accept_fails(store: Store) -> None:
    with pytest.raises(StoreError):
        await store.accept([a_message(account_id=AccountId(77), port=Port(2))])
    assert store.load.open_messages == 0
    assert store.load.open_by_account == {}
    assert store.load.open_by_port == {}
    assert store.load.waiting_segments == {}


async def test_load_follows_a_message_to_the_span_that_takes_it(store: Store) -> None:
    message_id = await accept_one(store, port=Port(2), segment_count=1)
    assignment = await claim(store, 1, at=3000, steal_before=EpochMs(NOW + 1000))
    assert assignment.message_id == message_id
    assert store.load.open_by_port == {1: 1}
    assert store.load.waiting_segments == {1: 1}
    await store.turn(a_turn(1, settlement=settled(assignment), claim=False))
    assert store.load.open_messages == 0
    assert store.load.open_by_port == {}
    assert store.load.waiting_segments == {}


async def test_messages_without_a_chosen_span_wait_at_none(store: Store) -> None:
    await accept_one(store)
    assert store.load.open_messages == 1
    assert store.load.open_by_port == {}
    assert store.load.waiting_segments == {}


async def test_a_cancelled_caller_does_not_take_its_message_back(store: Store) -> None:
    task = asyncio.ensure_future(store.accept([a_message()]))
    await asyncio.sleep(0)
    task.cancel()
    await store.ping()
    assert store.load.open_messages == 1
    assert (await claim(store)).text == "hello"


async def test_expire_ends_queued_messages_whose_validity_is_over(store: Store) -> None:
    short = await accept_one(store, valid_until=EpochMs(NOW + 1000))
    long = await accept_one(store, valid_until=EpochMs(NOW + 5000))
    assert await store.expire(EpochMs(NOW + 999)) == 0
    assert await store.expire(EpochMs(NOW + 1000)) == 1
    message = await the_message(store, short)
    assert (message.status, message.settled_at) == (Status.EXPIRED, NOW + 1000)
    assert "validity" in message.cause
    assert await status_of(store, long) is Status.QUEUED
    assert await store.expire(EpochMs(NOW + 5000)) == 1
    assert store.load.open_messages == 0


async def test_expire_takes_more_than_fit_into_one_transaction(store: Store) -> None:
    await store.accept([a_message(valid_until=EpochMs(NOW + 1)) for _ in range(450)])
    await store.accept([a_message()])
    assert await store.expire(EpochMs(NOW + 1)) == 450
    assert store.load.open_messages == 1


async def test_a_message_accepted_after_a_search_expires_in_its_own_time(store: Store) -> None:
    await accept_one(store)
    assert await store.expire(EpochMs(NOW + 1)) == 0
    message_id = await accept_one(store, valid_until=EpochMs(NOW + 10))
    assert await store.expire(EpochMs(NOW + 10)) == 1
    assert await status_of(store, message_id) is Status.EXPIRED


async def test_a_message_that_waits_for_a_retry_expires(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    retry = settled(
        assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + VALIDITY_MS + 5000)
    )
    await store.turn(a_turn(settlement=retry, claim=False))
    assert await store.expire(EpochMs(NOW + VALIDITY_MS)) == 1
    assert await status_of(store, message_id) is Status.EXPIRED


async def test_a_message_under_way_does_not_expire(store: Store) -> None:
    message_id = await accept_one(store, valid_until=EpochMs(NOW + 10))
    await claim(store)
    assert await store.expire(EpochMs(NOW + 1000)) == 0
    assert await status_of(store, message_id) is Status.SENDING


async def test_news_come_after_the_commit_and_in_its_order(store: Store) -> None:
    news: list[News] = []
    stop = store.listen(news.append)
    message_id = await accept_one(store, port=Port(1), spans=(Port(1), Port(2)))
    await send(store, message_id)
    assert news[0] == WorkAdded(port=Port(1), spans=(Port(1), Port(2)))
    statuses = [one.status for one in news if isinstance(one, StatusChanged)]
    assert statuses == [Status.SENDING, Status.SENT]
    stop()
    await accept_one(store)
    assert len(news) == 3


async def test_a_listener_that_fails_silences_nobody(store: Store) -> None:
    def broken(news: News) -> None:
        raise RuntimeError("broken listener")

    heard: list[News] = []
    store.listen(broken)
    store.listen(heard.append)
    await accept_one(store)
    assert heard
    assert store.load.open_messages == 1


async def test_callers_find_load_and_status_up_to_date(store: Store) -> None:
    seen: list[int] = []
    store.listen(lambda news: seen.append(store.load.open_messages))
    await accept_one(store)
    assert seen == [1]


async def test_load_counts_by_account(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    await store.accept([a_message(), a_message(account_id=other.id), a_message(account_id=other.id)])
    assert store.load.open_by_account == {1: 1, other.id: 2}


async def test_why_a_message_got_its_span_is_kept(store: Store) -> None:
    message_id = await accept_one(store, port=Port(2), route_why="rule Germany: prefers spans 2")
    assert (await the_message(store, message_id)).route_why == "rule Germany: prefers spans 2"
    assert not (await the_message(store, await accept_one(store))).route_why
