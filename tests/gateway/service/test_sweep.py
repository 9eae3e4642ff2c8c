from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.config.settings import RetentionSection
from gateway.core.types import EpochMs, MessageId, Port
from gateway.service.sweep import DISTRUST_S, TELL_EVERY_S, Sweeper
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.pages import PageQuery
from gateway.store.receiving import NewInbound
from tests.support.clock import FakeClock
from tests.support.store import NOW, a_message, an_account

DAY_MS = 86_400_000
DAY_S = 86_400


class SetClock(FakeClock):
    """Can be put forward, as a time server does."""

    def put_forward(self, seconds: float) -> None:
        self._ms += seconds * 1000


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    yield store
    await store.close()


async def withdrawn(store: SqliteStore, count: int) -> list[MessageId]:
    """Messages that are done: one for each of the last `count` days, the oldest first."""
    ids = []
    for day in range(count, 0, -1):
        at = EpochMs(NOW - day * DAY_MS)
        (message_id,) = await store.accept([a_message(accepted_at=at)])
        await store.cancel(message_id, account_id=None, now=at)
        ids.append(message_id)
    return ids


async def received(store: SqliteStore, count: int) -> list[MessageId]:
    ids = []
    for day in range(count, 0, -1):
        inbound = NewInbound(
            port=Port(1),
            sim="sim1",
            sim_imsi="",
            sender="+49171",
            text="hi",
            data=None,
            smsc="",
            scts=None,
            received_at=EpochMs(NOW - day * DAY_MS),
        )
        message_id = await store.add_inbound(inbound, None)
        assert message_id is not None
        ids.append(message_id)
    return ids


async def outbox(store: SqliteStore) -> list[MessageId]:
    return sorted(row.id for row in (await store.outbox_page(PageQuery(account_id=None, page_size=1000))).rows)


async def inbox(store: SqliteStore) -> list[MessageId]:
    return sorted(row.id for row in (await store.inbox_page(PageQuery(account_id=None, page_size=1000))).rows)


def sweeper(store: SqliteStore, clock: FakeClock, **settings: object) -> Sweeper:
    section = RetentionSection.model_validate(settings)
    return Sweeper(store, settings=section, clock=clock)


async def test_each_kind_is_kept_as_long_as_its_setting_says(opened: SqliteStore) -> None:
    sent, got = await withdrawn(opened, 6), await received(opened, 6)
    await sweeper(opened, FakeClock(), outbound_days=3.5, inbound_days=2.5).sweep()
    assert await outbox(opened) == sent[3:]
    assert await inbox(opened) == got[4:]


@pytest.mark.parametrize("forever", [0, "forever"])
async def test_forever_is_for_ever(opened: SqliteStore, forever: object) -> None:
    sent, got = await withdrawn(opened, 3), await received(opened, 3)
    clock = FakeClock()
    clock.advance(30 * 365 * DAY_S)
    one = sweeper(opened, FakeClock(), outbound_days=forever, inbound_days=forever, audit_days=forever)
    await one.sweep()
    assert (await outbox(opened), await inbox(opened)) == (sent, got)


async def test_the_oldest_of_too_many_go(opened: SqliteStore) -> None:
    sent, got = await withdrawn(opened, 50), await received(opened, 3)
    await sweeper(opened, FakeClock(), most_messages=7).sweep()
    assert await outbox(opened) == sent[-7:]
    assert await inbox(opened) == got


async def test_what_is_open_stays_however_many_there_are(opened: SqliteStore) -> None:
    open_ids = await opened.accept([a_message() for _ in range(30)])
    sent = await withdrawn(opened, 5)
    await sweeper(opened, FakeClock(), most_messages=10).sweep()
    assert await outbox(opened) == open_ids
    assert sent


async def test_a_clock_that_was_put_forward_deletes_nothing_for_a_day(opened: SqliteStore) -> None:
    sent = await withdrawn(opened, 2)
    clock = SetClock()
    one = sweeper(opened, clock)
    clock.put_forward(20 * 365 * DAY_S)
    with capture_logs() as logs:
        await one.sweep()
        clock.advance(DISTRUST_S - 1)
        await one.sweep()
    assert await outbox(opened) == sent
    assert [line["event"] for line in logs] == ["the clock was put forward: nothing is deleted for a day"]
    clock.advance(1)
    await one.sweep()
    assert await outbox(opened) == []


async def test_the_log_says_once_a_day_what_was_done(opened: SqliteStore) -> None:
    clock = FakeClock()
    one = sweeper(opened, clock, outbound_days=10)
    await withdrawn(opened, 12)
    with capture_logs() as logs:
        await one.sweep()
        clock.advance(TELL_EVERY_S / 2)
        await one.sweep()
        clock.advance(TELL_EVERY_S / 2)
        await one.sweep()
    told = [(line["outbound"], line["kept_outbound"]) for line in logs if line["action"] == "retention"]
    assert told == [(2, 10), (1, 9)]


async def test_others_write_between_two_steps(opened: SqliteStore) -> None:
    """A round over many rows is many transactions: what is accepted meanwhile is not behind the last of them."""
    await withdrawn(opened, 60)
    done: list[str] = []

    async def accept() -> None:
        await opened.accept([a_message()])
        done.append("accepted")

    async def sweep() -> None:
        await sweeper(opened, FakeClock(), outbound_days=1).sweep()
        done.append("swept")

    await asyncio.gather(sweep(), accept())
    assert done == ["accepted", "swept"]
    assert len(await outbox(opened)) == 2, "the one of exactly a day ago, and the new one"


async def test_what_the_store_refuses_is_told_and_tried_again(opened: SqliteStore) -> None:
    await withdrawn(opened, 3)
    one = sweeper(opened, FakeClock(), outbound_days=1)
    await opened.write(lambda tx: tx.execute("CREATE TABLE hangs (message REFERENCES message)", {}))
    await opened.write(lambda tx: tx.execute("INSERT INTO hangs SELECT id FROM message", {}))
    with capture_logs() as logs:
        await one.round()
    assert [line["event"] for line in logs] == ["old messages not deleted"]
    assert len(await outbox(opened)) == 3
    await opened.write(lambda tx: tx.execute("DELETE FROM hangs", {}))
    await one.round()
    assert len(await outbox(opened)) == 1
