"""Periods as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modem.cli.period import read_period


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
        ("1w", timedelta(weeks=1)),
        ("90s", timedelta(seconds=90)),
        ("1d12h", timedelta(hours=36)),
    ],
)
def test_periods(text: str, period: timedelta) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize("text", ["", "2", "h", "2 h", "-2h", "2y", "2h!", "٢h", "9999999h"])
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None
