from __future__ import annotations

import asyncio
import os
import resource
import time

import pytest

from modem.emulator.rack.exact_loop import ExactSelector, exact_loop


def test_a_timer_is_not_rounded_up_to_whole_milliseconds() -> None:
    async def waited_s(seconds: float) -> float:
        began = time.perf_counter()
        await asyncio.sleep(seconds)
        return time.perf_counter() - began

    async def shortest_s() -> float:
        return min([await waited_s(0.0001) for _ in range(200)])

    # The shortest of many, so that a busy machine does not count. epoll would wait a millisecond each time.
    with asyncio.Runner(loop_factory=exact_loop) as runner:
        assert 0.0001 <= runner.run(shortest_s()) < 0.0009


def test_what_is_ready_ends_a_wait_also_without_an_end() -> None:
    async def talk() -> bool:
        loop = asyncio.get_running_loop()
        reader, writer = os.pipe()
        heard = asyncio.Event()
        loop.add_reader(reader, heard.set)
        loop.call_later(0.01, os.write, writer, b"word")
        try:
            return await heard.wait()
        finally:
            loop.remove_reader(reader)
            os.close(reader)
            os.close(writer)

    with asyncio.Runner(loop_factory=exact_loop) as runner:
        assert runner.run(talk())


def test_a_process_with_very_many_files_still_waits() -> None:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft <= 1100:
        pytest.skip("no more than 1 100 files are allowed here")
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(1050)]
    try:
        with ExactSelector() as selector:
            assert selector.fileno() >= 1024
            assert selector.select(0.001) == []
    finally:
        for file in files:
            os.close(file)
