"""A lane per receiver: a slow or dead one fills its own lane and nothing else."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from gateway.clock import Clock

    Job = Callable[[], Awaitable[None]]

WAITING_LIMIT = 64
"""Most callbacks that wait in memory for one receiver; more go back to the store for a while."""
SHORTEST_POSTPONEMENT_S, LONGEST_POSTPONEMENT_S = 1.0, 60.0
_FIRST_GUESS_S = 0.05
_SMOOTHING = 0.2


class _Lane:
    """The jobs of one receiver, how many run, and how long one takes."""

    def __init__(self) -> None:
        self.waiting: deque[Job] = deque()
        self.running = 0
        self.average_s = _FIRST_GUESS_S
        self.free_at_s = 0.0


class Lanes:
    """Runs jobs: at most `per_receiver` for one receiver and `at_once` in all, in the order they came."""

    def __init__(
        self, *, per_receiver: int, at_once: int, clock: Clock, on_error: Callable[[BaseException], None]
    ) -> None:
        """A job that raises ends up in `on_error`."""
        self._per_receiver = per_receiver
        self._clock = clock
        self._on_error = on_error
        self._slots = asyncio.Semaphore(at_once)
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def offer(self, url: str, job: Job) -> float:
        """Take a job for the receiver of `url` and give 0, or give the seconds after which there should be room.

        Jobs that find no room are spread over the time that the receiver needs for those before them.
        """
        receiver = receiver_of(url)
        lane = self._lanes.setdefault(receiver, _Lane())
        if len(lane.waiting) >= WAITING_LIMIT:
            slot_s = lane.average_s / self._per_receiver
            now_s = self._clock.monotonic()
            lane.free_at_s = max(lane.free_at_s, now_s + len(lane.waiting) * slot_s) + slot_s
            return min(LONGEST_POSTPONEMENT_S, max(SHORTEST_POSTPONEMENT_S, lane.free_at_s - now_s))
        lane.waiting.append(job)
        if lane.running < self._per_receiver:
            lane.running += 1
            task = asyncio.create_task(self._run(receiver, lane))
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        return 0

    async def stop(self) -> None:
        """End what runs; what waits is dropped, the store has it."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, receiver: str, lane: _Lane) -> None:
        try:
            while lane.waiting:
                job = lane.waiting.popleft()
                async with self._slots:
                    started_s = self._clock.monotonic()
                    await job()
                took_s = self._clock.monotonic() - started_s
                lane.average_s += _SMOOTHING * (took_s - lane.average_s)
        finally:
            lane.running -= 1
            if not lane.running and not lane.waiting:
                self._lanes.pop(receiver, None)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._on_error(error)


def receiver_of(url: str) -> str:
    """Give what makes two addresses one receiver: scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
