"""The emulator's time: the real one, or one that stands still until a test moves it.

Theory of operation. Machines and network say when they want to be called (`next_timer`); a `Timetable` keeps that, and
the rack does what is due in order of time, at equal times the network first and then the machines by number. With a
`LoopClock` time passes by itself. With a `VirtualClock` it passes only in jumps from one due time to the next, and a
jump is made only while the hosts are idle, so that a program on a real port has said what it has to say at the time it
would have said it. Equal seeds and equal words of the hosts therefore give equal ledgers.
"""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

# How long, in real time, no octet may pass before the hosts count as idle.
QUIET_S: Final = 0.02


class LoopClock:
    """Time as it passes; 0 is when `start` was called."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ring: Callable[[], None] | None = None
        self._started = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def start(self, ring: Callable[[], None]) -> None:
        """Start at 0; `ring` is called when the time of `set` has come."""
        self._loop = asyncio.get_running_loop()
        self._started = self._loop.time()
        self._ring = ring

    def stop(self) -> None:
        """Ring no more."""
        self.set(None)

    def now(self) -> float:
        """Return the seconds since the start, 0 before it."""
        return self._loop.time() - self._started if self._loop is not None else 0.0

    def set(self, due: float | None) -> None:
        """Ring at `due` or before: a ring that turns out too early is cheaper than moving it each time."""
        if self._handle is not None:
            if due is not None and self._handle.when() <= due + self._started:
                return
            self._handle.cancel()
            self._handle = None
        if due is not None and self._loop is not None:
            self._handle = self._loop.call_at(due + self._started, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._ring is not None:
            self._ring()


class VirtualClock:
    """Time that stands still until it is moved (`Rack.advance`), or, when `is_jumping`, until all hosts are idle."""

    def __init__(self, *, is_jumping: bool = False, quiet_s: float = QUIET_S) -> None:
        self.is_jumping = is_jumping
        self.quiet_s = quiet_s
        self._now = 0.0

    def start(self, _ring: Callable[[], None]) -> None:
        """Do nothing: the rack itself moves this clock."""

    def stop(self) -> None:
        """Do nothing: nothing rings by itself."""

    def now(self) -> float:
        """Return the seconds since the start."""
        return self._now

    def set(self, _due: float | None) -> None:
        """Do nothing: the rack looks at its timetable whenever it moves the clock."""

    def move(self, to: float) -> None:
        """Make it `to`; time never goes back."""
        self._now = max(self._now, to)


Clock = LoopClock | VirtualClock


class Timetable:
    """When each of a number of things is due; the things are numbers, the lowest goes first at equal times."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int]] = []
        self._due: dict[int, float] = {}

    def set(self, number: int, due: float | None) -> None:
        """Note when `number` is due; None: not at all."""
        if due is None:
            self._due.pop(number, None)
        elif self._due.get(number) != due:
            self._due[number] = due
            heapq.heappush(self._heap, (due, number))

    def next_due(self) -> float | None:
        """Return the earliest time noted."""
        # What was noted and changed later is still on the heap, and is dropped here.
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def take(self, now: float) -> int | None:
        """Return the number that is due first, and forget it; None when nothing is due at `now`."""
        due = self.next_due()
        if due is None or due > now:
            return None
        _, number = heapq.heappop(self._heap)
        del self._due[number]
        return number
