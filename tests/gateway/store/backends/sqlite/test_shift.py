"""The clock is set while much waits: it is moved some at a time, once each, whatever comes in between."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.core.callback import CallbackEvent
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs
from gateway.store.backends.sqlite import outbox, shift
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.backends.sqlite.transaction import Transaction
from gateway.store.sending import AttemptOutcome
from tests.support.store import NOW, VALIDITY_MS, a_message, a_turn, accept_one, an_account, claim, settle, settled

DAY_MS = 86_400_000
BY = [pytest.param(90 * DAY_MS, id="forward"), pytest.param(-90 * DAY_MS, id="back")]
COUNT = 40


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    """A store with one account and messages that wait."""
    made = await opened(tmp_path)
    await made.add_account(an_account("shop"), "hash", NOW)
    await made.accept([a_message() for _ in range(COUNT)])
    yield made
    await made.close()


async def opened(folder: Path) -> SqliteStore:
    made = SqliteStore(folder / "gateway.db", synchronous="normal")
    await made.open()
    return made


async def begin(store: SqliteStore, by_ms: int, *, moved: int = 0) -> None:
    """Note a change of the clock and move the first messages, as up to a crash."""
    assert await store.write(lambda tx: shift.note_change(tx, by_ms))
    ids = await store.read(shift.read_unmoved)
    if moved:
        await store.write(lambda tx: shift.move_messages(tx, ids[:moved]))


def now_and(ms: int) -> EpochMs:
    return EpochMs(NOW + ms)


def validities(folder: Path) -> list[int]:
    return [row[0] for row in rows(folder, "SELECT valid_until FROM message ORDER BY id")]


def rows(folder: Path, sql: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(folder / "gateway.db")) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("by_ms", BY)
@pytest.mark.parametrize("moved", [0, 1, 17, COUNT])
async def test_after_a_crash_the_rest_is_moved_and_nothing_twice(
    store: SqliteStore, tmp_path: Path, moved: int, by_ms: int
) -> None:
    await begin(store, by_ms, moved=moved)
    await store.close()
    again = await opened(tmp_path)
    try:
        meanwhile = await accept_one(again, valid_until=EpochMs(NOW + by_ms + 5))
        assert await again.expire(EpochMs(NOW + by_ms)) == 0
        assert validities(tmp_path) == [NOW + VALIDITY_MS + by_ms] * COUNT + [NOW + by_ms + 5]
        assert await again.expire(EpochMs(NOW + by_ms + VALIDITY_MS - 1)) == 1
        assert [one.status for one in await again.messages([meanwhile])] == [Status.EXPIRED]
        assert await again.expire(EpochMs(NOW + by_ms + VALIDITY_MS)) == COUNT
    finally:
        await again.close()


@pytest.mark.parametrize("by_ms", BY)
async def test_what_is_done_with_messages_meanwhile_goes_by_the_new_time(
    store: SqliteStore, tmp_path: Path, by_ms: int
) -> None:
    await begin(store, by_ms, moved=3)
    first = await claim(store, at=by_ms)
    fifth = [await claim(store, port, at=by_ms) for port in (2, 3, 4, 5)][-1]
    assert (first.message_id, fifth.message_id) == (1, 5)
    for port, one in ((1, first), (5, fifth)):
        retry = settled(one, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + by_ms + 5000))
        await settle(store, retry, port, at=by_ms)
    assert await store.expire(now_and(by_ms)) == 0
    found = rows(tmp_path, "SELECT id, due_at FROM message WHERE due_at > 0")
    assert found == [(1, NOW + by_ms + 5000), (5, NOW + by_ms + 5000)]
    assert validities(tmp_path) == [NOW + VALIDITY_MS + by_ms] * COUNT


@pytest.mark.parametrize("by_ms", BY)
async def test_no_retry_comes_too_early_while_it_is_not_moved_yet(store: SqliteStore, by_ms: int) -> None:
    for _ in range(COUNT):
        retry = settled(
            await claim(store), AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + 5000)
        )
        await settle(store, retry)
    await begin(store, by_ms, moved=COUNT // 2)
    result = await store.turn(a_turn(1, at=by_ms + 4999))
    assert (result.assignment, result.next_due_at) == (None, NOW + by_ms + 4999 + 1000)
    assert await store.expire(now_and(by_ms)) == 0
    assert (await store.turn(a_turn(1, at=by_ms + 4999))).next_due_at == NOW + by_ms + 5000
    assert (await claim(store, at=by_ms + 5000)).message_id == 1


@pytest.mark.parametrize("by_ms", BY)
async def test_callbacks_are_tried_again_as_long_after_and_are_as_old_as_before(
    store: SqliteStore, tmp_path: Path, by_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "MOVED_AT_ONCE", 3)
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.RESULT}))
    for _ in range(8):
        await settle(store, settled(await claim(store), mr=1))
    owed = await store.due_callbacks(NOW, limit=100, busy=frozenset())
    assert len(owed) == 8
    for one in owed:
        await store.callback_retry(one.id, next_at=EpochMs(NOW + 5000), error="down")
    await begin(store, by_ms)
    await store.write(shift.move_callbacks)
    assert await store.due_callbacks(now_and(by_ms + 4999), limit=100, busy=frozenset()) == []
    # One that is moved, and one that is not yet, are put off by the new time.
    for one in (owed[0], owed[7]):
        await store.callback_retry(one.id, next_at=now_and(by_ms + 7000), error="down")
    await store.expire(now_and(by_ms))
    found = rows(tmp_path, "SELECT next_at, created_at FROM callback ORDER BY id")
    assert found == [(NOW + by_ms + (7000 if index in {0, 7} else 5000), NOW + by_ms) for index in range(8)]
    due = await store.due_callbacks(now_and(by_ms + 7000), limit=100, busy=frozenset())
    assert {one.created_at for one in due} == {NOW + by_ms}


async def test_a_transaction_that_fails_moves_nothing(store: SqliteStore, tmp_path: Path) -> None:
    await begin(store, DAY_MS)
    ids = await store.read(shift.read_unmoved)

    def fail(tx: Transaction) -> None:
        shift.move_messages(tx, ids)
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        await store.write(fail)
    # By its unmoved validity it would be too late for this one.
    assert (await claim(store, at=VALIDITY_MS)).message_id == 1
    assert await store.expire(now_and(DAY_MS)) == 0
    assert validities(tmp_path) == [NOW + VALIDITY_MS + DAY_MS] * COUNT


async def test_a_change_that_could_not_be_noted_did_not_happen(store: SqliteStore) -> None:
    def fail(tx: Transaction) -> None:
        shift.note_change(tx, DAY_MS)
        raise RuntimeError("power")

    with pytest.raises(RuntimeError, match="power"):
        await store.write(fail)
    assert await store.expire(now_and(VALIDITY_MS)) == COUNT


async def test_nothing_expires_while_validities_are_moved(store: SqliteStore) -> None:
    await begin(store, DAY_MS, moved=3)
    assert await store.write(lambda tx: outbox.expire_some(tx, now_and(VALIDITY_MS))) == 0


async def test_a_clock_that_is_set_again_meanwhile_moves_everything_by_both(
    store: SqliteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shift, "MOVED_AT_ONCE", 7)
    chance = random.Random(1)
    total = 0
    for _ in range(5):
        by_ms = chance.randrange(-DAY_MS, DAY_MS)
        await begin(store, by_ms, moved=chance.randrange(COUNT))
        await claim(store, chance.randrange(1, 99), at=total)
        again = chance.randrange(-DAY_MS, DAY_MS)
        await store.clock_was_set(again)
        total += by_ms + again
        assert validities(tmp_path) == [NOW + VALIDITY_MS + total] * COUNT
        assert rows(tmp_path, "SELECT * FROM clock_change UNION ALL SELECT *, 0, 0, 0, 0 FROM clock_moved") == []
