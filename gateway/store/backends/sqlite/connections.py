"""Opens the database file: one connection that writes, others that only read."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, TypeVar

import aiosqlite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

CACHED_STATEMENTS = 256
ROWS_PER_FETCH = 64

WRITER_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -8192",
    # A checkpoint costs two syncs and stops the writer: one per 16 MiB of log instead of one per 4.
    "PRAGMA wal_autocheckpoint = 4096",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA temp_store = MEMORY",
)
READER_PRAGMAS = (
    "PRAGMA query_only = ON",
    "PRAGMA busy_timeout = 5000",
    "PRAGMA cache_size = -4096",
    "PRAGMA temp_store = MEMORY",
)
SYNCHRONOUS_PRAGMAS = {"full": "PRAGMA synchronous = FULL", "normal": "PRAGMA synchronous = NORMAL"}


class Connection(aiosqlite.Connection):
    """An aiosqlite connection on whose thread whole functions can run.

    aiosqlite hops to its thread for every statement; a transaction of forty statements would wait
    forty times for the event loop. Here it waits once.
    """

    async def run(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Call `function` with the connection in its thread and give what it gives."""
        result: T = await self._execute(function, self._conn)  # type: ignore[no-untyped-call]  # as it comes
        return result

    def start(self, function: Callable[[sqlite3.Connection], None]) -> None:
        """Call `function` with the connection in its thread; whoever asks tells itself when it is done."""
        self._tx.put_nowait((None, lambda: function(self._conn)))


def make_private(path: Path) -> None:
    """Create the file when it is missing and keep others from reading it; WAL and SHM follow its mode."""
    path.touch(mode=0o600)
    path.chmod(0o600)


async def open_writer(path: Path, *, synchronous: str) -> Connection:
    """Open the connection that writes; `synchronous` is full or normal."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, isolation_level=None, cached_statements=CACHED_STATEMENTS)
        _apply(connection, (*WRITER_PRAGMAS, SYNCHRONOUS_PRAGMAS[synchronous]))
        return connection

    return await _start(connect)


async def open_reader(path: Path) -> Connection:
    """Open a connection that can only read.

    SQLite before 3.51.3 can damage a WAL database when two connections write or checkpoint in the
    same instant: every connection but the writer is opened read-only, so that none of them ever does.
    """

    def connect() -> sqlite3.Connection:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=CACHED_STATEMENTS)
        _apply(connection, READER_PRAGMAS)
        return connection

    return await _start(connect)


async def _start(connect: Callable[[], sqlite3.Connection]) -> Connection:
    connection = Connection(connect, ROWS_PER_FETCH)
    try:
        await connection
    except BaseException:
        # aiosqlite tells its thread to end but does not wait: it would still want the loop when that is closed.
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 (aiosqlite has no word for it)
        raise
    return connection


def _apply(connection: sqlite3.Connection, pragmas: tuple[str, ...]) -> None:
    try:
        for pragma in pragmas:
            connection.execute(pragma).fetchall()
    except BaseException:
        connection.close()
        raise
