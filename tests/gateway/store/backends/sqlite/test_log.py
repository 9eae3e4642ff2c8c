from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from gateway.store.backends.sqlite import log as log_module
from gateway.store.backends.sqlite.log import LogKeeper
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.store import NOW, a_message, an_account
from tests.support.waiting import until

LIMIT = 1_000_000


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    writer, _, searcher = store._connections
    store._log = LogKeeper(tmp_path / "gateway.db", writer=writer, searcher=searcher, limit=LIMIT)
    yield store
    await store.close()


async def write_until_too_long(store: SqliteStore) -> None:
    while store.log_octets() <= LIMIT:
        await store.accept([a_message(text="x" * 1000) for _ in range(20)])


async def test_a_long_log_is_emptied_between_two_searches(opened: SqliteStore) -> None:
    """A search that began before the log was too long ends first, one that comes later waits."""
    began, go_on = threading.Event(), threading.Event()

    def first(connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM message").fetchone()
        began.set()
        go_on.wait(20)
        connection.execute("COMMIT")

    search = asyncio.create_task(opened.read_slowly(first))
    await asyncio.to_thread(began.wait)
    await write_until_too_long(opened)
    assert opened._log is not None
    opened._log._look_at = 0
    await opened.accept([a_message()])
    long = opened.log_octets()
    later = asyncio.create_task(opened.read_slowly(lambda connection: opened.log_octets()))
    await opened.accept([a_message()])
    assert not later.done()
    assert opened.log_octets() >= long
    go_on.set()
    await search
    assert await later < LIMIT
    await opened.accept([a_message()])
    assert opened.log_octets() < LIMIT


async def test_another_program_that_reads_is_told_of_and_holds_up_nobody(opened: SqliteStore) -> None:
    with contextlib.closing(sqlite3.connect(opened._path, isolation_level=None)) as other, capture_logs() as logs:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM message").fetchone()
        await write_until_too_long(opened)
        assert opened._log is not None
        opened._log._look_at = 0
        await opened.accept([a_message()])
        await until(lambda: bool(logs))
        assert "another program reads" in logs[0]["event"]
        await opened.accept([a_message()])
        assert await opened.read_slowly(lambda connection: 7) == 7
        assert opened._log._look_at > asyncio.get_running_loop().time() + log_module.REST_S / 2, "not tried again soon"
        other.execute("COMMIT")
    (usual,) = await opened._connections[0].run(lambda raw: raw.execute("PRAGMA busy_timeout").fetchone())
    assert usual == 5000


async def test_a_short_log_is_left_alone(opened: SqliteStore) -> None:
    await opened.accept([a_message()])
    assert opened._log is not None
    assert opened._log._task is None
