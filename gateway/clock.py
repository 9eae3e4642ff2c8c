"""The clock of the gateway, one object so that tests can bring their own."""

from __future__ import annotations

import time

from gateway.core.types import EpochMs


class Clock:
    """Wall time for what people see, monotonic time for waiting."""

    def now_ms(self) -> EpochMs:
        """Give the present instant in epoch milliseconds."""
        return EpochMs(time.time_ns() // 1_000_000)

    def monotonic(self) -> float:
        """Give seconds from an arbitrary start, never going back."""
        return time.monotonic()
