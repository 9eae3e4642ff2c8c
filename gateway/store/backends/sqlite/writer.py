"""The one writer: group commit of works in the thread of one connection."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.errors import StoreError, StoreUnavailableError
from gateway.store.backends.sqlite.faults import is_full
from gateway.store.backends.sqlite.transaction import Transaction, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.store.backends.sqlite.connections import Connection
    from gateway.store.backends.sqlite.memory import Memory

T = TypeVar("T")

MOST_WORKS = 256
"""Most works of one kind that share a transaction."""
ALONE = 8
"""So many transactions after a rest have one turn each; in each that follows there are up to twice as many."""
MANY_CALLS = 6
"""So many in one transaction say that many callers are there: the next one waits while more of them come."""
MOST_GATHERED = 64
"""So many calls wait for no more: at some 130 us each the first of them has waited 8 ms."""
QUIET = 4
"""Turns of the loop without a call after which none is waited for."""
NOTE_DELAY_S = 0.005
"""How long a note may wait: as long as spans whose modems reported something take to send the next message."""
EMPTY_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"


class Haste(Enum):
    """How much depends on when a work is done."""

    TURN = "turn"
    """A span stands still until then."""
    CALL = "call"
    """Somebody waits for the answer."""
    NOTE = "note"
    """Nobody waits: it is put off for `NOTE_DELAY_S`, and shares its transaction with others of that time."""


@dataclass(slots=True)
class _Job:
    work: Work[Any]
    future: asyncio.Future[Any]
    on_failed: Callable[[], None] | None


@dataclass(slots=True)
class _Ended:
    """What became of one work: its value, or the error that it alone ran into."""

    value: Any = None
    error: Exception | None = None


class Writer:
    """Takes works from the event loop and gives their values once they are durable.

    Works that come while a transaction runs wait for the next one and share it. But turns that shared one go on
    together: their modems are done at the same time and stand still for as long as all of them take. So after a rest
    they go one by one, and then stay apart; when there is no rest, many share.
    """

    def __init__(
        self,
        connection: Connection,
        memory: Memory,
        *,
        on_committed: Callable[[Transaction], None],
        explain: Callable[[sqlite3.Error], StoreError],
    ) -> None:
        """`explain` makes our error of one of the database."""
        self._connection = connection
        self._explain = explain
        self._memory = memory
        self._on_committed = on_committed
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[Haste, deque[_Job]] = {haste: deque() for haste in Haste}
        self._since_rest = 0
        self._note_timer: asyncio.TimerHandle | None = None
        self._are_notes_due = False
        self._has_turns = self._has_many_calls = False
        self._is_busy = False
        self._is_closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    def do(
        self, work: Work[T], *, on_failed: Callable[[], None] | None = None, haste: Haste = Haste.CALL
    ) -> asyncio.Future[T]:
        """Run `work` in a transaction; gives the future of its value, there after the commit.

        A caller that is cancelled while it waits does not take the work back. `on_failed` is called
        in the loop when the work was not done. Raises StoreError when the database refuses
        (StoreUnavailableError when it may take the work later), and whatever the work raises.
        """
        future: asyncio.Future[T] = self._loop.create_future()
        job = _Job(work, future, on_failed)
        if self._is_closed:
            _fail(job, StoreError("the store is closed"))
        else:
            self._waiting[haste].append(job)
            self._idle.clear()
            if haste is not Haste.NOTE:
                self._begin()
            elif self._note_timer is None:
                self._note_timer = self._loop.call_later(NOTE_DELAY_S, self._do_notes)
        return future

    async def until_idle(self) -> None:
        """Return when nothing waits."""
        if self._waiting[Haste.NOTE]:
            self._do_notes()
        await self._idle.wait()

    async def close(self) -> None:
        """Do what still waits, then take nothing more."""
        self._is_closed = True
        await self.until_idle()

    def _do_notes(self) -> None:
        if self._note_timer is not None:
            self._note_timer.cancel()
            self._note_timer = None
        self._are_notes_due = True
        self._begin()

    def _begin(self) -> None:
        if not self._is_busy:
            self._is_busy = True
            self._since_rest = 0
            # Not at once: whoever was woken together with this caller shall share the transaction.
            self._loop.call_soon(self._gather if self._has_many_calls else self._start)

    def _gather(self, before: int = 0, quiet: int = 0) -> None:
        """Start once the loop brings no more calls: most of what a transaction costs is not its works.

        Loop and transaction are two threads that want one lock: the loop goes on best while no transaction runs.
        """
        calls = len(self._waiting[Haste.CALL])
        quiet = 0 if calls > before else quiet + 1
        if quiet < QUIET and calls < MOST_GATHERED and not self._waiting[Haste.TURN]:
            self._loop.call_soon(self._gather, calls, quiet)
        else:
            self._start()

    def _start(self) -> None:
        jobs = self._next_jobs()
        works = [job.work for job in jobs]

        def run(connection: sqlite3.Connection) -> None:
            try:
                ended, committed = self._run(connection, works)
            except Exception as error:  # noqa: BLE001 (the callers get it)
                ended, committed = [_Ended(error=error)] * len(works), []
            self._loop.call_soon_threadsafe(self._finish, jobs, ended, committed)

        self._connection.start(run)

    def _next_jobs(self) -> list[_Job]:
        calls, turns = self._take(Haste.CALL, MOST_WORKS), self._take(Haste.TURN, self._most_turns)
        self._since_rest += 1
        # Turns last: they find what the others have brought.
        jobs = [*calls, *turns]
        self._has_turns, self._has_many_calls = bool(turns), len(calls) >= MANY_CALLS
        if self._are_notes_due:
            jobs += self._take(Haste.NOTE, MOST_WORKS)
            self._are_notes_due = bool(self._waiting[Haste.NOTE])
        return jobs

    @property
    def _most_turns(self) -> int:
        """Most turns in the next transaction."""
        doublings = min(max(0, self._since_rest - ALONE + 1), MOST_WORKS.bit_length())
        return min(1 << doublings, MOST_WORKS)

    def _take(self, haste: Haste, most: int) -> list[_Job]:
        waiting = self._waiting[haste]
        return [waiting.popleft() for _ in range(min(most, len(waiting)))]

    def _run(
        self, connection: sqlite3.Connection, works: Sequence[Work[Any]]
    ) -> tuple[list[_Ended], list[Transaction]]:
        """Run all works in one transaction; when that fails each in its own, so that a bad one fails alone."""
        try:
            values, transaction = self._run_with_room(connection, works)
        except Exception as raised:  # noqa: BLE001 (kept for its caller)
            error = self._explain(raised) if isinstance(raised, sqlite3.Error) else raised
            if len(works) == 1 or isinstance(error, StoreUnavailableError):
                # No work's fault: each would wait for the lock or the disk once more.
                return [_Ended(error=error)] * len(works), []
        else:
            return [_Ended(value=value) for value in values], [transaction]
        ended: list[_Ended] = []
        committed: list[Transaction] = []
        for work in works:
            single, done = self._run(connection, [work])
            ended += single
            committed += done
        return ended, committed

    def _run_with_room(
        self, connection: sqlite3.Connection, works: Sequence[Work[Any]]
    ) -> tuple[list[Any], Transaction]:
        """Run all works in one transaction; on a full disk once more without the log, which may be most of it."""
        try:
            return _run_together(connection, self._memory, works)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
        connection.execute(EMPTY_LOG).fetchall()
        return _run_together(connection, self._memory, works)

    def _finish(self, jobs: list[_Job], ended: list[_Ended], committed: list[Transaction]) -> None:
        for job, end in zip(jobs, ended, strict=True):
            if end.error is not None:
                _fail(job, end.error)
            elif not job.future.done():
                job.future.set_result(end.value)
        # The callers are woken later in the loop: load and listeners still come before them.
        for transaction in committed:
            self._on_committed(transaction)
        if self._waiting[Haste.CALL] or self._waiting[Haste.TURN] or self._are_notes_due:
            if self._has_turns:
                # Spans hand their modems the next message first: this thread and the writer's want the same lock.
                self._loop.call_soon(self._start)
            elif self._has_many_calls:
                self._gather()
            else:
                self._start()
            return
        self._is_busy = False
        if not self._waiting[Haste.NOTE]:
            self._idle.set()


def _fail(job: _Job, error: Exception) -> None:
    if job.on_failed is not None:
        job.on_failed()
    if not job.future.done():
        job.future.set_exception(error)


def _run_together(
    connection: sqlite3.Connection, memory: Memory, works: Sequence[Work[Any]]
) -> tuple[list[Any], Transaction]:
    transaction = Transaction(connection, memory)
    connection.execute("BEGIN IMMEDIATE")
    try:
        values = [work(transaction) for work in works]
        transaction.finish()
        connection.execute("COMMIT")
    except BaseException:
        memory.undo()
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    memory.keep()
    for function in transaction.after_commit:
        function()
    return values, transaction
