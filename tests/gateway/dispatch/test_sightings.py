"""Which modems answered when."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gateway.core.span import Span, SpanState, SpanTimes
from gateway.core.types import EpochMs, Port
from gateway.dispatch.sightings import Sightings
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock


async def test_a_modem_that_goes_was_last_seen_when_it_still_answered(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "gateway.db"), FakeClock()
    await store.open()
    board = SpanBoard(lambda: store.load)
    sightings = Sightings(store, board=board, clock=clock)
    await sightings.look()
    assert await store.span_times() == {}
    board.put([Span(port=Port(1), name="gsm-1"), Span(port=Port(2), name="gsm-2")])
    board.set_condition(Port(1), SpanCondition(state=SpanState.NOT_READY, reason="no network"))
    start = clock.now_ms()
    await sightings.look()
    board.set_condition(Port(1), SpanCondition())
    clock.advance(60)
    await sightings.look()
    assert await store.span_times() == {
        Port(1): SpanTimes(created_at=start, seen_at=start),
        Port(2): SpanTimes(created_at=start, seen_at=None),
    }
    await store.close()


async def test_the_end_of_the_gateway_is_written_down_too(tmp_path: Path) -> None:
    store, clock = SqliteStore(tmp_path / "gateway.db"), FakeClock()
    await store.open()
    board = SpanBoard(lambda: store.load)
    board.put([Span(port=Port(1), name="gsm-1")])
    board.set_condition(Port(1), SpanCondition(state=SpanState.READY, reason=""))
    task = asyncio.create_task(Sightings(store, board=board, clock=clock).run())
    while Port(1) not in await store.span_times():
        await asyncio.sleep(0)
    created = clock.now_ms()
    clock.advance(30)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    times = SpanTimes(created_at=created, seen_at=EpochMs(created + 30_000))
    assert await store.span_times() == {Port(1): times}
    await store.close()
