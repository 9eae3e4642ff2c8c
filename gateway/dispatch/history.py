"""Writes the history of modems: whoever has something to tell notes it and goes on; one task puts it into the store."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final

import structlog

from gateway.core.history import Cure, HistoryEvent
from gateway.core.types import EpochMs
from gateway.errors import StoreError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.config.settings import HistorySection
    from gateway.core.history import HistoryKind
    from gateway.core.types import Port
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

# What is noted while the store cannot be written; beyond it the oldest lines are lost, and that is said.
MOST_WAITING: Final = 10_000
TIDY_EVERY_S: Final = 3600.0
_DAY_MS: Final = 86_400_000


class History:
    """The pen of everybody in dispatch. `note` and `remember` never wait; `start` and `stop` frame their work."""

    def __init__(self, store: Store, *, settings: HistorySection, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._outage = Outage()
        self._events: deque[HistoryEvent] = deque()
        self._cures: deque[Cure] = deque()
        self._lost = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None

    def note(
        self,
        kind: HistoryKind,
        detail: str,
        *,
        port: Port | None = None,
        path: str = "",
        imei: str = "",
        iccid: str = "",
    ) -> None:
        """Put a line at the end of the history, dated now."""
        if len(self._events) >= MOST_WAITING:
            self._events.popleft()
            self._lost += 1
        self._events.append(
            HistoryEvent(
                at=self._clock.now_ms(), kind=kind, detail=detail, port=port, path=path, imei=imei, iccid=iccid
            )
        )
        self._wake.set()

    def remember(self, cure: Cure) -> None:
        """Keep the recovery step that helped a model, or forget it when its `step` is empty."""
        self._cures.append(cure)
        self._wake.set()

    async def start(self) -> None:
        """Begin to write, and to drop what is too old."""
        self._task = asyncio.create_task(self._run(), name="history")

    async def stop(self) -> None:
        """Write what waits if the store takes it, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._writing is not None:
            await asyncio.gather(self._writing, return_exceptions=True)
        try:
            await self._put()
        except StoreError as error:
            log.warning("history not written", action="history", lines=len(self._events), reason=str(error))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        tidy_at = loop.time()
        while True:
            if loop.time() >= tidy_at:
                await self._outage.ride_out(self._tidy)
                tidy_at = loop.time() + TIDY_EVERY_S
            await self._outage.ride_out(self._write)
            try:
                async with asyncio.timeout_at(tidy_at):
                    await self._wake.wait()
            except TimeoutError:
                continue  # time to tidy

    async def _write(self) -> None:
        """Write what waits. Whoever is cancelled here does not take it back from the store: `stop` waits for it."""
        self._writing = asyncio.ensure_future(self._put())
        await asyncio.shield(self._writing)

    async def _put(self) -> None:
        """Write what waits; it is taken off only once it is in the store."""
        self._wake.clear()
        if self._lost:
            log.error("history lines lost, the store took none", action="history", lines=self._lost)
            self._lost = 0
        while self._events:
            batch = list(self._events)
            await self._store.add_history(batch)
            for event in batch:
                if self._events and self._events[0] is event:
                    self._events.popleft()
        while self._cures:
            await self._store.save_cure(self._cures[0])
            self._cures.popleft()

    async def _tidy(self) -> None:
        before = EpochMs(self._clock.now_ms() - int(self._settings.keep_days * _DAY_MS))
        await self._store.forget_history(before=before, keep=self._settings.keep_lines)
