"""From serial ports to spans: runs a radio on each port that is found, and binds modems to span numbers."""

from __future__ import annotations

import asyncio
import contextlib
import os
from contextlib import aclosing
from typing import TYPE_CHECKING

import structlog

from gateway.core.history import HistoryKind
from gateway.core.span import Span, SpanState
from gateway.dispatch.binding import are_two, bind, is_one_modem
from gateway.dispatch.inbound import is_report
from gateway.dispatch.ports import NamedPorts, in_order
from gateway.dispatch.radio import (
    Identity,
    IncomingCall,
    LateAnswer,
    Lost,
    NeedsNobody,
    NeedsPerson,
    NoLateAnswer,
    NotReady,
    RadioEvent,
    Ready,
    Received,
    RecoveryStep,
    SignalChanged,
    StorageAlarm,
    UssdSaid,
)
from gateway.dispatch.seat import Seat, SeatModem
from gateway.dispatch.together import next_together
from gateway.dispatch.trouble import describe, log_trouble, masked
from gateway.service.spans import SpanCondition
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from gateway.config.settings import Settings
    from gateway.core.types import Port
    from gateway.dispatch.dispatcher import Dispatcher
    from gateway.dispatch.history import History
    from gateway.dispatch.inbound import Receiver
    from gateway.dispatch.ports import FoundPort, PortSource
    from gateway.dispatch.radio import RadioFactory
    from gateway.dispatch.spool import Spool
    from gateway.service.spans import SpanBoard
    from gateway.service.ussd import UssdDesk
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

BROKEN_SEAT_PAUSE_S = 30.0
NUMBERING_PATIENCE_S = 1.0
"""How long a modem that gets a new number lets those in ports before its own go first."""


def _where(url: str) -> str:
    """Give a port for the history: a name that stays, and the device that it is at the moment."""
    device = os.path.realpath(url) if url.startswith("/") else url
    return url if device == url else f"{url} ({device})"


class Pool:
    """Runs a radio on every port that is found and hands ready ones to their span's worker."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        board: SpanBoard,
        dispatcher: Dispatcher,
        receiver: Receiver,
        spool: Spool,
        history: History,
        desk: UssdDesk,
        make_radio: RadioFactory,
        ports: PortSource | None = None,
    ) -> None:
        self._store = store
        self._settings = settings
        self._board = board
        self._dispatcher = dispatcher
        self._receiver = receiver
        self._spool = spool
        self._history = history
        self._desk = desk
        self._make_radio = make_radio
        self._ports = ports or NamedPorts(settings.modems.ports, rescan_s=settings.modems.rescan_s)
        self._outage = Outage()
        self._seats: dict[str, Seat] = {}
        self._seat_bound = asyncio.Event()
        self._group = asyncio.TaskGroup()

    async def run(self) -> None:
        """Serve what the source of ports finds until cancelled; raises what broke a seat."""
        try:
            async with self._group, aclosing(self._ports.watch()) as ports:
                async for found in ports:
                    seat = self._seats.get(found.url)
                    if seat is None:
                        self._open_seat(found)
                    elif seat.found != found:
                        seat.found = found
                        self._group.create_task(self._renew(seat))
        finally:
            await asyncio.gather(*(seat.radio.close() for seat in self._seats.values()), return_exceptions=True)
            for seat in self._seats.values():
                await self._keep_received(seat)

    async def _renew(self, seat: Seat) -> None:
        """Begin anew with a port of which other facts are known: it may be another modem that is plugged in there."""
        await seat.radio.close()
        for task in seat.tasks:
            task.cancel()
        await asyncio.gather(*seat.tasks, return_exceptions=True)
        await self._keep_received(seat)
        self._open_seat(seat.found)

    def _open_seat(self, found: FoundPort) -> None:
        url = found.url
        events: asyncio.Queue[RadioEvent] = asyncio.Queue()
        span = next((view.span for view in self._board.views() if view.span.path == url), None)
        listen_first_s = 0.0 if span is None else self._dispatcher.listen_first_s(span.port)
        seat: Seat | None = None

        def on_event(event: RadioEvent) -> None:
            # A modem that cannot send must not be given the next segment, however long the queue of events is.
            if seat is not None and seat.port is not None and isinstance(event, NotReady | Lost):
                self._dispatcher.worker(seat.port).detach()
            if isinstance(event, Received):
                self._spool.keep(url, event)
            events.put_nowait(event)

        for received in self._spool.leftovers(url):
            events.put_nowait(received)

        seat = Seat(found=found, url=url, radio=self._make_radio(url, listen_first_s, on_event), events=events)
        if span is not None:
            seat.port = span.port
        self._seats[url] = seat
        seat.tasks = [self._group.create_task(seat.radio.run()), self._group.create_task(self._serve(seat))]

    async def _serve(self, seat: Seat) -> None:
        """Act on the seat's events in their order; a fault of ours closes this seat only, for a while."""
        try:
            async with asyncio.TaskGroup() as group:
                clearing = group.create_task(self._clear(seat))
                while not seat.is_spare:
                    await self._act(seat)
                clearing.cancel()
        except Exception:
            log.exception("seat closed by a fault of the gateway", action="broken", span=seat.port, path=seat.url)
            self._on_lost(seat, "internal error, see the log")
            await seat.radio.close()
            await asyncio.sleep(BROKEN_SEAT_PAUSE_S)
            self._open_seat(seat.found)

    async def _act(self, seat: Seat) -> None:
        """Act on the next events."""
        event = await next_together(seat.events, seat.reports)
        if len(seat.reports) == 1:
            await self._on_report(seat)  # the usual case: no task of its own
        else:
            await asyncio.gather(*(self._on_report(seat) for _ in seat.reports))
        if event is not None:
            await self._on_event(seat, event)

    async def _clear(self, seat: Seat) -> None:
        """Delete in the modem what is durable.

        Each deletion takes its turn with the messages that the modem sends; what it says does not wait for that.
        """
        while True:
            received, slot, identity = await seat.to_delete.get()
            # In another SIM the slot holds something else.
            if seat.identity is not None and seat.identity.sim == identity.sim:
                await self._receiver.let_go(received, slot, seat.radio)

    async def _keep_received(self, seat: Seat) -> None:
        """Store what was received but not looked at before the end: a routed report is said only once."""
        while seat.reports:
            await self._on_report(seat)
        while not seat.events.empty():
            event = seat.events.get_nowait()
            if isinstance(event, Received):
                await self._on_received(seat, event)

    async def _on_event(self, seat: Seat, event: RadioEvent) -> None:
        match event:
            case Ready(identity=identity):
                await self._on_ready(seat, identity)
            case NotReady():
                await self._on_not_ready(seat, event)
            case Lost(reason=reason):
                self._on_lost(seat, reason)
            case Received():
                await self._on_received(seat, event)
            case LateAnswer() | NoLateAnswer() | SignalChanged() | UssdSaid():
                if seat.port is not None:
                    await self._on_news(seat.port, event)
            case IncomingCall(number=number):
                log.info("incoming call", action="call", span=seat.port, path=seat.url, number=masked(number))
                self._note(seat, HistoryKind.CALL, f"from {number}" if number else "number withheld")
            case RecoveryStep() | NeedsPerson() | NeedsNobody() | StorageAlarm():
                log_trouble(event, port=seat.port, url=seat.url)
                self._note(seat, *describe(event))
                seat.is_person_told = isinstance(event, NeedsPerson) or seat.is_person_told

    async def _on_news(self, port: Port, event: LateAnswer | NoLateAnswer | SignalChanged | UssdSaid) -> None:
        match event:
            case UssdSaid(reply=reply):
                self._desk.said(port, reply)
            case LateAnswer(result=result):
                await self._dispatcher.late_answer(port, result)
            case NoLateAnswer(is_unsent=is_unsent):
                await self._dispatcher.no_late_answer(port, is_unsent=is_unsent)
            case SignalChanged(dbm=dbm, operator=operator):
                self._board.update(port, signal_dbm=dbm, operator=operator)

    async def _on_ready(self, seat: Seat, identity: Identity) -> None:
        if not await self._seat_identity(seat, identity) or seat.port is None:
            return
        if self._board.condition(seat.port).state is not SpanState.READY:
            seat.is_person_told = False
            self._note(seat, HistoryKind.READY, f"can send, on {_where(seat.url)}")
        self._condition(seat, SpanState.READY, "")
        self._dispatcher.worker(seat.port).attach(seat.radio, identity)
        log.info("span ready", action="ready", span=seat.port, path=seat.url, model=identity.model)

    async def _on_not_ready(self, seat: Seat, event: NotReady) -> None:
        if event.identity is not None and not await self._seat_identity(seat, event.identity):
            return
        log.info("span not ready", action="not ready", span=seat.port, path=seat.url, reason=event.reason)
        if seat.port is None:
            return
        self._dispatcher.worker(seat.port).detach()
        if event.state is SpanState.NEEDS_PERSON and not seat.is_person_told:
            seat.is_person_told = True
            self._note(seat, HistoryKind.NEEDS_PERSON, event.reason)
        elif self._board.condition(seat.port).state is SpanState.READY:
            self._note(seat, HistoryKind.NOT_READY, event.reason)
        self._condition(seat, event.state, event.reason)

    def _on_lost(self, seat: Seat, reason: str) -> None:
        log.warning("port lost", action="lost", span=seat.port, path=seat.url, reason=reason)
        if seat.port is None:
            return
        self._note(seat, HistoryKind.LOST, reason)
        seat.identity, seat.lost_sim = None, ""
        self._dispatcher.worker(seat.port).detach()
        self._condition(seat, SpanState.MISSING, reason)
        # Another port of the same modem may have been set aside; it is looked at again.
        for other in list(self._seats.values()):
            if other.is_spare and other.port == seat.port:
                self._open_seat(other.found)

    async def _on_report(self, seat: Seat) -> None:
        await self._on_received(seat, seat.reports.pop(0))

    async def _on_received(self, seat: Seat, received: Received) -> None:
        identity = seat.identity or await self._identity_before(seat, received)
        if seat.port is None or identity is None:
            # What waited in the port while no process had it open comes before the modem has said who it is.
            seat.unidentified.append(received)
            return
        slot = await self._receiver.receive(received, port=seat.port, identity=identity)
        self._spool.release(received)  # first: from the acknowledgement on the store alone may know it
        if received.stored is None:
            # At once: one that equals it is another message only when this one is acknowledged.
            await self._receiver.let_go(received, slot, seat.radio)
        else:
            seat.to_delete.put_nowait((received, slot, identity))

    async def _identity_before(self, seat: Seat, received: Received) -> Identity | None:
        """Give the SIM that a report is for before the modem has said who it is: the one that sent here last.

        A routed report is said only once, so it must not wait in memory; a port that was opened anew with
        its old input has the same device as before.
        """
        if seat.port is None or received.stored is not None or not is_report(received.tpdu):
            return None
        sim = await self._store.last_sim(seat.port)
        return Identity(iccid=sim) if sim else None

    async def _seat_identity(self, seat: Seat, identity: Identity) -> bool:
        """Bind the seat to its span; False when it has none: another port serves this modem, or has its SIM."""
        if seat.lost_sim and seat.lost_sim == identity.card:
            return False
        seat.lost_sim = ""
        span, others, clones = self._bound(seat, identity)
        if self._board.span(span.port) is None:
            await self._let_earlier_ports_go_first(seat)
            span, others, clones = self._bound(seat, identity)
        rivals = [one for one in others if one.port == span.port]
        if any(one.identity and is_one_modem(one.identity, one.url, identity, seat.url) for one in rivals):
            log.info("port set aside, its modem is served", action="spare", path=seat.url, span=span.port)
            self._leave(seat)
            seat.is_spare, seat.port = True, span.port
            await seat.radio.close()
            return False
        for one in rivals:
            # Its modem is gone, and here it is; or its SIM is here, and the span follows the SIM.
            one.lost_sim = one.identity.card if one.identity else ""
            one.port = None
        if seat.port != span.port:
            self._leave(seat)
        was = self._board.span(span.port) or span
        seat.identity, seat.port = identity, span.port
        self._seat_bound.set()
        self._board.set_modem(span.port, SeatModem(seat.radio, self._dispatcher.worker(span.port)))
        self._tell_changes(seat, was, span, clones)
        await self._save(span)
        waiting, seat.unidentified = seat.unidentified, []
        for received in waiting:
            await self._on_received(seat, received)
        return True

    def _bound(self, seat: Seat, identity: Identity) -> tuple[Span, list[Seat], list[Seat]]:
        """Give the span of the seat's modem, the other seats, and those of them whose modems have its IMEI."""
        others = [one for one in self._seats.values() if one is not seat and not one.is_spare]
        clones = [one for one in others if one.identity and are_two(one.identity, one.url, identity, seat.url)]
        known = [view.span for view in self._board.views()]
        taken = {one.port for one in clones if one.port is not None}
        return bind(known, self._settings.span, identity=identity, path=seat.url, taken=taken), others, clones

    async def _let_earlier_ports_go_first(self, seat: Seat) -> None:
        """Modems that are found at once get their numbers in the order of their ports, as a rack is labelled."""
        with contextlib.suppress(TimeoutError):  # one that is slower, or dead, gets a number later
            async with asyncio.timeout(NUMBERING_PATIENCE_S):
                while any(
                    one.port is None and not one.is_spare and in_order(one.url) < in_order(seat.url)
                    for one in self._seats.values()
                ):
                    self._seat_bound.clear()
                    await self._seat_bound.wait()

    def _leave(self, seat: Seat) -> None:
        """The seat's modem is not the one of its span any more."""
        port, seat.port = seat.port, None
        if port is None or any(one.port == port and one.identity and not one.is_spare for one in self._seats.values()):
            return
        self._dispatcher.worker(port).detach()
        self._board.set_condition(port, SpanCondition(reason="its modem or SIM is in no port"))

    def _tell_changes(self, seat: Seat, was: Span, span: Span, clones: list[Seat]) -> None:
        """Put on record what is not as it was when this span was last served."""
        if was.path and was.path != span.path:
            self._note(seat, HistoryKind.MOVED, f"from {was.path} to {span.path}")
        if was.iccid and was.iccid != span.iccid:
            log.warning("SIM changed", action="sim changed", span=span.port, path=seat.url)
            self._note(seat, HistoryKind.SIM_CHANGED, f"from {was.iccid} to {span.iccid}")
        if was.imei and was.imei != span.imei:
            self._note(seat, HistoryKind.MODEM_CHANGED, f"from IMEI {was.imei} to {span.imei or 'none'}")
        for clone in clones:
            if clone.url not in seat.clones:
                detail = f"the modem of port {clone.port} ({clone.url}) has the same IMEI {span.imei}: both are served"
                log.warning("two modems with one IMEI", action="clone", span=span.port, path=seat.url, other=clone.url)
                self._note(seat, HistoryKind.CLONE, detail)
            seat.clones.add(clone.url)
            clone.clones.add(seat.url)

    async def _save(self, span: Span) -> None:
        if self._board.span(span.port) != span:
            # On the board first: the number is taken before another modem can be bound.
            self._board.put([span])
            await self._outage.ride_out(lambda: self._store.save_span(span))

    def _note(self, seat: Seat, kind: HistoryKind, detail: str) -> None:
        identity = seat.identity or Identity()
        self._history.note(kind, detail, port=seat.port, path=seat.url, imei=identity.imei, iccid=identity.iccid)

    def _condition(self, seat: Seat, state: SpanState, reason: str) -> None:
        if seat.port is None:
            return
        now = self._board.condition(seat.port)
        identity = seat.identity
        self._board.set_condition(
            seat.port,
            SpanCondition(
                state=state,
                reason=reason,
                iccid=identity.iccid if identity else "",
                imsi=identity.imsi if identity else "",
                signal_dbm=now.signal_dbm,
                operator=now.operator,
            ),
        )
