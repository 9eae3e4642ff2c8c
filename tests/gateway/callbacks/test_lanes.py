from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.callbacks.lanes import LONGEST_POSTPONEMENT_S, WAITING_LIMIT, Lanes, receiver_of
from gateway.clock import Clock
from tests.support.waiting import until

DEAD, ALIVE = "http://dead.example/x", "http://alive.example/x"


@pytest.fixture
async def lanes() -> AsyncIterator[Lanes]:
    errors: list[BaseException] = []
    lanes = Lanes(per_receiver=2, at_once=3, clock=Clock(), on_error=errors.append)
    yield lanes
    await lanes.stop()
    assert errors == []


@pytest.mark.parametrize(
    ("url", "receiver"),
    [
        ("http://Crm.Example:80/a?b", "http://crm.example:80"),
        ("https://crm.example/c", "https://crm.example"),
        ("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080"),
    ],
)
def test_receiver(url: str, receiver: str) -> None:
    assert receiver_of(url) == receiver


async def test_one_receiver_gets_so_many_at_once_and_in_order(lanes: Lanes) -> None:
    gate = asyncio.Event()
    began: list[int] = []

    def job(number: int) -> object:
        async def run() -> None:
            began.append(number)
            await gate.wait()

        return run

    for number in range(5):
        assert lanes.offer(DEAD, job(number)) == 0  # type: ignore[arg-type]  # a coroutine function
    await until(lambda: len(began) == 2)
    gate.set()
    await until(lambda: len(began) == 5)
    assert began == [0, 1, 2, 3, 4]


async def test_a_hanging_receiver_leaves_room_for_others(lanes: Lanes) -> None:
    done = asyncio.Event()

    async def hang() -> None:
        await asyncio.Event().wait()

    async def finish() -> None:
        done.set()

    for _ in range(WAITING_LIMIT):
        assert lanes.offer(DEAD, hang) == 0
    assert lanes.offer(ALIVE, finish) == 0
    await asyncio.wait_for(done.wait(), 5)


async def test_a_full_lane_says_when_to_come_back_later_and_later(lanes: Lanes) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    waits = [lanes.offer(DEAD, hang) for _ in range(WAITING_LIMIT + 5000)]
    postponed = [wait for wait in waits if wait]
    assert len(postponed) >= 5000 - 2
    assert postponed == sorted(postponed)
    assert 1 <= postponed[0] < postponed[-1] <= LONGEST_POSTPONEMENT_S


async def test_a_job_that_raises_is_told() -> None:
    errors: list[BaseException] = []
    lanes = Lanes(per_receiver=1, at_once=1, clock=Clock(), on_error=errors.append)

    async def fail() -> None:
        raise RuntimeError("store is gone")

    lanes.offer(DEAD, fail)
    await until(lambda: len(errors) == 1)
    await lanes.stop()
