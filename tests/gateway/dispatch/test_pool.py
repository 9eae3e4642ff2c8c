"""From ports to spans: modems that move, and modems that look the same."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.clock import Clock
from gateway.config.settings import Settings
from gateway.core.history import HistoryEvent, HistoryKind
from gateway.core.span import SpanState
from gateway.dispatch.dispatcher import Dispatcher
from gateway.dispatch.flight import Flight
from gateway.dispatch.history import History
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.pool import Pool
from gateway.dispatch.ports import FoundPort
from gateway.dispatch.radio import Identity, Lost, NeedsPerson, NotReady, Radio, RadioEvent, Ready, RecoveryStep
from gateway.dispatch.spool import Spool
from gateway.service.spans import SpanBoard
from gateway.service.ussd import UssdDesk
from gateway.store.backends.sqlite.store import SqliteStore
from tests.support.radio import FakeRadio
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
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

    async def until_noted(self, kind: HistoryKind, *, count: int = 1) -> HistoryEvent:
        """Give the newest line of the history that is of this kind, once there are `count`."""
        async with asyncio.timeout(5):
            while len(found := [one for one in await self.store.history() if one.kind is kind]) < count:
                await asyncio.sleep(0.005)  # the history has no event to wait for
        assert len(found) == count
        return found[0]

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
async def running(
    folder: Path, ports: list[str], spans: Sequence[dict[str, object]] = (), *, source: Told | None = None
) -> AsyncIterator[Ports]:
    settings = Settings.model_validate({"modems": {"ports": ports}, "span": spans})
    store, clock = SqliteStore(folder / "gateway.db"), Clock()
    await store.open()
    board = SpanBoard(lambda: store.load)
    receiver = Receiver(store, clock)
    flight = Flight(folder / "gateway.db.flight")
    history = History(store, settings=settings.history, clock=clock)
    dispatcher = Dispatcher(
        store=store, settings=settings, clock=clock, board=board, receiver=receiver, history=history, flight=flight
    )
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
        desk=UssdDesk(store, board=board, clock=clock),
        make_radio=found.make,
        ports=source,
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


async def test_clones_are_reported_in_words(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        found.radios["/dev/b"].tell(Ready(identity=TWIN))
        clone = await found.until_noted(HistoryKind.CLONE)
        assert clone.port == 2
        assert clone.detail == "the modem of port 1 (/dev/a) has the same IMEI 490154203237518: both are served"
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        found.radios["/dev/a"].tell(Lost(reason="unplugged"))
        await found.until_noted(HistoryKind.LOST)
        assert sum(one.kind is HistoryKind.CLONE for one in await found.store.history()) == 1


async def test_another_sim_is_an_event_also_when_it_was_changed_while_nobody_looked(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        # A SIM that is out is not another one yet.
        found.radios["/dev/a"].tell(NotReady(reason="no SIM inserted", identity=Identity(imei=MODEM.imei)))
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        found.radios["/dev/a"].tell(Ready(identity=TWIN))
        change = await found.until_noted(HistoryKind.SIM_CHANGED)
        assert (change.port, change.detail) == (1, f"from {MODEM.iccid} to {TWIN.iccid}")
    async with running(tmp_path, ["/dev/a"]) as found:
        found.board.put(await found.store.spans())
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        change = await found.until_noted(HistoryKind.SIM_CHANGED, count=2)
        assert (change.port, change.detail) == (1, f"from {TWIN.iccid} to {MODEM.iccid}")


async def test_a_span_of_an_iccid_follows_its_sim_to_another_modem(tmp_path: Path) -> None:
    spans = [{"port": 7, "match": {"iccid": MODEM.iccid}}]
    other = replace(MODEM, imei="860000000000001")
    async with running(tmp_path, ["/dev/a", "/dev/b"], spans) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(7, SpanState.READY, "/dev/a")])
        found.radios["/dev/b"].tell(Ready(identity=other))
        await until(lambda: found.states() == [(7, SpanState.READY, "/dev/b")])
        # The old modem has not noticed yet that its SIM is gone.
        found.radios["/dev/a"].tell(NotReady(reason="searching for a network", identity=MODEM))
        found.radios["/dev/a"].tell(NotReady(reason="no SIM inserted", identity=replace(MODEM, iccid="", imsi="")))
        await until(lambda: found.states() == [(1, SpanState.NOT_READY, "/dev/a"), (7, SpanState.READY, "/dev/b")])
        assert (await found.until_noted(HistoryKind.MODEM_CHANGED)).port == 7
        assert not found.radios["/dev/b"].is_closed.is_set()


async def test_a_modem_that_gets_a_sim_of_another_span_leaves_its_own(tmp_path: Path) -> None:
    spans = [{"port": 7, "match": {"iccid": TWIN.iccid}}]
    async with running(tmp_path, ["/dev/a"], spans) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        found.radios["/dev/a"].tell(Ready(identity=TWIN))
        await until(lambda: found.states() == [(1, SpanState.MISSING, "/dev/a"), (7, SpanState.READY, "/dev/a")])


async def test_the_second_port_of_a_modem_that_does_not_know_its_sim_yet_is_set_aside(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        found.radios["/dev/b"].tell(NotReady(reason="the SIM stays busy", identity=Identity(imei=MODEM.imei)))
        await found.radios["/dev/b"].is_closed.wait()
        assert found.states() == [(1, SpanState.READY, "/dev/a")]


async def test_a_reset_and_another_socket_leave_the_number(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/a", "/dev/b", "/dev/c"]) as found:
        found.radios["/dev/a"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/a")])
        other = Identity(imei="860000000000001", iccid="8949020000012345694")
        found.radios["/dev/b"].tell(Ready(identity=other))
        await until(lambda: [state for _, state, _ in found.states()] == [SpanState.READY] * 2)
        for radio in ("/dev/a", "/dev/b"):
            found.radios[radio].tell(Lost(reason="reset"))
            found.radios[radio].tell(NotReady(reason="starting up", identity=None))
        await until(lambda: all(view.reason == "starting up" for view in found.board.views()))
        found.radios["/dev/c"].tell(Ready(identity=MODEM))
        found.radios["/dev/a"].tell(Ready(identity=other))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/c"), (2, SpanState.READY, "/dev/a")])
        assert (await found.until_noted(HistoryKind.MOVED, count=2)).detail.startswith("from /dev/")


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


async def test_modems_that_are_found_at_once_get_their_numbers_in_the_order_of_their_ports(tmp_path: Path) -> None:
    ports = ["/dev/modem2", "/dev/modem9", "/dev/modem10"]
    async with running(tmp_path, ports) as found:
        for number, url in reversed(list(enumerate(ports))):
            found.radios[url].tell(Ready(identity=Identity(imei=f"49015420323751{number}")))
        await until(lambda: len(found.states()) == 3)
        assert [path for _, _, path in found.states()] == ports


async def test_a_port_that_stays_silent_does_not_keep_others_from_their_number(tmp_path: Path) -> None:
    async with running(tmp_path, ["/dev/modem1", "/dev/modem2"]) as found:
        found.radios["/dev/modem2"].tell(Ready(identity=MODEM))
        await until(lambda: found.states() == [(1, SpanState.READY, "/dev/modem2")])
