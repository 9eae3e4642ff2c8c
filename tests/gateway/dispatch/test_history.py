"""What is noted of modems gets into the store, also when the store cannot be written for a while."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from gateway.config.settings import HistorySection
from gateway.core.history import Cure, HistoryEvent, HistoryKind
from gateway.core.types import EpochMs, Port
from gateway.dispatch.history import History
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock
from tests.support.store import held_by_another

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DAY_S = 86_400


@contextlib.asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[SqliteStore]:
    store = SqliteStore(folder / "gateway.db")
    await store.open()
    try:
        yield store
    finally:
        await store.close()


async def test_what_is_noted_before_the_end_is_in_the_store(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path) as store:
        history = History(store, settings=HistorySection(), clock=clock)
        await history.start()
        history.note(HistoryKind.LOST, "unplugged", port=Port(3), path="/dev/ttyUSB2", imei="4901", iccid="8949")
        clock.advance(1)
        history.note(HistoryKind.READY, "Huawei E173", port=Port(3))
        history.remember(Cure(model="Huawei E173", symptom="SILENT", step="REBOOT"))
        await history.stop()
        ready, lost = await store.history()
        assert lost == HistoryEvent(
            at=EpochMs(1_711_447_200_000),
            kind=HistoryKind.LOST,
            detail="unplugged",
            port=Port(3),
            path="/dev/ttyUSB2",
            imei="4901",
            iccid="8949",
        )
        assert (ready.kind, ready.at - lost.at) == (HistoryKind.READY, 1000)
        assert [cure.step for cure in await store.cures()] == ["REBOOT"]


async def test_lines_wait_while_the_store_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.store.outage.RETRY_S", 0.01)
    async with opened(tmp_path) as store:
        history = History(store, settings=HistorySection(), clock=FakeClock())
        async with held_by_another(store):
            await history.start()
            history.note(HistoryKind.LOST, "one")
            history.note(HistoryKind.LOST, "two")
        await history.stop()
        assert [event.detail for event in await store.history()] == ["two", "one"]


async def test_what_is_too_old_is_dropped_at_the_start(tmp_path: Path) -> None:
    clock = FakeClock()
    async with opened(tmp_path) as store:
        first = History(store, settings=HistorySection(keep_days=2), clock=clock)
        first.note(HistoryKind.LOST, "old")
        clock.advance(1.5 * DAY_S)
        first.note(HistoryKind.LOST, "young")
        await first.stop()
        clock.advance(DAY_S)
        second = History(store, settings=HistorySection(keep_days=2), clock=clock)
        await second._tidy()
        assert [event.detail for event in await store.history()] == ["young"]


async def test_line_that_is_being_written_at_the_end_is_there_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for number in range(20):
            history = History(store, settings=HistorySection(), clock=FakeClock())
            await history.start()
            history.note(HistoryKind.LOST, f"line {number}")
            for _ in range(number):
                await asyncio.sleep(0)
            await history.stop()
        assert sorted(event.detail for event in await store.history()) == sorted(f"line {one}" for one in range(20))
