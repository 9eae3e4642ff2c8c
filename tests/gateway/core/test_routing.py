"""The table of openvox.md A3 "Choice of the span"."""

from __future__ import annotations

import pytest

from gateway.core.routing import Candidate, choose_ports
from gateway.core.types import Port


def _candidates(*rows: tuple[int, bool, int]) -> list[Candidate]:
    return [Candidate(port=Port(port), is_usable=usable, waiting_segments=waiting) for port, usable, waiting in rows]


BUSY = _candidates((1, True, 5), (2, True, 0), (3, False, 0), (4, True, 0))
DOWN = _candidates((1, False, 2), (2, False, 1))


@pytest.mark.parametrize(
    ("candidates", "named", "segments", "count", "expected"),
    [
        pytest.param(BUSY, [], 1, 1, [2], id="any: fewest waiting, then lowest number"),
        pytest.param(BUSY, [], 2, 3, [2, 4, 2], id="any, several numbers: number by number"),
        pytest.param(DOWN, [], 1, 2, [None, None], id="any, none usable: none chosen"),
        pytest.param(BUSY, [3], 1, 2, [3, 3], id="one named: that one, also if it is down"),
        pytest.param(BUSY, [1, 3, 4], 1, 1, [4], id="several named, one number: least-loaded usable"),
        pytest.param(DOWN, [1, 2], 1, 1, [2], id="several named, none usable: least-loaded"),
        pytest.param(
            BUSY, [4, 1], 1, 3, [4, 1, 4], id="several named, several numbers: round-robin in the order given"
        ),
        pytest.param([], [], 1, 1, [None], id="no span known"),
    ],
)
def test_the_span_is_chosen_as_the_table_says(
    candidates: list[Candidate], named: list[int], segments: int, count: int, expected: list[int | None]
) -> None:
    chosen = choose_ports(candidates, named=[Port(port) for port in named], segments=segments, count=count)
    assert chosen == expected
