"""What operators may do to spans, and what stays of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.core.history import HistoryKind
from gateway.core.span import Drain, Span, SpanHealth, SpanState
from gateway.core.types import Port
from gateway.errors import InvalidFieldError, StoreUnavailableError
from gateway.service.span_desk import SpanDesk
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.clock import FakeClock
from tests.support.store import held_by_another


class Modem:
    """Counts how often it is asked, and released."""

    def __init__(self) -> None:
        self.asked = self.released = 0

    @property
    def health(self) -> SpanHealth:
        self.asked += 1
        return SpanHealth(model="Huawei E173", accepted=self.asked)

    def release(self) -> None:
        self.released += 1


class Desk:
    def __init__(self, store: SqliteStore, board: SpanBoard) -> None:
        self.store = store
        self.board = board
        self.desk = SpanDesk(board=board, store=store, clock=FakeClock(), named_in_settings={Port(3)})


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Desk]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    board = SpanBoard(lambda: store.load)
    for port in (1, 2, 3):
        span = Span(port=Port(port), name=f"gsm-{port}", imei=f"imei{port}", path=f"/dev/ttyUSB{port}")
        await store.save_span(span)
        board.put([span])
        board.set_condition(Port(port), SpanCondition(state=SpanState.READY, reason="", iccid=f"iccid{port}"))
    yield Desk(store, board)
    await store.close()


async def test_span_that_is_paused_is_stopped_until_it_is_resumed_also_after_a_restart(at: Desk) -> None:
    changed: list[int] = []
    at.board.listen(changed.append)
    await at.desk.pause(Port(2), actor="anna")
    assert (at.desk.show(Port(2)).view.state, at.desk.show(Port(2)).view.is_usable) == (SpanState.STOPPED, False)
    assert [span.enabled for span in await at.store.spans()] == [True, False, True]
    await at.desk.pause(Port(2), actor="anna")
    await at.desk.resume(Port(2), actor="ben")
    assert at.desk.show(Port(2)).view.state is SpanState.READY
    assert [span.enabled for span in await at.store.spans()] == [True, True, True]
    assert changed == [2, 2]
    lines = [(line.kind, line.detail) for line in await at.desk.history(Port(2), limit=10)]
    assert lines == [(HistoryKind.RESUMED, "switched on, by ben"), (HistoryKind.PAUSED, "switched off, by anna")]


async def test_name_is_changed_and_kept(at: Desk) -> None:
    await at.desk.rename(Port(1), "sales desk", actor="anna")
    assert at.board.name(Port(1)) == "sales desk"
    assert (await at.store.spans())[0].name == "sales desk"
    (line,) = await at.desk.history(None, limit=10)
    assert (line.port, line.detail, line.imei, line.iccid) == (
        1,
        "from gsm-1 to sales desk, by anna",
        "imei1",
        "iccid1",
    )


@pytest.mark.parametrize(
    ("port", "name", "reason"),
    [
        (1, "", "printable characters"),
        (1, " x", "without blanks around"),
        (1, "a\nb", "printable"),
        (1, "x" * 65, "1 to 64"),
        (1, "gsm-2", "another span"),
        (3, "mine", "in the settings file"),
    ],
)
async def test_name_that_cannot_be_is_refused(at: Desk, port: int, name: str, reason: str) -> None:
    with pytest.raises(InvalidFieldError, match=reason):
        await at.desk.rename(Port(port), name, actor="anna")
    assert at.board.name(Port(port)) == f"gsm-{port}"


async def test_unknown_span_is_said(at: Desk) -> None:
    for call in (
        at.desk.pause(Port(9), actor="a"),
        at.desk.resume(Port(9), actor="a"),
        at.desk.history(Port(9), limit=1),
    ):
        with pytest.raises(InvalidFieldError, match="there is no span 9"):
            await call


async def test_change_that_cannot_be_stored_does_not_stay_on_the_board(at: Desk) -> None:
    async with held_by_another(at.store):
        with pytest.raises(StoreUnavailableError):
            await at.desk.pause(Port(1), actor="anna")
    assert at.desk.show(Port(1)).view.state is SpanState.READY


async def test_health_is_asked_for_when_somebody_wants_to_know(at: Desk) -> None:
    modem = Modem()
    at.board.set_modem(Port(1), modem)
    assert at.board.views()[0].is_usable
    assert modem.asked == 0
    assert [report.health.model for report in at.desk.list()] == ["Huawei E173", "", ""]
    assert at.desk.show(Port(1)).health.accepted == 2


async def test_span_that_is_resumed_though_it_is_on_has_its_modem_tried_again(at: Desk) -> None:
    modem = Modem()
    at.board.set_modem(Port(1), modem)
    await at.desk.resume(Port(1), actor="anna")
    await at.desk.resume(Port(2), actor="anna")
    assert modem.released == 1
    assert [line.detail for line in await at.desk.history(Port(1), limit=10)] == ["tried again, by anna"]


async def test_span_that_is_drained_takes_nothing_until_it_is_resumed_also_after_a_restart(at: Desk) -> None:
    await at.desk.drain(Port(2), actor="anna")
    await at.desk.drain(Port(2), actor="anna")
    view = at.desk.show(Port(2)).view
    assert (view.state, view.is_usable, view.span.enabled) == (SpanState.DRAINING, False, True)
    assert [span.drain for span in await at.store.spans()] == ["", "draining", ""]
    at.board.note_drain(Port(2), "2 begun messages to finish")
    assert at.desk.show(Port(2)).view.reason == "2 begun messages to finish"
    await at.desk.resume(Port(2), actor="ben")
    assert at.desk.show(Port(2)).view.is_usable
    assert [span.drain for span in await at.store.spans()] == ["", "", ""]
    lines = [(line.kind, line.detail) for line in await at.desk.history(Port(2), limit=10)]
    assert lines == [
        (HistoryKind.RESUMED, "takes messages again, by ben"),
        (HistoryKind.DRAINING, "takes no more messages, by anna"),
    ]


async def test_span_that_is_off_cannot_be_drained_and_pausing_ends_draining(at: Desk) -> None:
    await at.desk.drain(Port(1), actor="anna")
    await at.desk.pause(Port(1), actor="anna")
    assert at.desk.show(Port(1)).view.state is SpanState.STOPPED
    with pytest.raises(InvalidFieldError, match="resume it first"):
        await at.desk.drain(Port(1), actor="anna")
    await at.desk.resume(Port(1), actor="anna")
    assert at.desk.show(Port(1)).view.state is SpanState.READY


async def test_who_waits_for_a_span_hears_of_each_step_when_it_is_taken(at: Desk) -> None:
    # The time is over long after the test is: only an event ends the waiting.
    await at.desk.drain(Port(2), actor="anna")
    seen = at.desk.show(Port(2)).standing
    waiting = asyncio.create_task(at.desk.wait(Port(2), seen=seen, timeout_s=600))
    await asyncio.sleep(0)
    at.board.set_condition(Port(1), SpanCondition(state=SpanState.MISSING, reason="unplugged"))  # another one's news
    await asyncio.sleep(0)
    at.board.note_drain(Port(2), "1 begun message to finish")
    report = await waiting
    assert report.standing == ("draining", "1 begun message to finish", "draining")
    waiting = asyncio.create_task(at.desk.wait(Port(2), seen=report.standing, timeout_s=600))
    await asyncio.sleep(0)
    at.board.put([replace(report.view.span, drain=Drain.DRAINED)])
    assert (await waiting).standing == ("drained", "", "drained")
    assert (await at.desk.wait(Port(2), seen=seen, timeout_s=600)).standing == ("drained", "", "drained")


async def test_who_waits_for_a_span_of_which_there_is_no_news_is_told_how_it_stands(at: Desk) -> None:
    seen = at.desk.show(Port(2)).standing
    assert (await at.desk.wait(Port(2), seen=seen, timeout_s=0)).standing == seen
    with pytest.raises(InvalidFieldError):
        await at.desk.wait(Port(9), seen=seen, timeout_s=600)
