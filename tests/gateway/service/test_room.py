from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.settings import QueueSection
from gateway.core.account import Account
from gateway.core.drain import LONGEST_S, UNKNOWN_S
from gateway.core.types import AccountId
from gateway.service.room import DISK_RETRY_S, Room
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.disk import MB, DiskSpace, DiskWatch
from tests.support.clock import FakeClock
from tests.support.store import NOW, a_message, an_account

LIMIT = 20


class Office:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.free_mb = 10_000
        disk = DiskWatch(folder, read=self._space, monotonic=self.clock.monotonic)
        self.store = SqliteStore(folder / "gateway.db", disk=disk)
        self.room = Room(settings=QueueSection(limit=LIMIT), store=self.store, clock=self.clock)

    def _space(self, _: Path) -> DiskSpace:
        return DiskSpace(total=32_000 * MB, free=self.free_mb * MB)

    async def accept(self, count: int, account: Account) -> None:
        await self.store.accept([a_message(account_id=account.id) for _ in range(count)])

    async def drain(self, account: Account, *, seconds: int, per_s: int) -> None:
        """Let messages come and go, one second after the other."""
        for _ in range(seconds):
            ids = await self.store.accept([a_message(account_id=account.id) for _ in range(per_s)])
            for message_id in ids:
                await self.store.cancel(message_id, account_id=None, now=NOW)
            self.clock.advance(1)
            self.room.of(account)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    made = Office(tmp_path)
    await made.store.open()
    yield made
    await made.store.close()


@pytest.fixture
async def shop(office: Office) -> Account:
    return await office.store.add_account(an_account("shop"), "-", NOW)


async def test_the_box_and_the_account_both_have_a_limit(office: Office, shop: Account) -> None:
    assert office.room.of(shop) == LIMIT
    small = replace(shop, queue_limit=5)
    assert office.room.of(small) == 5
    await office.accept(3, shop)
    assert (office.room.of(shop), office.room.of(small)) == (17, 2)
    await office.accept(17, shop)
    assert (office.room.of(shop), office.room.of(small)) == (0, 0)


async def test_retry_after_is_what_the_drain_of_the_last_minute_needs(office: Office, shop: Account) -> None:
    await office.accept(LIMIT - 3, shop)
    assert office.room.refusal(shop, 13).retry_after_s == UNKNOWN_S
    await office.drain(shop, seconds=10, per_s=2)
    assert office.room.refusal(shop, 13).retry_after_s == 5, "10 more than there is room for, 2 each second"
    for _ in range(40):
        office.clock.advance(2)
        office.room.of(shop)
    assert office.room.refusal(shop, 13).retry_after_s == LONGEST_S, "nothing went for a minute"


async def test_the_queue_of_an_account_has_a_pace_of_its_own(office: Office, shop: Account) -> None:
    other = await office.store.add_account(an_account("other"), "-", NOW)
    limited = replace(shop, queue_limit=2)
    await office.accept(2, shop)
    for _ in range(10):
        await office.drain(other, seconds=1, per_s=3)
        office.room.of(limited)
    assert office.room.refusal(limited, 1).retry_after_s == LONGEST_S, "what others send is no room for this one"
    assert office.room.refusal(replace(other, queue_limit=0), LIMIT).retry_after_s == 1


async def test_a_disk_that_is_nearly_full_has_no_room(office: Office, shop: Account) -> None:
    assert office.room.of(shop) == LIMIT
    office.free_mb = 199
    assert office.room.of(shop) == LIMIT, "looked at a moment ago"
    office.clock.advance(1)
    assert office.room.of(shop) == 0
    assert office.room.refusal(shop, 1).retry_after_s == DISK_RETRY_S
    office.free_mb = 400
    office.clock.advance(1)
    assert office.room.of(shop) == LIMIT


async def test_many_accounts_are_not_remembered_for_ever(office: Office) -> None:
    for number in range(3000):
        office.room.of(Account(id=AccountId(number), name=str(number), queue_limit=1))
    assert len(office.room._by_account) <= 1024
