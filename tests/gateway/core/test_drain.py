from __future__ import annotations

import pytest

from gateway.core.drain import LONGEST_S, SHORTEST_S, UNKNOWN_S, WINDOW_S, Drain


def drained(rate_per_s: float, seconds: int) -> tuple[Drain, float, int]:
    drain = Drain()
    for now_s in range(seconds + 1):
        drain.note(now_s, int(rate_per_s * now_s))
    return drain, float(seconds), int(rate_per_s * seconds)


@pytest.mark.parametrize(
    ("rate_per_s", "missing", "wait_s"),
    [
        pytest.param(2, 100, 50, id="100 at 2 per second"),
        pytest.param(2, 1, SHORTEST_S, id="one that goes in half a second"),
        pytest.param(0.1, 10, 100, id="a slow modem"),
        pytest.param(0.1, 10_000, LONGEST_S, id="no longer than ten minutes"),
        pytest.param(0, 1, LONGEST_S, id="nothing goes"),
    ],
)
def test_the_wait_is_what_is_missing_at_the_rate_of_the_last_minute(
    rate_per_s: float, missing: int, wait_s: int
) -> None:
    drain, now_s, left = drained(rate_per_s, 60)
    assert drain.wait_s(now_s, left, missing) == wait_s


def test_a_rate_that_changed_counts_after_a_minute() -> None:
    drain, now_s, left = drained(100, 300)
    for _ in range(int(WINDOW_S) + 4):
        now_s += 1
        left += 1
        drain.note(now_s, left)
    assert drain.wait_s(now_s, left, 30) == pytest.approx(30, abs=2)


def test_nothing_is_made_up_while_too_little_was_seen() -> None:
    drain = Drain()
    assert drain.wait_s(5.0, 0, 10) == UNKNOWN_S
    drain.note(5.0, 0)
    assert drain.wait_s(6.0, 100, 10) == UNKNOWN_S


def test_a_thousand_notes_a_second_are_few_samples() -> None:
    drain = Drain()
    for index in range(300_000):
        drain.note(index / 1000, index)
    assert len(drain._samples) <= WINDOW_S
