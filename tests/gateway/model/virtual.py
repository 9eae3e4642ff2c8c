"""One process on virtual time: it stands still while a thread works, and jumps to the next timer when none does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

from gateway.clock import Clock
from gateway.core.types import EpochMs
from tests.soak.threads import are_at_work, count_work
from tests.soak.virtual_loop import Ready, VirtualLoop
from tests.support.store import NOW

_LOOK_AGAIN_S = 0.0005
QUIET_ROUNDS = 4
"""A task that was woken may first wake another before it asks a thread for something."""


class Alone:
    """A pace (`tests.soak.virtual_loop`) for a loop that nobody else lives with."""

    def __init__(self) -> None:
        self.now = 0.0
        self.is_at_work: Callable[[], bool] = lambda: False

    def wait(self, poll: Callable[[float | None], Ready], due: float | None) -> Ready:
        while True:
            is_at_work = self.is_at_work()
            if ready := poll(_LOOK_AGAIN_S if is_at_work else 0):
                return ready
            if is_at_work:
                continue
            if due is None:
                raise AssertionError("nothing will ever happen: there is no timer")
            self.now = max(self.now, due)
            return []

    def heard(self, keys: Ready) -> Ready:
        return keys


def new_loop() -> asyncio.AbstractEventLoop:
    """Make a loop on virtual time; databases that are opened from now on are waited for."""
    count_work()
    pace = Alone()
    loop = VirtualLoop(pace)
    lasting = set(threading.enumerate())
    pace.is_at_work = lambda: loop.running_calls > 0 or are_at_work(lasting)
    return loop


def until_idle(runner: asyncio.Runner) -> None:
    """Do what can be done without time going by: then no thread works, and the loop waits for a timer."""
    loop = runner.get_loop()
    assert isinstance(loop, VirtualLoop)
    pace = loop._pace
    assert isinstance(pace, Alone)
    quiet = 0
    while quiet < QUIET_ROUNDS:
        was_at_work = pace.is_at_work()
        while pace.is_at_work():
            runner.run(asyncio.sleep(0))  # a call that ended in another thread counts until the loop has heard of it
            time.sleep(_LOOK_AGAIN_S)
        runner.run(asyncio.sleep(0))
        quiet = 0 if was_at_work else quiet + 1


class WallClock(Clock):
    """The loop's time as time of day; somebody may set it `ahead_ms` of that."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ahead_ms: Callable[[], int]) -> None:
        self._loop = loop
        self._ahead_ms = ahead_ms
        self._adopted_ms = ahead_ms()

    def now_ms(self) -> EpochMs:
        return EpochMs(int(NOW) + int(self._loop.time() * 1000) + self._adopted_ms)

    def monotonic(self) -> float:
        return self._loop.time()

    def drift_ms(self) -> int:
        return self._ahead_ms() - self._adopted_ms

    def adopt(self, drift_ms: int) -> None:
        self._adopted_ms += drift_ms
