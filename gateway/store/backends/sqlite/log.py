"""Keeps the write-ahead log short although somebody always reads.

SQLite writes over its log from the start once all of it is in the database and nobody reads from it. A browser that
turns pages without a pause, each of them a search of seconds, leaves no such moment: the log grows until the disk is
full. So when it has become too long, searches wait until those under way have ended, and the writer empties it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.store.backends.sqlite.connections import Connection

log = structlog.get_logger(__name__)

LIMIT_OCTETS: Final = 64 * 1024 * 1024
"""The same as `journal_size_limit`: what the log is cut to anyway when it begins anew."""
LOOK_EVERY_S: Final = 1.0
REST_S: Final = 60.0
"""When another program reads, the next try comes after so long."""
PATIENCE_MS: Final = 200
"""How long the writer waits for small reads to end."""
EMPTY: Final = "PRAGMA wal_checkpoint(TRUNCATE)"
_WAIT: Final = "PRAGMA busy_timeout"


class LogKeeper:
    """`look` after commits; searches wait for `may_search` before they begin."""

    def __init__(self, database: Path, *, writer: Connection, searcher: Connection, limit: int = LIMIT_OCTETS) -> None:
        self._path = database.with_name(f"{database.name}-wal")
        self._writer = writer
        self._searcher = searcher
        self._limit = limit
        self._look_at = 0.0
        self._free = asyncio.Event()
        self._free.set()
        self._task: asyncio.Task[None] | None = None

    @property
    def octets(self) -> int:
        """How long the log is."""
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def look(self) -> None:
        """Begin to empty the log when it is too long; looks once a second at most."""
        now = asyncio.get_running_loop().time()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_EVERY_S
        if self._task is None and self.octets > self._limit:
            self._task = asyncio.create_task(self._empty(), name="empty the log")

    async def may_search(self) -> None:
        """Return when a search may begin."""
        await self._free.wait()

    async def stop(self) -> None:
        """Let what is under way end."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)

    async def _empty(self) -> None:
        self._free.clear()
        try:
            await self._searcher.run(_nothing)  # behind those that run
            is_busy = await self._writer.run(_empty)
        except sqlite3.Error as error:
            log.warning("the write-ahead log cannot be emptied", action="log", reason=str(error))
            is_busy = True
        finally:
            self._free.set()
            self._task = None
        if is_busy:
            self._look_at = asyncio.get_running_loop().time() + REST_S
            log.warning(
                "the write-ahead log grows: another program reads the database all the time",
                action="log",
                log_mb=self.octets // 1_000_000,
            )


def _nothing(_: sqlite3.Connection) -> None:
    pass


def _empty(connection: sqlite3.Connection) -> bool:
    """Put the log into the database and cut it to nothing; whether somebody who reads was in the way."""
    (usual,) = connection.execute(_WAIT).fetchone()
    connection.execute(f"{_WAIT} = {PATIENCE_MS}").fetchall()
    try:
        return bool(connection.execute(EMPTY).fetchone()[0])
    finally:
        connection.execute(f"{_WAIT} = {usual}").fetchall()
