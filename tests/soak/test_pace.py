"""Time stands still while anybody works, and then jumps."""

from __future__ import annotations

import asyncio
import os
import pty
import socket
import threading
import time
import tty
from collections.abc import Coroutine
from typing import Any

from tests.soak.pace import Follower, Leader
from tests.soak.virtual_loop import VirtualLoop

HOUR_S = 3600.0


def run(leader: Leader, work: Coroutine[Any, Any, None]) -> None:
    loop = VirtualLoop(leader)
    leader.watch(loop._selector)  # type: ignore[attr-defined]
    try:
        loop.run_until_complete(work)
    finally:
        loop.close()


class FollowerThread:
    """A follower with a loop of its own in a thread; `work` runs on it from time 0 on."""

    def __init__(self, leader: Leader) -> None:
        ours, theirs = socket.socketpair()
        leader.follow(ours)
        self._channel = theirs
        self._thread: threading.Thread | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        self._thread = threading.Thread(target=self._run, args=(work,))
        self._thread.start()

    def join(self) -> None:
        assert self._thread is not None
        self._thread.join()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        with self._channel:
            follower = Follower(self._channel, lambda: loop.running_calls > 0)
            loop = VirtualLoop(follower)
            follower.watch(loop._selector)  # type: ignore[attr-defined]
            loop.run_until_complete(work)
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()


def test_an_hour_takes_no_time() -> None:
    order: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        order.append((name, asyncio.get_running_loop().time()))

    async def work() -> None:
        await asyncio.gather(sleeper("second", 24 * HOUR_S), sleeper("first", HOUR_S))

    began = time.monotonic()
    run(Leader(), work())
    assert order == [("first", HOUR_S), ("second", 24 * HOUR_S)]
    assert time.monotonic() - began < HOUR_S


def test_both_sides_have_one_time_and_their_timers_ring_in_order() -> None:
    order: list[tuple[str, float]] = []

    async def tick(name: str, *at_s: float) -> None:
        loop = asyncio.get_running_loop()
        for at in at_s:
            await asyncio.sleep(at - loop.time())
            order.append((name, loop.time()))

    async def work() -> None:
        follower = FollowerThread(leader)
        follower.start(tick("follower", 20, 40))
        await tick("leader", 10, 30, 50)
        follower.join()

    leader = Leader()
    run(leader, work())
    assert order == [("leader", 10), ("follower", 20), ("leader", 30), ("follower", 40), ("leader", 50)]


def test_time_waits_for_a_thread_of_the_follower() -> None:
    order: list[tuple[str, float]] = []
    may_end = threading.Event()

    async def call() -> None:
        await asyncio.to_thread(may_end.wait)
        order.append(("call", asyncio.get_running_loop().time()))

    async def work() -> None:
        follower = FollowerThread(leader)
        follower.start(call())
        threading.Timer(0.05, may_end.set).start()
        await asyncio.sleep(HOUR_S)
        order.append(("timer", asyncio.get_running_loop().time()))
        follower.join()

    leader = Leader()
    run(leader, work())
    assert order == [("call", 0.0), ("timer", HOUR_S)]


def test_octets_of_a_terminal_arrive_before_time_jumps() -> None:
    heard: list[float] = []
    master, slave = pty.openpty()
    tty.setraw(slave)

    async def listen() -> None:
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def read() -> None:
            os.read(slave, 100)
            heard.append(loop.time())
            if len(heard) == 100:
                done.set_result(None)

        loop.add_reader(slave, read)
        await done
        loop.remove_reader(slave)

    async def work() -> None:
        follower = FollowerThread(leader)
        follower.start(listen())
        for _ in range(100):
            await asyncio.sleep(1)
            os.write(master, b"AT")
        await asyncio.sleep(1)
        follower.join()

    leader = Leader()
    run(leader, work())
    os.close(master)
    os.close(slave)
    assert heard == [float(second) for second in range(1, 101)]
