from __future__ import annotations

import pytest

from gateway.core.sweep import FEWEST_ROWS, JUMP_S, MOST_ROWS, QUICK_S, SLOW_S, ClockWatch, Pace
from gateway.core.types import EpochMs


def test_quick_steps_grow_up_to_the_most() -> None:
    pace = Pace()
    sizes = []
    for _ in range(8):
        sizes.append(pace.rows)
        pace.note(QUICK_S / 2)
    assert sizes == [20, 40, 80, 160, 320, 500, 500, 500]
    assert (sizes[0], sizes[-1]) == (FEWEST_ROWS, MOST_ROWS)


def test_slow_steps_shrink_and_others_stay() -> None:
    pace = Pace()
    for _ in range(6):
        pace.note(0)
    pace.note(SLOW_S * 2)
    assert pace.rows == 250
    pace.note((QUICK_S + SLOW_S) / 2)
    assert pace.rows == 250
    for _ in range(10):
        pace.note(1.0)
    assert pace.rows == FEWEST_ROWS


@pytest.mark.parametrize(
    ("wall_s", "steady_s", "was_set"),
    [
        pytest.param(3600, 3600, False, id="an hour passed"),
        pytest.param(3600 + JUMP_S + 1, 3600, True, id="put forward"),
        pytest.param(-86_400 * 365, 3600, False, id="put back: nothing looks old"),
        pytest.param(90, 60, False, id="a little"),
    ],
)
def test_a_clock_that_is_put_forward_is_noticed_once(wall_s: float, steady_s: float, was_set: bool) -> None:
    watch = ClockWatch(EpochMs(1_000_000_000_000), 50.0)
    now, steady = EpochMs(1_000_000_000_000 + int(wall_s * 1000)), 50.0 + steady_s
    assert watch.was_set(now, steady) is was_set
    assert watch.was_set(now, steady) is False
