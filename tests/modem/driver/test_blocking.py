"""Calls that may hang."""

from __future__ import annotations

import asyncio
import threading

import pytest

from modem.driver.blocking import run_blocking


async def test_result_and_error_come_back() -> None:
    assert await run_blocking(lambda: 7, deadline_s=5, name="seven") == 7
    with pytest.raises(OSError, match="broken"):
        await run_blocking(_fail, deadline_s=5, name="fail")


def _fail() -> None:
    raise OSError("broken")


async def test_late_result_is_discarded_and_not_leaked() -> None:
    may_end, discarded = threading.Event(), threading.Event()
    results: list[int] = []

    def call() -> int:
        may_end.wait(5)
        return 7

    def discard(result: int) -> None:
        results.append(result)
        discarded.set()

    with pytest.raises(TimeoutError):
        await run_blocking(call, deadline_s=0.01, name="slow", discard=discard)
    may_end.set()
    assert await asyncio.get_running_loop().run_in_executor(None, discarded.wait, 5)
    assert results == [7]


async def test_many_hung_calls_do_not_stop_another() -> None:
    may_end = threading.Event()
    hung = [
        asyncio.create_task(run_blocking(lambda: may_end.wait(5), deadline_s=5, name=f"hung {n}")) for n in range(40)
    ]
    assert await run_blocking(lambda: 7, deadline_s=5, name="quick") == 7
    may_end.set()
    await asyncio.gather(*hung)
