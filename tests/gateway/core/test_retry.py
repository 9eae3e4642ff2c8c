from __future__ import annotations

import pytest

from gateway.core.retry import retry_delay_s


@pytest.mark.parametrize(("tries", "delay_s"), [(1, 5), (2, 10), (3, 20), (5, 60), (6, None), (1000, None)])
def test_delays_double_up_to_the_longest_and_end_after_the_last_try(tries: int, delay_s: float | None) -> None:
    assert retry_delay_s(tries, first_s=5, longest_s=60, most=6) == delay_s


@pytest.mark.parametrize(("jitter", "delay_s"), [(0.0, 20), (0.5, 19), (1.0, 18)])
def test_jitter_makes_it_up_to_a_tenth_shorter(jitter: float, delay_s: float) -> None:
    assert retry_delay_s(3, first_s=5, longest_s=60, most=6, jitter=jitter) == delay_s


def test_a_huge_number_of_tries_does_not_overflow() -> None:
    assert retry_delay_s(100_000, first_s=5, longest_s=900, most=1_000_000) == 900
