"""An event loop whose time stands still while there is anything to do, and then jumps to the next timer.

Theory of operation. asyncio asks its selector to wait until something is readable or the next timer is due. Here the
selector waits for real only as long as somebody is still working: a thread of ours, or the other process (`pace.py`).
Once nobody is, nothing can happen before the next timer, so its time has come at once.

Everything that one side wrote must be visible to the other before time jumps. poll(2) is used because it asks each
descriptor itself: for a pseudo-terminal that means to pass on what still lies in the kernel's buffer (n_tty_poll),
while epoll waits until somebody tells it. Pipes and sockets of this machine are delivered by the write itself.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

Ready = list[tuple[selectors.SelectorKey, int]]


class Pace(Protocol):
    """Says what time it is, and waits until something happens or the next timer is due."""

    now: float

    def wait(self, poll: Callable[[float | None], Ready], due: float | None) -> Ready:
        """Return what became ready, or nothing once the time is `due` (None: there is no timer).

        `poll` looks for so many real seconds; None: as long as it takes.
        """

    def heard(self, keys: Ready) -> Ready:
        """Take what is meant for the pace itself, and return the rest."""


class VirtualSelector(selectors.PollSelector):
    """Waits as its pace says."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def select(self, timeout: float | None = None) -> Ready:
        if timeout is not None and timeout <= 0:
            return self._poll(0)
        return self._pace.wait(self._poll, None if timeout is None else self._pace.now + timeout)

    def _poll(self, timeout: float | None) -> Ready:
        return self._pace.heard(super().select(timeout))


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop on the time of `pace`."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self.running_calls = 0
        super().__init__(VirtualSelector(pace))

    def time(self) -> float:
        return self._pace.now

    def run_in_executor(self, executor: Executor | None, func: Callable[..., T], *args: Any) -> asyncio.Future[T]:  # type: ignore[override]
        """Count the call: a worker of an executor cannot be seen to be at work from outside."""
        future: asyncio.Future[T] = super().run_in_executor(executor, func, *args)
        self.running_calls += 1
        future.add_done_callback(self._count_down)
        return future

    def _count_down(self, _done: asyncio.Future[Any]) -> None:
        self.running_calls -= 1
