"""Lets messages go that were put off, when their time has come."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gateway.clock import Clock
    from gateway.core.pacing import Pace
    from gateway.core.types import AccountId, EpochMs
    from gateway.store.backend import Store
    from gateway.store.outage import Outage

LONGEST_WAIT_S = 10.0
"""The system's clock may be set at any time: nobody tells."""


class Schedule:
    """One task: sleeps until the next message is due, or until one is put off for a time before that.

    `account_paces` gives the limits of accounts.
    """

    def __init__(
        self, store: Store, clock: Clock, outage: Outage, account_paces: Callable[[], Mapping[AccountId, Pace]] = dict
    ) -> None:
        self._store = store
        self._clock = clock
        self._outage = outage
        self._account_paces = account_paces
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
            self._next_at = await self._outage.ride_out(self._release)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._sooner.wait(), self._wait_s())

    async def _release(self) -> EpochMs | None:
        now = self._clock.now_ms()
        await self._store.keep_held(self._account_paces(), now)
        return await self._store.release(now)

    def _wait_s(self) -> float:
        if self._next_at is None:
            return LONGEST_WAIT_S
        return min(max(0.0, (self._next_at - self._clock.now_ms()) / 1000), LONGEST_WAIT_S)
