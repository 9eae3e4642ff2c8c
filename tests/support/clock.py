"""A clock that moves only when told."""

from __future__ import annotations

from gateway.clock import Clock
from gateway.core.types import EpochMs


class FakeClock(Clock):
    """Starts at `start_ms`; `advance` moves wall and monotonic time together."""

    def __init__(self, start_ms: int = 1_711_447_200_000) -> None:
        self._ms = float(start_ms)
        self._monotonic = 1000.0

    def now_ms(self) -> EpochMs:
        return EpochMs(int(self._ms))

    def drift_ms(self) -> int:
        return 0

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._ms += seconds * 1000
        self._monotonic += seconds

    def turn_back(self, seconds: float) -> None:
        """Move wall time alone, as whoever sets a clock does."""
        self._ms -= seconds * 1000
