"""What every store remembers of when spans became known and were last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.span import SpanTimes
from gateway.core.types import EpochMs, Port
from tests.support.store import NOW

if TYPE_CHECKING:
    from gateway.store.backend import Store

ONE, TWO = Port(1), Port(2)


async def test_a_span_is_known_since_it_was_first_noted_and_seen_when_it_last_answered(store: Store) -> None:
    assert await store.span_times() == {}
    await store.note_span_times(known=[ONE], answering=[], now=NOW)
    assert await store.span_times() == {ONE: SpanTimes(created_at=NOW, seen_at=None)}
    later, latest = EpochMs(NOW + 60_000), EpochMs(NOW + 120_000)
    await store.note_span_times(known=[ONE, TWO], answering=[ONE, TWO], now=later)
    await store.note_span_times(known=[ONE, TWO], answering=[TWO], now=latest)
    assert await store.span_times() == {
        ONE: SpanTimes(created_at=NOW, seen_at=later),
        TWO: SpanTimes(created_at=later, seen_at=latest),
    }
