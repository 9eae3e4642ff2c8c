from __future__ import annotations

import pytest

from gateway.core.account import Account
from gateway.core.routing import DEFAULT_SEGMENT_S, Candidate
from gateway.core.span import Span, SpanHealth, SpanState
from gateway.core.types import AccountId, Port
from gateway.dispatch.measures import FAILING_KEPT_S, Measures
from gateway.dispatch.radio import Accepted, Identity, Refused
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.store.backend import Load
from tests.support.radio import FakeRadio

REFUSED = Refused(kind="cms", code=38, text="network out of order", is_local=False)
ONE = Port(1)


class SickRadio(FakeRadio):
    """Says of itself what the test wants."""

    is_worse = False

    @property
    def health(self) -> SpanHealth:
        return SpanHealth(is_worse=self.is_worse)


class Bench:
    def __init__(self) -> None:
        self.board = SpanBoard(Load)
        self.board.put([Span(port=ONE, name="gsm-1")])
        self.board.set_condition(ONE, SpanCondition(state=SpanState.READY, reason=""))
        self.now = 0.0
        self.measures = Measures(self.board, lambda: self.now)
        self.radio = SickRadio("socket://x", lambda event: None, identity=Identity(), auto=False)

    @property
    def candidate(self) -> Candidate:
        (one,) = self.board.candidates(Account(id=AccountId(1), name="shop"))
        return one

    def accepted(self, sim: str, *seconds: float) -> None:
        for each in seconds:
            self.measures.submitted(ONE, sim, Accepted(mr=1), each, self.radio)


async def test_the_average_begins_with_the_first_segment_and_follows_the_last_ones() -> None:
    bench = Bench()
    bench.measures.seat(ONE, "a")
    assert bench.candidate.segment_s == DEFAULT_SEGMENT_S
    bench.accepted("a", 2.0)
    assert bench.candidate.segment_s == pytest.approx(2.0)
    bench.accepted("a", *[6.0] * 40)
    assert bench.candidate.segment_s == pytest.approx(6.0, rel=0.11)


async def test_refusals_and_silence_say_nothing_of_how_long_a_segment_takes() -> None:
    bench = Bench()
    bench.accepted("a", 2.0)
    bench.measures.submitted(ONE, "a", REFUSED, 0.01, bench.radio)
    assert bench.candidate.segment_s == pytest.approx(2.0)


async def test_the_average_belongs_to_the_sim() -> None:
    bench = Bench()
    bench.accepted("a", 2.0)
    bench.measures.seat(ONE, "b")
    assert bench.candidate.segment_s == DEFAULT_SEGMENT_S
    bench.measures.seat(ONE, "a")
    assert bench.candidate.segment_s == pytest.approx(2.0)


async def test_a_sim_that_fails_more_than_usual_is_marked_until_it_is_well_or_was_left_alone_for_long() -> None:
    bench = Bench()
    bench.measures.submitted(ONE, "a", REFUSED, 1.0, bench.radio)
    assert not bench.candidate.is_failing
    bench.radio.is_worse = True
    bench.measures.submitted(ONE, "a", REFUSED, 1.0, bench.radio)
    assert bench.candidate.is_failing
    bench.accepted("a", 1.0)
    assert bench.candidate.is_failing, "one that went out does not make up for the others"
    bench.radio.is_worse = False
    bench.accepted("a", 1.0)
    assert not bench.candidate.is_failing

    bench.radio.is_worse = True
    bench.measures.submitted(ONE, "a", REFUSED, 1.0, bench.radio)
    bench.now = FAILING_KEPT_S - 1
    bench.measures.look()
    assert bench.candidate.is_failing
    bench.now = FAILING_KEPT_S
    bench.measures.look()
    assert not bench.candidate.is_failing
