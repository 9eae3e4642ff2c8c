"""From ports to spans: modems that move, and modems that look the same."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from gateway.clock import Clock
from gateway.config.settings import Settings
from gateway.core.history import HistoryKind
from gateway.core.span import SpanState
from gateway.dispatch.dispatcher import Dispatcher
from gateway.dispatch.history import History
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.pool import Pool
from gateway.dispatch.radio import Identity, Lost, NeedsPerson, NotReady, Radio, RadioEvent, Ready, RecoveryStep
from gateway.dispatch.spool import Spool
from gateway.service.spans import SpanBoard
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.radio import FakeRadio
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

MODEM = Identity(imei="490154203237518", imsi="262010000000001", iccid="8949020000012345678")
TWIN = Identity(imei="490154203237518", imsi="262010000000002", iccid="8949020000012345686")


class Ports:
    """A pool on ports whose modems the test plays."""

    def __init__(self, board: SpanBoard, store: SqliteStore, history: History) -> None:
        self.board = board
        self.store = store
        self.history = history
        self.radios: dict[str, FakeRadio] = {}

    def make(self, url: str, listen_first_s: float, on_event: Callable[[RadioEvent], None]) -> Radio:
        radio = FakeRadio(url, on_event, identity=MODEM, auto=True)
        self.radios[url] = radio
        return radio

    def states(self) -> list[tuple[int, SpanState, str]]:
        views = sorted(self.board.views(), key=lambda view: view.span.port)
        return [(view.span.port, view.state, view.span.path) for view in views]


@contextlib.asynccontextmanager
async def running(folder: Path, ports: list[str]) -> AsyncIterator[Ports]:
    settings = Settings.model_validate({"modems": {"ports": ports}})
    store, clock = SqliteStore(folder / "gateway.db"), Clock()
    await store.open()
    board = SpanBoard(lambda: store.load)
    receiver = Receiver(store, clock)
    dispatcher = Dispatcher(store=store, settings=settings, clock=clock, board=board, receiver=receiver)
    history = History(store, settings=settings.history, clock=clock)
    found = Ports(board, store, history)
    spool = Spool(folder / "gateway.db.received")
    spool.open()
    pool = Pool(
        store=store,
        settings=settings,
        board=board,
        dispatcher=dispatcher,
        receiver=receiver,
        spool=spool,
        history=history,
        make_radio=found.make,
    )
    await history.start()
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
        await history.stop()
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


async def test_history_tells_what_became_of_a_modem(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b"]) as found:
        radio = found.radios["/dev/a"]
        radio.tell(Ready(identity=MODEM))
        radio.tell(NotReady(reason="looking for a network", identity=MODEM))
        radio.tell(NotReady(reason="denied", identity=MODEM))
        radio.tell(RecoveryStep(step="radio off and on", symptom="denied", is_cured=None))
        radio.tell(NeedsPerson(symptom="denied", tried=("radio off and on",)))
        radio.tell(Lost(reason="unplugged"))
        await until(lambda: [view.reason for view in found.board.views()] == ["unplugged"])
        found.radios["/dev/b"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/b")])
        await found.history.stop()
        lines = [(one.port, one.kind, one.detail) for one in reversed(await found.store.history())]
        assert lines == [
            (1, HistoryKind.READY, "can send, on /dev/a"),
            (1, HistoryKind.NOT_READY, "looking for a network"),
            (1, HistoryKind.RECOVERY, "denied; trying: radio off and on"),
            (1, HistoryKind.NEEDS_PERSON, "denied; tried: radio off and on"),
            (1, HistoryKind.LOST, "unplugged"),
            (1, HistoryKind.MOVED, "from /dev/a to /dev/b"),
            (1, HistoryKind.READY, "can send, on /dev/b"),
        ]
        assert {(one.imei, one.iccid) for one in await found.store.history()} == {(MODEM.imei, MODEM.iccid)}


async def test_a_modem_that_needs_a_person_says_so_on_the_board(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a"]) as found:
        radio = found.radios["/dev/a"]
        radio.tell(Ready(identity=MODEM))
        radio.tell(NotReady(reason="the SIM wants its PUK", identity=MODEM, state=SpanState.NEEDS_PERSON))
        await until(lambda: found.states() == [(1, SpanState.NEEDS_PERSON, "/dev/a")])
        (view,) = found.board.views()
        assert (view.reason, view.is_usable) == ("the SIM wants its PUK", False)
        radio.tell(NotReady(reason="the SIM wants its PUK 2", identity=MODEM, state=SpanState.NEEDS_PERSON))
        radio.tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        radio.tell(NeedsPerson(symptom="denied", tried=()))
        radio.tell(NotReady(reason="needs a person: denied", identity=MODEM, state=SpanState.NEEDS_PERSON))
        await until(lambda: found.states() == [(1, SpanState.NEEDS_PERSON, "/dev/a")])
        await found.history.stop()
        told = [line.detail for line in await found.store.history() if line.kind is HistoryKind.NEEDS_PERSON]
        assert told == ["denied; tried: nothing, no step is possible", "the SIM wants its PUK"]


async def test_history_names_the_device_behind_a_stable_name(tmp_path: Path) -> None:
    stable = tmp_path / "by-path"
    (tmp_path / "ttyUSB5").touch()
    stable.symlink_to(tmp_path / "ttyUSB5")
    async with running(tmp_path, [str(stable)]) as found:
        found.radios[str(stable)].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, str(stable))])
        await found.history.stop()
        (line,) = await found.store.history()
        assert line.detail == f"can send, on {stable} ({tmp_path / 'ttyUSB5'})"
