from __future__ import annotations

import random
from math import inf, nan

import pytest

from modem.emulator.network import Delay, Window
from modem.errors import BehaviourError


def test_a_delay_stays_within_its_bounds_and_is_most_often_near_the_usual() -> None:
    chance = random.Random(1)
    draws = [Delay(least_s=2, usual_s=3, most_s=10).draw(chance) for _ in range(2000)]

    assert 2 <= min(draws) < 2.5
    assert 9 < max(draws) <= 10
    # The mean of a triangle is that of its three corners.
    assert sum(draws) / len(draws) == pytest.approx((2 + 3 + 10) / 3, abs=0.15)


def test_a_fixed_delay_costs_no_chance() -> None:
    chance, untouched = random.Random(1), random.Random(1)

    assert Delay(least_s=2).draw(chance) == 2
    assert chance.random() == untouched.random()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"least_s": -1}, "least_s"),
        ({"least_s": nan}, "least_s"),
        ({"least_s": 2, "most_s": 1}, "most_s"),
        ({"least_s": 2, "usual_s": 1, "most_s": 3}, "usual_s"),
        ({"least_s": 2, "usual_s": 4, "most_s": 3}, "usual_s"),
    ],
)
def test_a_delay_that_makes_no_sense_is_refused_by_field(values: dict[str, float], field: str) -> None:
    with pytest.raises(BehaviourError) as caught:
        Delay(**values)

    assert caught.value.field == field


@pytest.mark.parametrize(("at_s", "is_inside"), [(9.9, False), (10, True), (19.9, True), (20, False)])
def test_a_window_begins_with_its_first_moment_and_ends_before_its_last(at_s: float, is_inside: bool) -> None:
    assert Window(from_s=10, until_s=20).holds(at_s) is is_inside


def test_a_window_that_is_not_bounded_is_always() -> None:
    assert Window() == Window(from_s=0, until_s=inf)
    with pytest.raises(BehaviourError, match="until_s"):
        Window(from_s=5, until_s=4)
