"""The way of a submit to the service centre and of the answer back: channels, radio time, congestion, patience.

A submit waits for a free channel of its cell, is a radio time on the air, and is then handed over. The modem gives up
when it waited TR1M for a channel, or for the answer behind the radio time (3GPP TS 24.011 10): whoever asks for a radio
time of an hour gets it. An answer that comes later finds nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from modem.emulator.radio import NETWORK_TIMEOUT, Answered

if TYPE_CHECKING:
    from modem.emulator.network.cell import Cell
    from modem.emulator.network.common import Common
    from modem.emulator.network.subscriber import Subscriber
    from modem.emulator.radio import Transmission

TR1M_S = 40.0  # 35 to 45 s, 3GPP TS 24.011 10


@dataclass(slots=True, kw_only=True, eq=False)
class Flight:
    """One submit under way; it is over when it is no longer its sender's."""

    sender: Subscriber
    transmission: Transmission


class CellState:
    """A cell with what is going on there."""

    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.busy = 0
        self.waiting: deque[Flight] = deque()


Arrival = Callable[[Flight, float], None]


class Access:
    """The air between the SIMs of a network and its service centre; `patience_s` is TR1M, None: for ever."""

    def __init__(self, common: Common, patience_s: float | None, arrive: Arrival) -> None:
        self._common = common
        self._patience_s = patience_s
        self._arrive = arrive

    def carry(self, sender: Subscriber, transmission: Transmission, now: float) -> None:
        """Bring a submit to the service centre: `arrive` is called with it, unless its sender is gone by then."""
        flight = sender.flight = Flight(sender=sender, transmission=transmission)
        state = sender.cell
        self._be_patient(sender, now)
        if state.cell.channels is not None and state.busy >= state.cell.channels:
            state.waiting.append(flight)
        else:
            self._start(state, flight, now)
        if sender.flight is flight and self._patience_s is not None:
            self._watch(sender)

    def answer(self, flight: Flight, cause: int | None, now: float) -> None:
        """Bring the answer back; nobody hears it when the modem gave up or is gone."""
        sender = flight.sender
        if sender.flight is not flight:
            return
        sender.flight = None
        sender.answered_at = now
        sender.is_link_kept = flight.transmission.keeps_link
        self._common.events.append(Answered(imsi=sender.imsi, cause=cause))

    # -- inside ---------------------------------------------------------------

    def _start(self, state: CellState, flight: Flight, now: float) -> None:
        sender, cell = flight.sender, state.cell
        state.busy += 1
        duration_s = cell.radio_time.draw(self._common.chance, now - sender.answered_at, keeps_link=sender.is_link_kept)
        if cell.congestions:
            duration_s *= cell.slowdown(self._common.at_s(now))

        self._be_patient(sender, now + duration_s)

        def land(at: float) -> None:
            state.busy -= 1
            self._start_next(state, at)
            # A modem that lost its power or the network on the way never finished sending.
            if sender.flight is flight and sender.is_reachable:
                self._arrive(flight, at)

        self._common.agenda.after(duration_s, now, land)

    def _start_next(self, state: CellState, now: float) -> None:
        while state.waiting:
            flight = state.waiting.popleft()
            if flight.sender.flight is flight:
                self._start(state, flight, now)
                return

    def _be_patient(self, sender: Subscriber, since: float) -> None:
        sender.answer_by = inf if self._patience_s is None else since + self._patience_s

    def _watch(self, sender: Subscriber) -> None:
        """Keep one task for each sender, however many submits come and go before it is due."""
        if not sender.is_watched:
            sender.is_watched = True
            self._common.agenda.at(sender.answer_by, lambda at: self._look(sender, at))

    def _look(self, sender: Subscriber, now: float) -> None:
        sender.is_watched = False
        if sender.flight is None:
            return
        if sender.answer_by > now:
            self._watch(sender)
        else:
            self.answer(sender.flight, NETWORK_TIMEOUT, now)
