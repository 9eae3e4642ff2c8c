"""The gateway as a process on virtual time: `python -m tests.soak.gateway PACE_FD ORDERS_FD CONFIG`.

It is the whole App with its real store, server and modems' ports; only the time is given (`pace.py`). What the day
wants of it comes as lines of JSON.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import socket
import sqlite3
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

import structlog

from gateway import logs
from gateway.app import App
from gateway.clock import Clock
from gateway.config.load import load_settings
from gateway.config.settings import Settings
from gateway.core.account import Role
from gateway.core.types import EpochMs
from gateway.store.backends.sqlite import connections
from gateway.store.backends.sqlite.memory import Tally, read_memory
from gateway.tuning import tune_process
from tests.soak import EPOCH
from tests.soak.pace import Follower
from tests.soak.threads import are_at_work, count_work
from tests.soak.virtual_loop import VirtualLoop
from tests.support.box import PASSWORD, rss_mb

# While SQLite waits for a lock it waits in real time, in which no virtual second passes and nobody lets go of it.
BUSY_MS = 20


class WallClock(Clock):
    """The loop's time as time of day."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        super().__init__()

    def now_ms(self) -> EpochMs:
        return EpochMs(int(EPOCH.timestamp() * 1000) + int(self._loop.time() * 1000))

    def monotonic(self) -> float:
        return self._loop.time()

    def drift_ms(self) -> int:
        return 0


class Gateway:
    """One App at a time, and the orders for it."""

    def __init__(self, settings: Settings, loop: VirtualLoop) -> None:
        self._settings = settings
        self._clock = WallClock(loop)
        self._app: App | None = None
        self._breaks: asyncio.Task[None] | None = None

    async def serve(self, orders: socket.socket) -> None:
        """Follow orders until the other side has gone."""
        reader, writer = await asyncio.open_connection(sock=orders)
        while line := await reader.readline():
            order = json.loads(line)
            answer = await getattr(self, f"do_{order.pop('do')}")(**order)
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    async def do_start(self) -> None:
        self._app = app = App(self._settings, clock=self._clock)
        await app.open()
        if not await app.accounts.list():
            await app.accounts.create("demo", role=Role.SENDER, password=PASSWORD)
        await app.start()
        self._breaks = asyncio.create_task(self._watch(app), name="soak: watch")

    async def do_stop(self) -> None:
        if self._breaks is not None:
            self._breaks.cancel()
            await asyncio.gather(self._breaks, return_exceptions=True)
            self._breaks = None
        if self._app is not None:
            await self._app.stop()
            self._app = None

    async def do_fill_disk(self, is_full: bool) -> None:
        """Let the database find no page more, as on a full disk, or as many as it wants."""
        assert self._app is not None
        pages = 1 if is_full else 1 << 30
        writer = self._app.store._connections[0]
        await writer.run(lambda raw: raw.execute(f"PRAGMA max_page_count = {pages}").fetchall())

    async def do_spans(self) -> list[dict[str, Any]]:
        """State of each span."""
        assert self._app is not None
        return [
            {
                "port": view.span.port,
                "imei": view.span.imei,
                "state": view.state.value,
                "reason": view.reason,
            }
            for view in self._app.board.views()
        ]

    async def do_compare(self) -> dict[str, list[str]]:
        """Counts that the store keeps in memory and that are other than what the database says now: kept, read."""
        assert self._app is not None
        store = self._app.store
        assert store._writer is not None
        kept = store._writer._memory

        def compare(raw: sqlite3.Connection) -> dict[str, list[str]]:
            read = read_memory(raw)
            return {
                name: [str(tally._counts), str(getattr(read, name)._counts)]
                for name, tally in vars(kept).items()
                if isinstance(tally, Tally) and tally._counts != getattr(read, name)._counts
            }

        return await store._connections[0].run(compare)

    async def do_load(self) -> dict[str, int]:
        """What waits, as the store counts it."""
        assert self._app is not None
        load = self._app.store.load
        return {
            "open_messages": load.open_messages,
            "open_by_account": sum(load.open_by_account.values()),
            "waiting_segments": sum(load.waiting_segments.values()),
        }

    async def do_trim(self) -> float:
        """Give the memory that is left when SQLite gives up its caches, which fill as the database grows."""
        assert self._app is not None
        for connection in self._app.store._connections:
            await connection.run(lambda raw: raw.execute("PRAGMA shrink_memory").fetchall())
        gc.collect()
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
        return rss_mb("self")

    async def do_gauges(self) -> dict[str, float]:
        """What must not grow."""
        gc.collect()
        return {
            "tasks": len(asyncio.all_tasks()),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
            "threads": threading.active_count(),
            "rss_mb": rss_mb("self"),
            "objects": len(gc.get_objects()),
            "blocks": sys.getallocatedblocks(),
        }

    async def do_tasks(self) -> dict[str, int]:
        """How many tasks there are of each coroutine."""
        counts: dict[str, int] = {}
        for task in asyncio.all_tasks():
            name = getattr(task.get_coro(), "__qualname__", "?")
            counts[name] = counts.get(name, 0) + 1
        return counts

    async def do_kinds(self) -> dict[str, int]:
        """How many objects there are of each kind, the most frequent ones."""
        gc.collect()
        counts: dict[str, int] = {}
        for one in gc.get_objects():
            kind = f"{type(one).__module__}.{type(one).__qualname__}"
            counts[kind] = counts.get(kind, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: -item[1])[:60])

    async def _watch(self, app: App) -> None:
        """End as `lifecycle.run` does when a part is broken: the service manager would start us again."""
        try:
            await app.wait_broken()
        except Exception:  # noqa: BLE001  # whatever it is
            structlog.get_logger(__name__).exception("gateway broken", action="broken gateway")
            os._exit(3)


def main() -> None:
    pace_fd, orders_fd, config = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings = load_settings(config)
    logs.configure(settings.gateway)
    structlog.configure(processors=[lambda _logger, _method, event: {**event, "at": f"{loop.time():.3f}"},
                                    *structlog.get_config()["processors"]])  # fmt: skip
    tune_process()
    count_work()
    connections.WRITER_PRAGMAS = (*connections.WRITER_PRAGMAS, f"PRAGMA busy_timeout = {BUSY_MS}")  # type: ignore[assignment]
    lasting = set(threading.enumerate())
    follower = Follower(socket.socket(fileno=pace_fd), lambda: loop.running_calls > 0 or are_at_work(lasting))
    loop = VirtualLoop(follower)
    follower.watch(loop._selector)  # type: ignore[attr-defined]
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(Gateway(settings, loop).serve(socket.socket(fileno=orders_fd)))
    except BaseException:  # noqa: BLE001  # whatever it is
        traceback.print_exc()
        # Not by leaving `main`: the database's threads would be waited for.
        os._exit(4)
    os._exit(0)


if __name__ == "__main__":
    main()
