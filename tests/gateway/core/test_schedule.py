"""The retry times of a callback: 5 s, 15 s, 45 s, 2, 5, 15 min, then every 30 min, given up after 72 h."""

from __future__ import annotations

import pytest

from gateway.core.schedule import callback_delay_s


@pytest.mark.parametrize(
    ("tries", "delay_s"), [(1, 5), (2, 15), (3, 45), (4, 120), (5, 300), (6, 900), (7, 1800), (50, 1800)]
)
def test_delay_grows_as_promised(tries: int, delay_s: float) -> None:
    assert callback_delay_s(tries, 0, 0.0) == delay_s


def test_it_is_given_up_when_the_next_try_would_be_later_than_72_hours() -> None:
    assert callback_delay_s(100, 72 * 3600 - 1801, 0.0) == 1800
    assert callback_delay_s(100, 72 * 3600 - 1799, 0.0) is None


def test_jitter_only_ever_adds_up_to_a_tenth() -> None:
    assert callback_delay_s(1, 0, 1.0) == pytest.approx(5.5)
