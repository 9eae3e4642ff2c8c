"""Lets messages go that were put off, when their time has come."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.core.types import EpochMs
    from gateway.store.backend import Store
    from gateway.store.outage import Outage

LONGEST_WAIT_S = 10.0
"""The system's clock may be set at any time: nobody tells."""


class Schedule:
    """One task: sleeps until the next message is due, or until one is put off for a time before that."""

    def __init__(self, store: Store, clock: Clock, outage: Outage) -> None:
        self._store = store
        self._clock = clock
        self._outage = outage
        self._next_at: EpochMs | None = None
        self._sooner = asyncio.Event()

    def expect(self, at: EpochMs) -> None:
        """A message was put off until `at`."""
        if self._next_at is None or at < self._next_at:
            self._next_at = at
            self._sooner.set()

    async def run(self) -> None:
        """Release until cancelled."""
        while True:
            self._sooner.clear()
            self._next_at = None  # whatever is put off from here on wakes us
            self._next_at = await self._outage.ride_out(lambda: self._store.release(self._clock.now_ms()))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), self._wait_s())

    def _wait_s(self) -> float:
        if self._next_at is None:
            return LONGEST_WAIT_S
        return min(max(0.0, (self._next_at - self._clock.now_ms()) / 1000), LONGEST_WAIT_S)
