"""The table of openvox.md A3 "Choice of the span", and what a choice by the expected wait promises."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.routing import Candidate, choose_ports
from gateway.core.types import Port

Case = tuple[list[Candidate], dict[Port, int]]


def _candidates(*rows: tuple[int, bool, int]) -> Case:
    candidates = [Candidate(port=Port(port), is_usable=usable) for port, usable, _ in rows]
    return candidates, {Port(port): waiting for port, _, waiting in rows}


BUSY = _candidates((1, True, 5), (2, True, 0), (3, False, 0), (4, True, 0))
DOWN = _candidates((1, False, 2), (2, False, 1))
NONE: Case = ([], {})


@pytest.mark.parametrize(
    ("case", "named", "segments", "count", "expected"),
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
        pytest.param(NONE, [], 1, 1, [None], id="no span known"),
    ],
)
def test_the_span_is_chosen_as_the_table_says(
    case: Case, named: list[int], segments: int, count: int, expected: list[int | None]
) -> None:
    candidates, waiting = case
    before = dict(waiting)
    chosen = choose_ports(candidates, waiting, named=[Port(one) for one in named], segments=segments, count=count)
    assert chosen == expected
    assert waiting == before


def test_a_slow_sim_with_a_shorter_queue_may_be_the_longer_wait() -> None:
    slow = Candidate(port=Port(1), is_usable=True, segment_s=6.0)  # 2 segments of 6 s are 12 s
    fast = Candidate(port=Port(2), is_usable=True, segment_s=2.0)  # 5 segments of 2 s are 10 s
    assert choose_ports([slow, fast], {Port(1): 2, Port(2): 5}, named=[], segments=1, count=1) == [2]
    assert choose_ports([slow, fast], {Port(1): 1, Port(2): 5}, named=[], segments=1, count=1) == [1]


def test_weight_decides_between_equal_waits_only() -> None:
    light = Candidate(port=Port(1), is_usable=True)
    heavy = Candidate(port=Port(2), is_usable=True, weight=5.0)
    assert choose_ports([light, heavy], {}, named=[], segments=1, count=3) == [2, 1, 2]


def test_a_failing_sim_is_taken_when_the_others_would_take_much_longer() -> None:
    failing = Candidate(port=Port(1), is_usable=True, segment_s=1.0, is_failing=True)
    healthy = Candidate(port=Port(2), is_usable=True, segment_s=1.0)
    assert choose_ports([failing, healthy], {Port(2): 59}, named=[], segments=1, count=1) == [2]
    assert choose_ports([failing, healthy], {Port(2): 61}, named=[], segments=1, count=1) == [1]
    assert choose_ports([failing], {}, named=[], segments=1, count=1) == [1]


CANDIDATES = st.lists(
    st.builds(
        Candidate,
        port=st.integers(1, 9),
        is_usable=st.booleans(),
        segment_s=st.sampled_from([0.5, 1.0, 4.0]),
        weight=st.sampled_from([1.0, 2.0]),
        is_failing=st.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.port,
)
WAITING = st.dictionaries(st.integers(1, 9), st.integers(0, 20))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(candidates=CANDIDATES, waiting=WAITING, segments=st.integers(1, 5), count=st.integers(1, 12))
def test_each_message_goes_where_no_other_span_would_begin_sooner(
    candidates: list[Candidate], waiting: dict[Port, int], segments: int, count: int
) -> None:
    chosen = choose_ports(candidates, waiting, named=[], segments=segments, count=count)
    usable = {one.port: one for one in candidates if one.is_usable}
    load = dict(waiting)
    for port in chosen:
        if port is None:
            assert not usable
            continue
        waits = {each: one.expected_wait_s(load.get(each, 0)) for each, one in usable.items()}
        assert waits[port] == min(waits.values())
        load[port] = load.get(port, 0) + segments
