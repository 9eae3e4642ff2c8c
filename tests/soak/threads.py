"""Tells whether a thread of this process is at work, so that time may not jump yet."""

from __future__ import annotations

import concurrent.futures.thread
import queue
import threading
import weakref
from typing import Any

import aiosqlite.core


class CountedQueue:
    """What aiosqlite gives its threads their work by, counting what they have not done yet.

    A thread that comes for more has done what it took before, and has already told the loop.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._given = 0
        self._done = -1
        self._thread: threading.Thread | None = None
        _queues.add(self)

    def put_nowait(self, item: Any) -> None:
        self._given += 1
        self._queue.put_nowait(item)

    def get(self) -> Any:
        self._thread = threading.current_thread()
        self._done += 1
        return self._queue.get()

    @property
    def is_worked_off(self) -> bool:
        """Whether nothing waits and the thread does nothing, or is gone."""
        if self._thread is not None and not self._thread.is_alive():
            return True
        return self._given == max(0, self._done)

    def owns(self, thread: threading.Thread) -> bool:
        return self._thread is thread


_queues: weakref.WeakSet[CountedQueue] = weakref.WeakSet()


def count_work() -> None:
    """Have all aiosqlite connections that are made from now on counted."""
    vars(aiosqlite.core)["SimpleQueue"] = CountedQueue


def are_at_work(lasting: set[threading.Thread]) -> bool:
    """Tell whether a thread is at work, besides the `lasting` ones.

    Threads of executors and of the database wait for work most of their lives and are counted by what they are given;
    every other thread was started for one call and is at work until it ends.
    """
    queues = list(_queues)
    if not all(one.is_worked_off for one in queues):
        return True
    workers = concurrent.futures.thread._threads_queues  # (no public word for it)
    return any(
        thread not in lasting and thread not in workers and not any(one.owns(thread) for one in queues)
        for thread in threading.enumerate()
    )
