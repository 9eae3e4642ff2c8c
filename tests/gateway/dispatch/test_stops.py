"""SIMs that the network bars: left alone for a while, then until a person says otherwise."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from gateway.core.history import HistoryKind
from gateway.core.message import Assignment
from gateway.core.span import SpanState
from gateway.core.status import Status
from gateway.core.types import AttemptId, EpochMs, MessageId, Port
from gateway.dispatch.outcome import Outcome, Verdict
from gateway.dispatch.radio import Accepted, NotReady, Ready, Refused
from gateway.dispatch.stops import SimStops, describe
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.outage import Outage
from tests.support.clock import FakeClock
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.gateway.dispatch.conftest import Field, MakeField

BARRED = Outcome(verdict=Verdict.STOP_SIM, code="+CMS ERROR 10", text="call barred")
NO_SIM = Outcome(verdict=Verdict.STOP_SIM, code="+CMS ERROR 310", text="SIM not inserted")
QUARTER_HOUR_S = 900.0


def of(message: int) -> Assignment:
    return Assignment(
        attempt_id=AttemptId(message),
        message_id=MessageId(message),
        segment=0,
        segment_count=1,
        spans=(),
        recipient="+491711",
        text="hello",
        concat_ref=0,
        request_report=True,
        tries=1,
        valid_until=EpochMs(2_000_000_000_000),
        is_possible_duplicate=False,
    )


@contextlib.asynccontextmanager
async def kept(folder: Path, clock: FakeClock) -> AsyncIterator[SimStops]:
    store = SqliteStore(folder / "gateway.db")
    await store.open()
    stops = SimStops(store, clock=clock, outage=Outage())
    await stops.load()
    yield stops
    await store.close()


async def test_first_barred_message_pauses_the_sim_and_the_second_stops_it(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        assert await stops.weigh(BARRED, of(1), "one") is BARRED
        paused = stops.stop_of("one")
        assert paused is not None
        assert describe(paused) == "+CMS ERROR 10: call barred; the SIM is left alone for 15 min"
        clock.advance(QUARTER_HOUR_S)
        assert stops.stop_of("one") is None
        await stops.weigh(BARRED, of(2), "one")
        clock.advance(1_000_000)
        stopped = stops.stop_of("one")
        assert stopped is not None
        assert describe(stopped) == (
            "the network bars this SIM (+CMS ERROR 10: call barred); it is left alone until a person resumes the span"
        )
        assert stops.stop_of("two") is None


async def test_stop_outlives_the_process_and_ends_by_a_person(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        await stops.weigh(BARRED, of(1), "one")
        await stops.weigh(BARRED, of(2), "one")
    async with kept(tmp_path, clock) as stops:
        assert stops.stop_of("one") is not None
        await stops.release("one")
        assert stops.stop_of("one") is None
    async with kept(tmp_path, clock) as stops:
        assert stops.stop_of("one") is None


async def test_a_sim_on_trial_that_sends_again_has_a_clean_record(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        await stops.weigh(BARRED, of(1), "one")
        clock.advance(QUARTER_HOUR_S)
        await stops.accepted("one")
        await stops.weigh(BARRED, of(2), "one")
        clock.advance(QUARTER_HOUR_S)
        assert stops.stop_of("one") is None
    async with kept(tmp_path, clock) as stops:
        assert stops.stop_of("one") is None


async def test_a_number_that_two_good_sims_may_not_write_to_stops_neither(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        await stops.accepted("one")
        await stops.accepted("two")
        await stops.weigh(BARRED, of(1), "one")
        outcome = await stops.weigh(BARRED, of(1), "two")
        assert (outcome.verdict, outcome.text) == (Verdict.PERMANENT, "call barred, on another SIM too")
        assert stops.stop_of("one") is None
        assert stops.stop_of("two") is None


async def test_a_message_that_is_barred_twice_is_given_up_but_both_sims_may_be_to_blame(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        await stops.accepted("one")
        await stops.weigh(BARRED, of(1), "one")
        outcome = await stops.weigh(BARRED, of(1), "two")
        assert outcome.verdict is Verdict.PERMANENT
        assert stops.stop_of("one") is not None
        assert stops.stop_of("two") is not None


async def test_one_bad_number_does_not_stop_the_only_sim(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        await stops.weigh(BARRED, of(1), "one")
        clock.advance(QUARTER_HOUR_S)
        outcome = await stops.weigh(BARRED, of(1), "one")
        assert (outcome.verdict, outcome.text) == (Verdict.PERMANENT, "call barred, again")
        assert stops.stop_of("one") is None


async def test_a_sim_that_is_out_is_tried_again_soon_and_is_not_on_record(tmp_path: Path) -> None:
    clock = FakeClock()
    async with kept(tmp_path, clock) as stops:
        for message in range(3):
            assert await stops.weigh(NO_SIM, of(message), "one") is NO_SIM
            assert stops.stop_of("one") is not None
            clock.advance(60)
            assert stops.stop_of("one") is None
    async with kept(tmp_path, clock) as stops:
        assert stops.stop_of("one") is None


@pytest.mark.parametrize("verdict", [Verdict.TRY_HERE, Verdict.PERMANENT, Verdict.AMBIGUOUS])
async def test_other_refusals_say_nothing_of_the_sim(tmp_path: Path, verdict: Verdict) -> None:
    async with kept(tmp_path, FakeClock()) as stops:
        outcome = Outcome(verdict=verdict, code="+CMS ERROR 38")
        assert await stops.weigh(outcome, of(1), "one") is outcome
        assert stops.stop_of("one") is None


# -- spans ---------------------------------------------------------------------------------------------------------

NO = Refused(kind="cms", code=8, text="operator determined barring", is_local=False)


async def stopped_field(make_field: MakeField, monkeypatch: pytest.MonkeyPatch) -> Field:
    """Two spans, of which the first has a SIM that was barred for two messages."""
    monkeypatch.setattr("gateway.dispatch.stops.SIM_PAUSE_S", 0.1)
    field = await make_field(radios=2)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    for mr in (1, 2):
        message_id = await field.accept(1, 2)
        await one.answer(NO)
        await two.answer(Accepted(mr=mr))
        await field.until(message_id, Status.SENT)
        if mr == 1:
            await until(lambda: field.board.condition(Port(1)).state is SpanState.READY)
    return field


async def test_a_stopped_span_says_why_and_the_others_send(
    make_field: MakeField, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = await stopped_field(make_field, monkeypatch)
    condition = field.board.condition(Port(1))
    assert condition.state is SpanState.PAUSED
    assert condition.reason.startswith("the network bars this SIM (+CMS ERROR 8: operator determined barring)")
    # Plugging the modem in again does not help, a person does.
    one = await field.radio(0)
    one.tell(NotReady(reason="starting up", identity=one.identity))
    await until(lambda: field.board.condition(Port(1)).state is SpanState.NOT_READY)
    one.ready()
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PAUSED)
    assert len(one.sent) == 2
    field.dispatcher.worker(Port(1)).try_again()
    await until(lambda: field.board.condition(Port(1)).state is SpanState.READY)
    message_id = await field.accept(1)
    await one.answer(Accepted(mr=3))
    await field.until(message_id, Status.SENT)
    await field.history.stop()
    kinds = [event.kind for event in await field.store.history(Port(1))]
    assert (kinds.count(HistoryKind.PAUSED), kinds.count(HistoryKind.RESUMED)) == (3, 2)


async def test_a_stop_is_over_with_another_sim_and_back_with_the_old_one(
    make_field: MakeField, monkeypatch: pytest.MonkeyPatch
) -> None:
    field = await stopped_field(make_field, monkeypatch)
    one = await field.radio(0)
    good = one.identity
    one.tell(Ready(identity=type(good)(imei=good.imei, imsi="imsi9", iccid="iccid9")))
    await until(lambda: field.board.condition(Port(1)).iccid == "iccid9")
    assert field.board.condition(Port(1)).state is SpanState.READY
    one.ready()
    await until(lambda: field.board.condition(Port(1)).state is SpanState.PAUSED)
