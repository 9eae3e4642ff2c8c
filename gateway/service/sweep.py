"""Deletes what is older than [retention] says, a little at a time, and tells once a day what it did."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

import structlog

from gateway.core.sweep import ClockWatch, Pace
from gateway.core.types import EpochMs
from gateway.errors import StoreError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.clock import Clock
    from gateway.config.settings import RetentionSection
    from gateway.store.backend import Store
    from gateway.store.retention import Mark, Swept

    Step = Callable[[Mark | None, int, int], Awaitable[Swept]]

log = structlog.get_logger(__name__)

FIRST_AFTER_S: Final = 900.0
"""A box without a battery has found a time server by then; and a start has more important things to do."""
EVERY_S: Final = 3600.0
TELL_EVERY_S: Final = 86_400.0
DISTRUST_S: Final = 86_400.0
"""A clock that was put forward is believed after so long."""
IDLE_S: Final = 0.25
"""How long a step waits for a moment in which nobody writes; a box that never rests gets rid of 1000 rows a second."""
OTHER_ROWS: Final = 500
ALL: Final = 1 << 62
MB: Final = 1_000_000
_DAY_MS: Final = 86_400_000


class Sweeper:
    """One task; `start` and `stop` frame its work, `sweep` is one round of it."""

    def __init__(self, store: Store, *, settings: RetentionSection, clock: Clock) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._outage = Outage()
        self._pace = Pace()
        self._deleted: Counter[str] = Counter()
        """Messages by kind, since somebody was told."""
        self._watch = ClockWatch(clock.now_ms(), clock.monotonic())
        self._distrusted_until = float("-inf")
        self._tell_at = float("-inf")
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, with the first round after a while."""
        self._task = asyncio.create_task(self._run(), name="sweeper")

    async def stop(self) -> None:
        """End; what is half done goes on another time."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await asyncio.sleep(FIRST_AFTER_S)
        while True:
            await self.round()
            await asyncio.sleep(EVERY_S)

    async def round(self) -> None:
        """Sweep; what the store refuses is logged, and tried again with the next round."""
        try:
            await self._outage.ride_out(self.sweep)
        except StoreError:
            log.exception("old messages not deleted", action="retention")

    async def sweep(self) -> None:
        """Delete all that is too old or too much, unless the clock was put forward of late."""
        if not self._is_clock_believed():
            return
        store, settings = self._store, self._settings
        outbound, inbound = self._before(settings.outbound_days), self._before(settings.inbound_days)
        audit = self._before(settings.audit_days)
        if outbound is not None:
            await self._sweep("outbound", self._outbound(outbound))
            await store.sweep_newsletters(before=outbound, most=OTHER_ROWS)
            await store.sweep_callbacks(before=outbound, most=OTHER_ROWS)
        if inbound is not None:
            await self._sweep("inbound", self._inbound(inbound))
        if audit is not None:
            await store.sweep_audit(before=audit, most=OTHER_ROWS)
        if settings.most_messages:
            now, stored = self._clock.now_ms(), await store.stored()
            await self._sweep("outbound", self._outbound(now), stored.outbound - settings.most_messages)
            await self._sweep("inbound", self._inbound(now), stored.inbound - settings.most_messages)
        await self._tell()

    def _is_clock_believed(self) -> bool:
        now, steady_s = self._clock.now_ms(), self._clock.monotonic()
        if self._watch.was_set(now, steady_s):
            self._distrusted_until = steady_s + DISTRUST_S
            log.warning("the clock was put forward: nothing is deleted for a day", action="retention")
        return steady_s >= self._distrusted_until

    def _before(self, days: float) -> EpochMs | None:
        return EpochMs(self._clock.now_ms() - int(days * _DAY_MS)) if days else None

    def _outbound(self, before: EpochMs) -> Step:
        return lambda resume, most, rows: self._store.sweep_outbound(
            before=before, now=self._clock.now_ms(), resume=resume, most=most, rows=rows
        )

    def _inbound(self, before: EpochMs) -> Step:
        return lambda resume, most, rows: self._store.sweep_inbound(before=before, resume=resume, most=most, rows=rows)

    async def _sweep(self, kind: str, step: Step, most: int = ALL) -> None:
        """Do steps until nothing of that age is left or `most` messages are deleted; others write in between."""
        resume: Mark | None = None
        while most > 0:
            await self._store.until_idle(IDLE_S)
            swept = await step(resume, most, self._pace.rows)
            self._pace.note(swept.took_s)
            self._deleted[kind] += swept.messages
            most -= swept.messages
            resume = swept.resume
            if resume is None:
                return
            if self._clock.monotonic() >= self._tell_at:
                await self._tell()
            await asyncio.sleep(swept.took_s)

    async def _tell(self) -> None:
        """Put a line into the log, once a day."""
        now_s = self._clock.monotonic()
        if now_s < self._tell_at:
            return
        self._tell_at = now_s + TELL_EVERY_S
        stored = await self._store.stored()
        log.info(
            "old messages deleted",
            action="retention",
            outbound=self._deleted["outbound"],
            inbound=self._deleted["inbound"],
            kept_outbound=stored.outbound,
            kept_inbound=stored.inbound,
            database_mb=stored.database_octets // MB,
            of_it_free_mb=stored.spare_octets // MB,
        )
        self._deleted.clear()
