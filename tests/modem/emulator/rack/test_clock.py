"""What is due comes in order, whichever clock shows the time."""

from __future__ import annotations

import asyncio

from modem.emulator.rack.clock import LoopClock, Timetable, VirtualClock


def drain(timetable: Timetable, now: float) -> list[int]:
    numbers = []
    while (number := timetable.take(now)) is not None:
        numbers.append(number)
    return numbers


def test_the_earliest_goes_first_and_the_lowest_number_at_equal_times() -> None:
    timetable = Timetable()
    for number, due in [(5, 2.0), (3, 1.0), (-1, 2.0), (4, 9.0)]:
        timetable.set(number, due)

    assert timetable.next_due() == 1.0
    assert drain(timetable, 2.0) == [3, -1, 5]
    assert timetable.next_due() == 9.0


def test_a_changed_or_cancelled_time_counts_and_the_old_one_does_not() -> None:
    timetable = Timetable()
    timetable.set(1, 1.0)
    timetable.set(1, 5.0)
    timetable.set(2, 2.0)
    timetable.set(2, None)

    assert drain(timetable, 4.0) == []
    assert drain(timetable, 5.0) == [1]
    assert timetable.next_due() is None


def test_a_time_that_is_set_back_and_forth_comes_once() -> None:
    timetable = Timetable()
    for due in (1.0, 2.0, 1.0):
        timetable.set(1, due)

    assert drain(timetable, 3.0) == [1]


def test_a_virtual_clock_stands_still_and_never_goes_back() -> None:
    clock = VirtualClock()
    clock.move(3600.0)
    clock.move(10.0)

    assert clock.now() == 3600.0


async def test_the_loop_rings_at_the_earliest_time_that_was_set() -> None:
    clock, rung = LoopClock(), asyncio.Event()
    clock.start(rung.set)
    clock.set(3600.0)
    clock.set(0.01)
    clock.set(3600.0)
    await asyncio.wait_for(rung.wait(), 10)

    assert clock.now() >= 0.01


async def test_a_stopped_clock_does_not_ring() -> None:
    clock, rung = LoopClock(), asyncio.Event()
    clock.start(rung.set)
    clock.set(0.0)
    clock.stop()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert not rung.is_set()
