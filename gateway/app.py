"""The whole gateway put together; besides `modem_radio` and `cli` the only place that knows every room."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import structlog

from gateway.api.renderer import Renderer
from gateway.api.server import Server
from gateway.callbacks.sender import CallbackSender
from gateway.clock import Clock
from gateway.control import ControlServer, control_path
from gateway.control_messages import LocalRequests
from gateway.control_messages_read import LocalMessages
from gateway.control_pacing import LocalPacing
from gateway.control_spans import LocalSpans
from gateway.control_store import LocalStore
from gateway.control_ussd import LocalUssd
from gateway.core.types import Port
from gateway.directory.upkeep import Upkeep
from gateway.dispatch.balance import BalanceWatch, rules_of
from gateway.dispatch.binding import configured_spans
from gateway.dispatch.dispatcher import Dispatcher
from gateway.dispatch.flight import Flight
from gateway.dispatch.history import History
from gateway.dispatch.inbound import Receiver
from gateway.dispatch.pool import Pool
from gateway.dispatch.sightings import Sightings
from gateway.dispatch.spool import Spool
from gateway.modem_pins import StoredPinLedger
from gateway.modem_ports import ModemPorts
from gateway.modem_radio import RadioMaker
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.pacing import LimitBook, PacingDesk
from gateway.service.span_desk import SpanDesk
from gateway.service.spans import SpanBoard
from gateway.service.sweep import Sweeper
from gateway.service.why import Explainer
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.disk import DiskWatch

if TYPE_CHECKING:
    from gateway.config.settings import Settings, StoreSection
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)


def span_desk(settings: Settings, *, board: SpanBoard, store: Store, clock: Clock) -> SpanDesk:
    """Give the operators' desk for spans."""
    named = {Port(one.port) for one in settings.span if one.name}
    return SpanDesk(board=board, store=store, clock=clock, named_in_settings=named)


def store_of(settings: StoreSection) -> SqliteStore:
    """Give the store of the settings, not open yet."""
    disk = DiskWatch(settings.path.parent, min_free_octets=settings.min_free_octets)
    return SqliteStore(settings.path, synchronous=settings.synchronous, disk=disk)


def weights_of(settings: Settings) -> dict[Port, float]:
    """Give what the settings say spans weigh."""
    return {Port(one.port): one.weight for one in settings.span}


class App:
    """One gateway: `open`, `start`, `wait_broken`, `stop`."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, ports: ModemPorts | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.store = store_of(settings.store)
        self.board = SpanBoard(lambda: self.store.load)
        self.board.set_weights(weights_of(settings))
        self.accounts = Accounts(self.store, clock=self.clock)
        self.service = Service(
            settings=settings, store=self.store, accounts=self.accounts, board=self.board, clock=self.clock
        )
        receiver = Receiver(self.store, self.clock)
        self.history = History(self.store, settings=settings.history, clock=self.clock)
        self._sweeper = Sweeper(self.store, settings=settings.retention, clock=self.clock)
        self._spool = Spool(settings.store.path.with_name(f"{settings.store.path.name}.received"))
        self.book = LimitBook(self.store, settings=settings)
        self._flight = Flight(settings.store.path.with_name(f"{settings.store.path.name}.flight"))
        self.dispatcher = Dispatcher(
            store=self.store,
            settings=settings,
            clock=self.clock,
            board=self.board,
            receiver=receiver,
            history=self.history,
            flight=self._flight,
            book=self.book,
        )
        inputs = settings.store.path.with_name(f"{settings.store.path.name}.input")
        ports = ports or ModemPorts(settings.modems, input_folder=inputs)
        self._make_radio = RadioMaker(settings, ports, StoredPinLedger(self.store), remember=self.history.remember)
        self.service.ussd.connect(self.dispatcher.connection)
        self._balances = BalanceWatch(
            rules_of(settings.modems.balance),
            store=self.store,
            board=self.board,
            desk=self.service.ussd,
            history=self.history,
            clock=self.clock,
        )
        self._sightings = Sightings(self.store, board=self.board, clock=self.clock)
        self._pool = Pool(
            store=self.store,
            settings=settings,
            board=self.board,
            dispatcher=self.dispatcher,
            receiver=receiver,
            spool=self._spool,
            history=self.history,
            desk=self.service.ussd,
            make_radio=self._make_radio,
            ports=ports,
        )
        self.server = Server(self.service)
        self._callbacks = CallbackSender(
            store=self.store,
            settings=settings.callbacks,
            clock=self.clock,
            render=Renderer(self.service).render,
            own_port=settings.http.port,
        )
        upkeep = Upkeep(self.store, self.service.directory, clock=self.clock)
        self.spans = span_desk(settings, board=self.board, store=self.store, clock=self.clock)
        self.pacing = PacingDesk(self.book, store=self.store, board=self.board, clock=self.clock)
        self._control = ControlServer(
            self.accounts,
            control_path(settings.store.path),
            parts={
                "span": LocalSpans(
                    self.spans, Explainer(settings, board=self.board, store=self.store, clock=self.clock)
                ).call,
                "directory": upkeep.call,
                "pacing": LocalPacing(self.pacing).call,
                "ussd": LocalUssd(self.service.ussd).call,
                "store": LocalStore(self.store, settings.store.path).call,
                "request": LocalRequests(self.service).call,
                "message": LocalMessages(self.service.timelines).call,
            },
        )
        self._pool_task: asyncio.Task[None] | None = None
        self._undo = contextlib.AsyncExitStack()

    async def open(self) -> None:
        """Open the store; accounts can be used from here on."""
        await self.store.open()
        self._undo.push_async_callback(self.store.close)
        await self._know_spans()
        self._make_radio.begin_with(await self.store.cures())

    async def start(self) -> None:
        """Open the doors: first what sends, last what accepts."""
        await self._callbacks.start()
        self._undo.push_async_callback(self._callbacks.stop)
        await self.history.start()
        self._undo.push_async_callback(self.history.stop)
        await self._sweeper.start()
        self._undo.push_async_callback(self._sweeper.stop)
        self._flight.open()
        self._undo.callback(self._flight.close)
        await self.dispatcher.start()
        await self.service.ussd.start()
        self._undo.push_async_callback(self.service.ussd.stop)
        await self._balances.load()
        self._spool.open()
        self._undo.callback(self._spool.close)
        self._pool_task = asyncio.create_task(self._pool.run(), name="pool")
        self._undo.push_async_callback(self._stop_task, self._pool_task)
        self._undo.push_async_callback(self.dispatcher.stop, self.settings.dispatch.stop_timeout_s)
        balances = asyncio.create_task(self._balances.run(), name="balances")
        self._undo.push_async_callback(self._stop_task, balances)
        sightings = asyncio.create_task(self._sightings.run(), name="sightings")
        self._undo.push_async_callback(self._stop_task, sightings)
        await self._control.start()
        self._undo.push_async_callback(self._control.stop)
        await self.server.start()
        self._undo.push_async_callback(self.server.stop)
        log.info("listening", action="start", box=self.settings.gateway.name, address=self.server.address)

    async def wait_broken(self) -> None:
        """Return never; raises what broke a part that the gateway cannot do without."""
        if self._pool_task is None:
            raise AssertionError("not started")
        parts = {
            asyncio.ensure_future(self.dispatcher.wait_failed()),
            asyncio.ensure_future(self._callbacks.wait_failed()),
        }
        try:
            done, _ = await asyncio.wait({self._pool_task, *parts}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for part in parts:
                part.cancel()

    async def stop(self) -> None:
        """Close the doors, let submits in flight end, then let modems, callbacks and store go."""
        await self._undo.aclose()

    async def _stop_task(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _know_spans(self) -> None:
        known = await self.store.spans()
        for span in configured_spans(known, self.settings.span):
            if span not in known:
                await self.store.save_span(span)
        self.board.put(await self.store.spans())
