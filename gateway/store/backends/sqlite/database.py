"""The open file behind the store: lock, connections, writer, listeners."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from typing import TYPE_CHECKING, TypeVar

import structlog

from gateway.core.types import EpochMs
from gateway.errors import StoreError
from gateway.store.backends.sqlite.connections import Connection, make_private, open_reader, open_writer
from gateway.store.backends.sqlite.faults import explain
from gateway.store.backends.sqlite.load import LoadBoard, read_load
from gateway.store.backends.sqlite.lock import FileLock
from gateway.store.backends.sqlite.log import LogKeeper
from gateway.store.backends.sqlite.memory import read_memory
from gateway.store.backends.sqlite.migrations import migrate, shipped_migrations
from gateway.store.backends.sqlite.waiting import read_waiting
from gateway.store.backends.sqlite.writer import Haste, Writer
from gateway.store.disk import DiskWatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from gateway.store.backends.sqlite.transaction import LoadChange, Transaction, Work
    from gateway.store.news import News

T = TypeVar("T")

log = structlog.get_logger(__name__)

SPARE = "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"
PING = "UPDATE sequence SET next = next + 1 WHERE name = 'ping'"


class Database:
    """Opens and closes the file and gives the calls of the store their transactions and reads.

    `synchronous` "full" makes every answer durable against a power cut; "normal" may lose the last
    ones, though never more than that.
    """

    def __init__(self, path: Path, *, synchronous: str = "full", disk: DiskWatch | None = None) -> None:
        self.disk = disk or DiskWatch(path.parent, min_free_octets=0)
        self._path = path
        self._synchronous = synchronous
        self._lock = FileLock(path.with_name(f"{path.name}.lock"))
        self._board = LoadBoard()
        self.load = self._board.load
        self._listeners: list[Callable[[News], None]] = []
        self._connections: list[Connection] = []
        self._writer: Writer | None = None
        self._reader: Connection | None = None
        self._page_reader: Connection | None = None
        self._log: LogKeeper | None = None
        self._latest_now = EpochMs(0)
        self.moving = asyncio.Lock()
        """Taken by whoever moves instants because the clock was set."""

    async def open(self) -> None:
        """Open or create the file, bring its schema up to date, take the lock."""
        self._lock.take()
        try:
            await self._open()
        except BaseException as error:
            await self.close()
            if isinstance(error, sqlite3.Error):
                raise self._explain(error) from error
            if isinstance(error, OSError):
                raise StoreError(f"{self._path}: {error.strerror or error}") from error
            raise

    async def _open(self) -> None:
        make_private(self._path)
        connection = await open_writer(self._path, synchronous=self._synchronous)
        self._connections.append(connection)
        await connection.run(lambda raw: migrate(raw, self._path, shipped_migrations()))
        waiting = await connection.run(read_waiting)
        memory = await connection.run(lambda raw: read_memory(raw, waiting))
        self._board.change(await connection.run(lambda raw: read_load(raw, waiting)))
        self._reader = await open_reader(self._path)
        self._connections.append(self._reader)
        await self._reader.run(self._note_spare)
        # Apart, so that the search through a large outbox holds up no small read.
        self._page_reader = await open_reader(self._path)
        self._connections.append(self._page_reader)
        self._log = LogKeeper(self._path, writer=connection, searcher=self._page_reader)
        self._writer = Writer(connection, memory, on_committed=self._on_committed, explain=self._explain)

    async def close(self) -> None:
        """Commit what was asked for and let the file go; may be called again."""
        if self._writer is not None:
            await self._writer.close()
        if self._log is not None:
            await self._log.stop()
        # Readers first: the last connection empties the log, and only the writer may.
        while self._connections:
            await self._connections.pop().close()
        self._lock.release()

    def listen(self, listener: Callable[[News], None]) -> Callable[[], None]:
        """Call `listener` with news after each commit; gives the function that ends it."""
        self._listeners.append(listener)

        def stop() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return stop

    async def ping(self) -> None:
        """Return once the writer has committed something; raises StoreError when it cannot."""
        await self.write(lambda tx: tx.execute(PING, {}))

    async def until_idle(self, timeout_s: float) -> None:
        """Return when nothing waits to be written, or after `timeout_s`."""
        if self._writer is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._writer.until_idle(), timeout_s)

    def is_disk_low(self) -> bool:
        """Whether the disk is so full that nothing new should be accepted."""
        self._look_at_disk()
        return self.disk.is_low

    def _look_at_disk(self) -> None:
        if self.disk.look() and self._reader is not None:
            self._reader.start(self._note_spare)

    def _note_spare(self, connection: sqlite3.Connection) -> None:
        # Locked for a moment: what was read last will do, it is asked again with the next look.
        with contextlib.suppress(sqlite3.OperationalError):
            self.disk.spare_octets = connection.execute(SPARE).fetchone()[0]

    def log_octets(self) -> int:
        """Give the size of the write-ahead log."""
        return 0 if self._log is None else self._log.octets

    # --- for the calls --------------------------------------------------------------------------

    def write(
        self, work: Work[T], *, on_failed: Callable[[], None] | None = None, haste: Haste = Haste.CALL
    ) -> Awaitable[T]:
        """Run `work` in a transaction of the writer; gives what gives its value once it is durable."""
        if self._writer is None:
            raise StoreError("the store is not open")
        return self._writer.do(work, on_failed=on_failed, haste=haste)

    async def read(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` with the connection for small reads."""
        return await self._read(self._reader, function)

    async def read_slowly(self, function: Callable[[sqlite3.Connection], T]) -> T:
        """Run `function` with the connection for reads that may take long."""
        if self._log is not None:
            await self._log.may_search()
        return await self._read(self._page_reader, function)

    async def _read(self, connection: Connection | None, function: Callable[[sqlite3.Connection], T]) -> T:
        if connection is None or connection not in self._connections:
            raise StoreError("the store is not open")
        try:
            return await connection.run(function)
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> StoreError:
        return explain(error, self._path)

    def reserve(self, change: LoadChange) -> Callable[[], None]:
        """Count what is about to be accepted, so that nobody else takes its room; gives the way back."""
        self._board.change(change)

        def release() -> None:
            self._board.change(change, -1)

        return release

    def _on_committed(self, transaction: Transaction) -> None:
        self._look_at_disk()
        if self._log is not None:
            self._log.look()
        self._board.leave(transaction.load)
        self._board.change(transaction.load)
        for news in transaction.news():
            for listener in tuple(self._listeners):
                try:
                    listener(news)
                except Exception:
                    # What is committed stays committed, and the other listeners must hear of it.
                    log.exception("listener failed", action="news", news=type(news).__name__)
