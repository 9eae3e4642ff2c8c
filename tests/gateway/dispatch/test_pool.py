"""From ports to spans: modems that move, and modems that look the same."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from gateway.clock import Clock
from gateway.config.settings import Settings
from gateway.core.span import SpanState
from gateway.dispatch.dispatcher import Dispatcher
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.pool import Pool
from gateway.dispatch.ports import FoundPort
from gateway.dispatch.radio import Identity, Lost, NotReady, Radio, RadioEvent, Ready
from gateway.dispatch.spool import Spool
from gateway.service.spans import SpanBoard
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.radio import FakeRadio
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable
    from pathlib import Path

MODEM = Identity(imei="490154203237518", imsi="262010000000001", iccid="8949020000012345678")
TWIN = Identity(imei="490154203237518", imsi="262010000000002", iccid="8949020000012345686")


class Ports:
    """A pool on ports whose modems the test plays."""

    def __init__(self, board: SpanBoard) -> None:
        self.board = board
        self.radios: dict[str, FakeRadio] = {}

    def make(self, url: str, listen_first_s: float, on_event: Callable[[RadioEvent], None]) -> Radio:
        radio = FakeRadio(url, on_event, identity=MODEM, auto=True)
        self.radios[url] = radio
        return radio

    def states(self) -> list[tuple[int, SpanState, str]]:
        views = sorted(self.board.views(), key=lambda view: view.span.port)
        return [(view.span.port, view.state, view.span.path) for view in views]


class Told:
    """A source of ports that says what the test says."""

    def __init__(self) -> None:
        self.news: asyncio.Queue[FoundPort] = asyncio.Queue()

    async def watch(self) -> AsyncGenerator[FoundPort, None]:
        while True:
            yield await self.news.get()


@contextlib.asynccontextmanager
async def running(folder: Path, ports: list[str], *, source: Told | None = None) -> AsyncIterator[Ports]:
    settings = Settings.model_validate({"modems": {"ports": ports}})
    store, clock = SqliteStore(folder / "gateway.db"), Clock()
    await store.open()
    board = SpanBoard(lambda: store.load)
    receiver = Receiver(store, clock)
    dispatcher = Dispatcher(store=store, settings=settings, clock=clock, board=board, receiver=receiver)
    found = Ports(board)
    spool = Spool(folder / "gateway.db.received")
    spool.open()
    pool = Pool(
        store=store,
        settings=settings,
        board=board,
        dispatcher=dispatcher,
        receiver=receiver,
        spool=spool,
        make_radio=found.make,
        ports=source,
    )
    await dispatcher.start()
    task = asyncio.create_task(pool.run())
    try:
        await until(lambda: len(found.radios) == len(ports))
        yield found
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await dispatcher.stop(0)
        spool.close()
        await store.close()


async def test_a_modem_that_moves_to_another_port_keeps_its_number_and_is_served(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        found.radios["/dev/a"].tell(Lost(reason="unplugged"))
        found.radios["/dev/a"].tell(NotReady(reason="No such file or directory", identity=None))
        found.radios["/dev/b"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/b")])
        # What the empty port has to say does not touch the span any more.
        found.radios["/dev/a"].tell(NotReady(reason="another reason", identity=None))
        found.radios["/dev/b"].tell(NotReady(reason="searching for a network", identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.NOT_READY, "/dev/b")])
        assert found.board.condition(found.board.views()[0].span.port).reason == "searching for a network"


async def test_the_second_port_of_a_modem_is_set_aside_and_used_when_the_first_is_lost(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        spare = found.radios["/dev/b"]
        spare.tell(Ready(identity=MODEM))
        await spare.is_closed.wait()
        assert found.states() == [(1, SpanState.READY, "/dev/a")]
        found.radios["/dev/a"].tell(Lost(reason="unplugged"))
        await until(lambda: found.radios["/dev/b"] is not spare)
        found.radios["/dev/b"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/b")])


@pytest.mark.parametrize(
    ("ports", "other"),
    [
        pytest.param(["/dev/a", "/dev/b"], TWIN, id="one IMEI, two SIMs"),
        pytest.param(["socket://localhost:1", "socket://localhost:2"], MODEM, id="all the same, but two sockets"),
    ],
)
async def test_modems_that_share_an_imei_are_both_served(tmp_path: Path, ports: list[str], other: Identity) -> None:
    first, second = ports
    async with running(tmp_path, ports) as found:
        found.radios[first].tell(Ready(identity=MODEM))
        await until(lambda: len(found.states()) == 1)
        found.radios[second].tell(Ready(identity=other))
        await until(lambda: found.states() == [(1, SpanState.READY, first), (2, SpanState.READY, second)])


async def test_a_port_that_is_told_is_served_and_told_again_makes_no_difference(tmp_path: Path) -> None:
    source = Told()
    async with running(tmp_path, [], source=source) as found:
        for _ in range(2):
            source.news.put_nowait(FoundPort(url="usb:1-2:02", slot="1-2"))
        await until(lambda: source.news.empty() and "usb:1-2:02" in found.radios)
        radio = found.radios["usb:1-2:02"]
        radio.tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "usb:1-2:02")])
        assert found.radios["usb:1-2:02"] is radio


async def test_a_port_of_which_other_facts_are_told_is_begun_anew(tmp_path: Path) -> None:
    """Another modem in the same socket has its second port elsewhere: the old one must not be written to."""
    source = Told()
    async with running(tmp_path, [], source=source) as found:
        source.news.put_nowait(FoundPort(url="/dev/a", slot="1-2", other_port="/dev/b"))
        await until(lambda: "/dev/a" in found.radios)
        before = found.radios["/dev/a"]
        source.news.put_nowait(FoundPort(url="/dev/a", slot="1-2", other_port="/dev/c"))
        await before.is_closed.wait()
        await until(lambda: found.radios["/dev/a"] is not before)
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
