from __future__ import annotations

import pytest

from gateway.core.follow import duration_words, follow_words, wait_words
from gateway.core.status import Status
from gateway.core.types import Port


@pytest.mark.parametrize(
    ("status", "wait_ms", "spans", "words"),
    [
        (Status.QUEUED, 0, None, "tried again at once"),
        (Status.QUEUED, 5000, None, "tried again in 5 s"),
        (Status.QUEUED, 900_000, None, "tried again in 15 min"),
        (Status.QUEUED, 0, (2, 3), "tried on gsm-2 or gsm-3"),
        (Status.QUEUED, 4990, (2,), "tried on gsm-2 in 5 s"),
        (Status.FAILED, 0, None, "given up"),
        (Status.EXPIRED, 0, None, "given up, its validity is over"),
        (Status.UNKNOWN, 0, None, "given up, it may have been sent"),
        (None, 0, None, ""),
    ],
)
def test_what_follows_in_words(status: Status | None, wait_ms: int, spans: tuple[Port, ...] | None, words: str) -> None:
    assert follow_words(status, wait_ms=wait_ms, spans=spans, name="gsm-{}".format) == words


def test_times_are_told_in_their_largest_sensible_unit() -> None:
    spans_ms = (0, 999, 1000, 5400, 119_000, 120_000, 7_199_000, 10_800_000, 259_200_000)
    assert [duration_words(one) for one in spans_ms] == [
        "0 ms", "999 ms", "1 s", "5.4 s", "119 s", "2 min", "120 min", "3 h", "3 days",
    ]  # fmt: skip
    assert wait_words(30_000) == "it may have been sent; evidence is awaited for 30 s"
