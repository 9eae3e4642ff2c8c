"""How fast queues empty, and so when whoever found one full should come again."""

from __future__ import annotations

from collections import deque
from math import ceil
from typing import Final

SAMPLE_EVERY_S: Final = 2.0
WINDOW_S: Final = 60.0
UNKNOWN_S: Final = 30
"""The answer while too little was seen."""
SHORTEST_S: Final = 1
LONGEST_S: Final = 600
"""A queue that stands still (no modem, no quota) may move again at any time."""


class Drain:
    """Seen from outside by a count that only grows: how many messages have left a queue since the start."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def note(self, now_s: float, left: int) -> None:
        """So many messages have left by now; called as often as one likes."""
        samples = self._samples
        if samples and now_s - samples[-1][0] < SAMPLE_EVERY_S:
            return
        samples.append((now_s, left))
        while len(samples) > 2 and now_s - samples[1][0] >= WINDOW_S:
            samples.popleft()

    def wait_s(self, now_s: float, left: int, missing: int) -> int:
        """Give the seconds until `missing` more have left, as fast as in the last minute; between 1 and 600."""
        if not self._samples or now_s - self._samples[0][0] < SAMPLE_EVERY_S:
            return UNKNOWN_S
        since_s, left_then = self._samples[0]
        gone = left - left_then
        if gone <= 0:
            return LONGEST_S
        return min(LONGEST_S, max(SHORTEST_S, ceil(missing * (now_s - since_s) / gone)))
