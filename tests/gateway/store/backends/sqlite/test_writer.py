from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.core.types import AccountId, Port
from gateway.errors import InvalidFieldError, StoreError, StoreUnavailableError
from gateway.store.backends.sqlite.memory import read_memory
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.backends.sqlite.transaction import Transaction
from gateway.store.backends.sqlite.writer import ALONE, MANY_CALLS, MOST_GATHERED, MOST_WORKS, Haste
from tests.gateway.store.backends.sqlite.test_memory import counts
from tests.support.store import NOW, a_message, a_report, a_turn, an_account, held_by_another


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    yield store
    await store.close()


def identity(tx: Transaction) -> Transaction:
    return tx


async def test_works_that_wait_together_share_a_transaction(opened: SqliteStore) -> None:
    transactions = await asyncio.gather(*(opened.write(identity) for _ in range(100)))
    assert len(set(map(id, transactions))) == 1


async def test_a_transaction_takes_a_limited_number_of_works(opened: SqliteStore) -> None:
    transactions = await asyncio.gather(*(opened.write(identity) for _ in range(2 * MOST_WORKS + 1)))
    assert len(set(map(id, transactions))) == 3


async def test_works_that_come_meanwhile_share_the_next_transaction(opened: SqliteStore) -> None:
    first = asyncio.ensure_future(opened.write(identity))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = await asyncio.gather(*(opened.write(identity) for _ in range(10)))
    assert len(set(map(id, others))) == 1
    assert id(await first) not in set(map(id, others))


async def test_turns_go_one_by_one_after_a_rest_and_share_when_there_is_none(opened: SqliteStore) -> None:
    for _ in range(2):  # it is so again after the next rest
        jobs = [opened.write(identity, haste=Haste.TURN) for _ in range(ALONE + 2 + 4 + 3)]
        sizes = list(Counter(map(id, await asyncio.gather(*jobs))).values())
        assert sizes == ALONE * [1] + [2, 4, 3]
        await opened.until_idle(timeout_s=10)


async def one_by_one(store: SqliteStore, count: int) -> list[asyncio.Task[Transaction]]:
    """Make calls, each in a turn of the loop of its own."""
    jobs = []
    for _ in range(count):
        jobs.append(asyncio.ensure_future(store.write(identity)))
        await asyncio.sleep(0)
    return jobs


async def test_where_many_call_a_transaction_waits_while_more_of_them_come(opened: SqliteStore) -> None:
    few = await asyncio.gather(*await one_by_one(opened, MANY_CALLS))
    assert id(few[0]) != id(few[-1]), "the first caller after a rest waits for nobody"
    await asyncio.gather(*(opened.write(identity) for _ in range(MANY_CALLS)))
    many = await asyncio.gather(*await one_by_one(opened, MANY_CALLS))
    assert len(set(map(id, many))) == 1


async def test_not_even_many_callers_are_waited_for_without_end(opened: SqliteStore) -> None:
    await asyncio.gather(*(opened.write(identity) for _ in range(MANY_CALLS)))
    sizes = Counter(map(id, await asyncio.gather(*await one_by_one(opened, 3 * MOST_GATHERED))))
    assert next(iter(sizes.values())) == MOST_GATHERED


async def test_a_turn_does_not_wait_for_callers(opened: SqliteStore) -> None:
    await asyncio.gather(*(opened.write(identity) for _ in range(MANY_CALLS)))
    calls = await one_by_one(opened, 2)
    turn = asyncio.ensure_future(opened.write(identity, haste=Haste.TURN))
    more = await one_by_one(opened, MANY_CALLS)
    transactions = {id(await call) for call in calls}
    assert transactions == {id(await turn)}
    assert id(await more[-1]) not in transactions


async def test_what_nobody_waits_for_is_put_off_and_done_together(opened: SqliteStore) -> None:
    notes = [asyncio.ensure_future(opened.write(identity, haste=Haste.NOTE)) for _ in range(5)]
    call = asyncio.ensure_future(opened.write(identity))
    notes += [asyncio.ensure_future(opened.write(identity, haste=Haste.NOTE)) for _ in range(5)]
    first = await call
    assert not any(note.done() for note in notes), "they are not in the call's transaction"
    ids = {id(transaction) for transaction in await asyncio.gather(*notes)}
    assert len(ids) == 1
    assert id(first) not in ids


async def test_what_nobody_waits_for_is_done_although_others_go_on_for_ever(opened: SqliteStore) -> None:
    note = asyncio.ensure_future(opened.write(identity, haste=Haste.NOTE))
    async with asyncio.timeout(60):
        while not note.done():
            await asyncio.gather(*(opened.write(identity, haste=Haste.TURN) for _ in range(10)))


async def test_the_end_waits_for_what_was_put_off(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "other.db")
    await store.open()
    note = asyncio.ensure_future(store.write(identity, haste=Haste.NOTE))
    await asyncio.sleep(0)
    await store.close()
    assert note.done()
    assert isinstance(note.result(), Transaction)


@pytest.mark.parametrize("position", [0, 5, 9])
async def test_a_work_that_fails_fails_alone(opened: SqliteStore, position: int) -> None:
    calls: list[int] = []

    def work(number: int, tx: Transaction) -> int:
        calls.append(number)
        tx.next_id("message")
        if number == position:
            raise InvalidFieldError("name", "taken")
        tx.execute("INSERT INTO audit (at, actor, action, detail) VALUES (1, '', '', :number)", {"number": number})
        return number

    jobs = [opened.write(lambda tx, number=number: work(number, tx)) for number in range(10)]  # type: ignore[misc]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    good = [number for number in range(10) if number != position]
    assert [one for one in results if not isinstance(one, Exception)] == good
    assert isinstance(results[position], InvalidFieldError)
    rows = await opened.read(lambda connection: connection.execute("SELECT detail FROM audit ORDER BY id").fetchall())
    assert [int(detail) for (detail,) in rows] == good, "what the good ones wrote is there once"


async def test_a_bad_row_among_many_accepts_fails_alone(opened: SqliteStore) -> None:
    messages = [a_message(account_id=AccountId(99 if number == 7 else 1)) for number in range(20)]
    results = await asyncio.gather(*(opened.accept([message]) for message in messages), return_exceptions=True)
    assert isinstance(results[7], StoreError)
    ids = [one[0] for one in results if isinstance(one, list)]
    assert len(set(ids)) == 19
    assert len(await opened.messages(ids)) == 19
    assert opened.load.open_messages == 19


async def test_a_failed_transaction_leaves_no_trace_in_memory(opened: SqliteStore) -> None:
    await asyncio.gather(
        opened.accept([a_message(port=Port(1))]),
        opened.accept([a_message(port=Port(2), account_id=AccountId(99))]),
        opened.report(a_report(7)),
        return_exceptions=True,
    )
    assert opened._writer is not None
    assert counts(opened._writer._memory) == counts(await opened.read(read_memory))


async def test_a_work_sees_what_earlier_ones_of_its_transaction_did(opened: SqliteStore) -> None:
    (message_id,), result = await asyncio.gather(opened.accept([a_message()]), opened.turn(a_turn()))
    assert result.assignment is not None
    assert result.assignment.message_id == message_id


async def test_a_text_that_cannot_be_stored_fails_alone(opened: SqliteStore) -> None:
    texts = ["good", "lone \ud800 surrogate", "also good"]
    results = await asyncio.gather(*(opened.accept([a_message(text=text)]) for text in texts), return_exceptions=True)
    assert [isinstance(one, list) for one in results] == [True, False, True]
    assert opened.load.open_messages == 2


async def test_an_id_is_not_used_again_after_a_failure_or_a_restart(tmp_path: Path, opened: SqliteStore) -> None:
    (first,) = await opened.accept([a_message()])
    await asyncio.gather(
        opened.accept([a_message(account_id=AccountId(99))]), opened.accept([a_message()]), return_exceptions=True
    )
    (third,) = await opened.accept([a_message()])
    assert third > first + 1
    await opened.close()
    again = SqliteStore(tmp_path / "gateway.db")
    await again.open()
    try:
        (fourth,) = await again.accept([a_message()])
        assert fourth == third + 1
    finally:
        await again.close()


async def test_ids_end_below_2_to_the_31(opened: SqliteStore) -> None:
    def jump(tx: Transaction) -> None:
        tx.next_id("message", 2**31 - 2)

    await opened.write(jump)
    (last,) = await opened.accept([a_message()])
    assert last == 2**31 - 1
    with pytest.raises(StoreError):
        await opened.accept([a_message()])


async def test_close_does_what_was_asked_for_before(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    waiting = asyncio.gather(*(store.accept([a_message()]) for _ in range(600)))
    await asyncio.sleep(0)
    await store.close()
    ids = [message_id for ids in await waiting for message_id in ids]
    again = SqliteStore(tmp_path / "gateway.db")
    await again.open()
    try:
        assert len(await again.messages(ids)) == 600
    finally:
        await again.close()


async def test_a_locked_file_is_tried_once_for_all_that_wait(opened: SqliteStore) -> None:
    statements: list[str] = []
    async with held_by_another(opened):
        await opened._connections[0].run(lambda raw: raw.set_trace_callback(statements.append))
        ended = await asyncio.gather(*(opened.accept([a_message()]) for _ in range(20)), return_exceptions=True)
        assert all(isinstance(one, StoreUnavailableError) for one in ended)
        assert statements.count("BEGIN IMMEDIATE") == 1
    assert "another program holds" in str(ended[0])
    assert opened.load.open_messages == 0
    await opened.accept([a_message()])
    assert opened.load.open_messages == 1


@pytest.mark.parametrize(
    ("pragma", "undo", "advice"),
    [
        pytest.param("max_page_count = 1", "max_page_count = 1000000", "free some space", id="full"),
        pytest.param("query_only = ON", "query_only = OFF", "give it and its folder", id="read-only"),
    ],
)
async def test_a_disk_that_takes_nothing_says_what_to_do(
    opened: SqliteStore, pragma: str, undo: str, advice: str
) -> None:
    writer = opened._connections[0]
    await writer.run(lambda raw: raw.execute(f"PRAGMA {pragma}").fetchall())
    with pytest.raises(StoreUnavailableError, match=advice):
        await opened.accept([a_message(text="x" * 60_000)])
    await writer.run(lambda raw: raw.execute(f"PRAGMA {undo}").fetchall())
    await opened.accept([a_message()])


async def test_a_full_disk_gets_the_room_of_the_log_back(opened: SqliteStore) -> None:
    statements: list[str] = []
    writer = opened._connections[0]
    await writer.run(lambda raw: raw.execute("PRAGMA max_page_count = 1").fetchall())
    await writer.run(lambda raw: raw.set_trace_callback(statements.append))
    with pytest.raises(StoreUnavailableError):
        await opened.accept([a_message(text="x" * 60_000)])
    assert [one for one in statements if one.startswith(("BEGIN", "PRAGMA"))] == [
        "BEGIN IMMEDIATE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "BEGIN IMMEDIATE",
    ]
