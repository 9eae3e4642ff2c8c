"""The task that lets messages go, on a real store and a clock that goes when it is told."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import Clock
from gateway.core.account import Account
from gateway.core.pacing import Limits, Owner, Pace
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs
from gateway.dispatch.schedule import Schedule
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.news import StatusChanged, WorkScheduled
from gateway.store.outage import Outage
from tests.support.store import VALIDITY_MS, a_message, a_turn, settled


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "gateway.db", synchronous="normal")
    await store.open()
    await store.add_account(Account(id=AccountId(0), name="shop"), "-", EpochMs(0))
    yield store
    await store.close()


async def test_messages_go_when_they_are_due_in_that_order(store: SqliteStore) -> None:
    clock = Clock()
    schedule = Schedule(store, clock, Outage())
    released: asyncio.Queue[int] = asyncio.Queue()

    def listener(news: object) -> None:
        if isinstance(news, WorkScheduled):
            schedule.expect(news.at)
        if isinstance(news, StatusChanged) and news.status is Status.QUEUED:
            released.put_nowait(news.message_id)

    store.listen(listener)
    task = asyncio.create_task(schedule.run())
    try:
        ids = {}
        # The later one first: what is put off for a nearer time must wake the task.
        for delay_ms in (400, 200):
            now = clock.now_ms()
            at = EpochMs(now + delay_ms)
            message = a_message(accepted_at=now, send_at=at, valid_until=EpochMs(at + VALIDITY_MS))
            (ids[delay_ms],) = await store.accept([message])
        for delay_ms in (200, 400):
            assert await asyncio.wait_for(released.get(), 8) == ids[delay_ms]
            (message_now,) = await store.messages([ids[delay_ms]])
            assert message_now.send_at is not None
            assert message_now.changed_at >= message_now.send_at
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_what_became_due_while_the_box_was_off_goes_at_once(store: SqliteStore) -> None:
    clock = Clock()
    long_ago = EpochMs(clock.now_ms() - 3_600_000)
    message = a_message(
        accepted_at=EpochMs(long_ago - 1), send_at=long_ago, valid_until=EpochMs(long_ago + VALIDITY_MS)
    )
    (message_id,) = await store.accept([message])
    queued = asyncio.Event()
    store.listen(lambda news: queued.set() if isinstance(news, StatusChanged) else None)
    task = asyncio.create_task(Schedule(store, clock, Outage()).run())
    try:
        await asyncio.wait_for(queued.wait(), 8)
        assert (await store.messages([message_id]))[0].status is Status.QUEUED
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_no_more_are_let_go_than_the_quota_of_their_account_has_room_for(store: SqliteStore) -> None:
    """Else a long queue and a quota by the minute would be let go and held again each minute."""
    clock = Clock()
    shop = AccountId(1)
    paces = {
        shop: Pace(owner=Owner.of_account(shop), name="shop", limits=Limits(per_minute=1, is_sliding=True)),
    }
    long_ago = EpochMs(clock.now_ms() - 3_600_000)
    message = a_message(accepted_at=long_ago, valid_until=EpochMs(long_ago + VALIDITY_MS))
    await store.accept([message] * 5)
    used = EpochMs(long_ago + 1)
    first = (await store.turn(a_turn(now=used, account_paces=paces))).assignment
    assert first is not None
    await store.turn(a_turn(now=used, settlement=settled(first), account_paces=paces))
    queued: asyncio.Queue[int] = asyncio.Queue()
    held_again = asyncio.Event()

    def listener(news: object) -> None:
        if isinstance(news, StatusChanged) and news.status is Status.QUEUED:
            queued.put_nowait(news.message_id)
        if isinstance(news, StatusChanged) and news.status is Status.HELD:
            held_again.set()

    store.listen(listener)
    task = asyncio.create_task(Schedule(store, clock, Outage(), lambda: paces).run())
    try:
        assert await asyncio.wait_for(queued.get(), 8) == first.message_id + 1
        await store.ping()
        assert queued.empty()
        assert not held_again.is_set()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
