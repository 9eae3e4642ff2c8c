"""The clock of the gateway, one object so that tests can bring their own."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from collections.abc import Callable

NS_PER_MS = 1_000_000


class Clock:
    """Wall time for what people see, monotonic time for waiting.

    The wall time goes on steadily when the system's is set (a small box without a battery starts in the
    past until it has reached a time server): whoever keeps instants calls `adopt` and moves them by `drift_ms`
    in one step, so that no validity ends and no retry is forgotten only because of that.
    """

    def __init__(self, wall_ns: Callable[[], int] = time.time_ns) -> None:
        self._wall_ns = wall_ns
        self._offset_ms = 0
        self.adopt(self.drift_ms())

    def now_ms(self) -> EpochMs:
        """Give the present instant in epoch milliseconds."""
        return EpochMs(_steady_ms() + self._offset_ms)

    def monotonic(self) -> float:
        """Give seconds from an arbitrary start, never going back."""
        return time.monotonic()

    def drift_ms(self) -> int:
        """Give how far the system's wall time is ahead of ours."""
        return self._wall_ns() // NS_PER_MS - self.now_ms()

    def adopt(self, drift_ms: int) -> None:
        """Go `drift_ms` ahead from now on."""
        self._offset_ms += drift_ms


def _steady_ms() -> int:
    # Goes on while the machine sleeps, as the wall time does.
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // NS_PER_MS
