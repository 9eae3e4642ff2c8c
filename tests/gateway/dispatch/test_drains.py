"""Spans that are emptied, on a real store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from gateway.config.settings import HistorySection
from gateway.core.history import HistoryKind
from gateway.core.span import Drain, Span, SpanState
from gateway.core.status import Status
from gateway.core.types import Port
from gateway.dispatch.drains import GONE_AFTER_S, Drains
from gateway.dispatch.history import History
from gateway.dispatch.radio import Accepted, NoAnswer, NotReady
from gateway.service.span_desk import SpanDesk
from gateway.service.spans import SpanBoard
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.dispatch.conftest import Field, MakeField
from tests.support.clock import FakeClock
from tests.support.store import NOW, a_message, an_account
from tests.support.waiting import until

ONE = Port(1)


def desk_of(field: Field) -> SpanDesk:
    return SpanDesk(board=field.board, store=field.store, clock=field.clock)


def state(field: Field) -> SpanState:
    view = field.board.get(ONE)
    assert view is not None
    return view.state


async def until_drained(field: Field) -> None:
    """Wait until the board says so, and the store, which is told after it."""
    await until(lambda: state(field) is SpanState.DRAINED)
    async with asyncio.timeout(10):
        while next(span for span in await field.store.spans() if span.port == ONE).drain is not Drain.DRAINED:
            await asyncio.sleep(0.005)  # a span that is saved is no news


async def test_a_begun_message_is_finished_and_the_rest_goes_to_others(make_field: MakeField) -> None:
    field = await make_field(radios=2, steal_after_s=3600)
    one, two = await field.radio(0), await field.radio(1)
    await field.until_ready(2)
    begun = await field.accept(1, 2, text="x" * 200, segments=2)
    await one.asked_once()
    waiting = await field.accept(1, 2)
    mine = await field.accept(1)
    await desk_of(field).drain(ONE, actor="anna")
    await two.answer(Accepted(mr=1))
    assert (await field.until(waiting, Status.SENT)).port == 2
    assert state(field) is SpanState.DRAINING
    await until(lambda: "1 begun message to finish" in (view.reason if (view := field.board.get(ONE)) else ""))
    await one.answer(Accepted(mr=2))
    await one.answer(Accepted(mr=3))
    assert (await field.until(begun, Status.SENT)).port == 1
    await until_drained(field)
    view = field.board.get(ONE)
    assert view is not None
    assert view.reason == "what waits may be sent by this span alone"
    assert (len(one.sent), (await field.message(mine)).status) == (2, Status.QUEUED)
    assert (await field.store.spans())[0].drain is Drain.DRAINED
    await desk_of(field).resume(ONE, actor="anna")
    await one.answer(Accepted(mr=4))
    await field.until(mine, Status.SENT)


async def test_it_is_not_drained_before_it_is_known_what_became_of_a_message(make_field: MakeField) -> None:
    field = await make_field(evidence_s=0.05)
    radio = await field.radio(0)
    message_id = await field.accept(1)
    await radio.asked_once()
    await desk_of(field).drain(ONE, actor="anna")
    await radio.answer(NoAnswer(reason="no answer", is_sent=True))
    await field.until_no_answer(message_id)
    assert state(field) is SpanState.DRAINING
    await radio.answer(Accepted(mr=2))  # sent once more, on the same SIM
    await field.until(message_id, Status.SENT)
    await until_drained(field)


async def test_a_span_without_a_modem_and_without_begun_messages_is_drained(make_field: MakeField) -> None:
    field = await make_field()
    radio = await field.radio(0)
    await field.until_ready(1)
    radio.tell(NotReady(reason="no network"))
    await desk_of(field).drain(ONE, actor="anna")
    await until_drained(field)
    view = field.board.get(ONE)
    assert view is not None
    assert view.reason == "no network"
    await field.history.stop()
    kinds = [event.kind for event in await field.store.history(ONE, limit=2)]
    assert set(kinds) == {HistoryKind.DRAINING, HistoryKind.DRAINED}


async def test_draining_goes_on_after_a_restart_and_drained_stays(make_field: MakeField) -> None:
    field = await make_field()
    await field.until_ready(1)
    (span,) = await field.store.spans()
    await field.stop()
    await field.store.open()
    await field.store.save_span(replace(span, drain=Drain.DRAINING))
    await field.store.close()
    await field.start()
    await until_drained(field)
    await field.stop()
    await field.start()
    assert state(field) is SpanState.DRAINED
    message_id = await field.accept(1)
    worker = field.dispatcher.worker(ONE)
    worker.wake()
    await until(lambda: worker.is_at_rest and not worker._wake.is_set())  # it has looked
    assert (await field.message(message_id)).status is Status.QUEUED
    assert (await field.radio(0)).sent == []


class Hands:
    """Which spans can send, in the test's hands."""

    def __init__(self) -> None:
        self.able: set[int] = set()
        self.clock = FakeClock()

    async def drains(self, store: SqliteStore) -> Drains:
        await store.open()
        await store.add_account(an_account("shop"), "hash", NOW)
        board = SpanBoard(lambda: store.load)
        board.put([Span(port=Port(port), name=f"gsm-{port}") for port in (1, 2)])
        history = History(store, settings=HistorySection(), clock=self.clock)
        return Drains(
            store,
            board=board,
            clock=self.clock,
            history=history,
            is_able=lambda port: port in self.able,
            is_at_rest=lambda port: True,
        )


async def test_what_prefers_a_span_that_is_gone_for_long_is_left_to_those_that_can_send(tmp_path: Path) -> None:
    store, hands = SqliteStore(tmp_path / "gateway.db"), Hands()
    drains = await hands.drains(store)
    await store.accept([a_message(port=ONE), a_message(port=ONE, spans=(ONE,))])

    async def left() -> int:
        await drains.look()
        return 2 - store.load.open_by_port.get(ONE, 0)

    hands.able = {2}
    assert await left() == 0
    hands.clock.advance(GONE_AFTER_S - 1)
    assert await left() == 0
    hands.able = {1, 2}
    assert await left() == 0
    hands.able = {2}
    hands.clock.advance(2)
    assert await left() == 0, "it was there in between"
    hands.clock.advance(GONE_AFTER_S)
    hands.able = set()
    assert await left() == 0, "nobody else can send either"
    hands.able = {2}
    assert await left() == 1, "the other one may be sent by it alone"
    await store.close()
