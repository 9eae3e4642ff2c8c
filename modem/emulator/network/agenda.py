"""What is to be done later, in order of time; what is due at the same time is done in the order it was put down."""

from __future__ import annotations

import heapq
from collections.abc import Callable

Task = Callable[[float], None]
"""Called with the time at which it was due."""


class Agenda:
    """Tasks with their times, in seconds of the clock that the caller keeps."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Task]] = []
        self._count = 0

    def at(self, due: float, task: Task) -> None:
        """Put a task down for a time."""
        self._count += 1
        heapq.heappush(self._entries, (due, self._count, task))

    def after(self, delay_s: float, now: float, task: Task) -> None:
        """Put a task down for `delay_s` later; without a delay it is done at once."""
        if delay_s <= 0:
            task(now)
        else:
            self.at(now + delay_s, task)

    def next_due(self) -> float | None:
        """Return when the next task is due, or None."""
        return self._entries[0][0] if self._entries else None

    def work(self, now: float) -> None:
        """Do everything that is due, also what that puts down for no later time."""
        while self._entries and self._entries[0][0] <= now:
            due, _, task = heapq.heappop(self._entries)
            task(due)
