"""What a SIM sees of the network: registration, cell and signal, as they are set or as a trace brings them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from modem.emulator.network.access import CellState
from modem.emulator.radio import Registered, Registration, SignalChanged
from modem.errors import BehaviourError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.emulator.network.cell import Cell
    from modem.emulator.network.common import Common
    from modem.emulator.network.service_centre import ServiceCentre
    from modem.emulator.network.subscriber import Subscriber
    from modem.emulator.network.trace import Signal, Trace

Value = TypeVar("Value")


class Coverage:
    """The cells of a network and what the SIMs hear of them."""

    def __init__(self, common: Common, cells: dict[str, CellState], centre: ServiceCentre) -> None:
        self._common = common
        self._cells = cells
        self._centre = centre

    # -- cells ----------------------------------------------------------------

    def add_cell(self, cell: Cell) -> None:
        """Add a cell, or change one of the same name."""
        state = self._cells.get(cell.name)
        if state is None:
            self._cells[cell.name] = CellState(cell)
        else:
            state.cell = cell

    def check_cells(self, trace: Trace[str]) -> None:
        """Raise BehaviourError when a trace leads to a cell that is not there."""
        for _, name in trace.steps:
            self._cell(name)

    def move(self, subscriber: Subscriber, name: str, now: float) -> None:
        """Bring a SIM to a cell; what it has on the air ends where it began."""
        subscriber.cell = self._cell(name)
        self._announce(subscriber, now)

    # -- registration ---------------------------------------------------------

    def attach(self, subscriber: Subscriber, now: float) -> None:
        """Give service to a SIM that asks for it, as far as it gets any, when it has found the network."""
        attachment = subscriber.attachment = object()
        self._announce_signal(subscriber)

        def found(at: float) -> None:
            if subscriber.attachment is attachment:
                subscriber.is_attached = True
                self._announce(subscriber, at)

        search_s = subscriber.cell.cell.search.draw(self._common.chance)
        self._common.agenda.after(search_s, now, found)

    def detach(self, subscriber: Subscriber) -> None:
        """Forget what was under way with a SIM that is gone."""
        subscriber.is_attached = False
        subscriber.attachment = subscriber.flight = None
        self._centre.lose(subscriber.mailbox)

    def register(self, subscriber: Subscriber, registration: Registration, now: float) -> None:
        """Change what the network gives a SIM."""
        had_service = subscriber.is_reachable
        subscriber.registration = registration
        if had_service and not registration.has_service:
            self._centre.lose(subscriber.mailbox)
        self._announce(subscriber, now)

    def _announce(self, subscriber: Subscriber, now: float) -> None:
        if not subscriber.is_attached:
            return
        registration = subscriber.registration
        cell = subscriber.cell.cell.identity if registration.has_service else None
        self._common.events.append(Registered(imsi=subscriber.imsi, registration=registration, cell=cell))
        if registration.has_service:
            self._centre.wake(subscriber.mailbox, now)

    # -- signal ---------------------------------------------------------------

    def set_signal(self, subscriber: Subscriber, signal: Signal, _now: float) -> None:
        """Change a SIM's signal."""
        subscriber.signal = (signal.draw(self._common.chance), signal.ber)
        self._announce_signal(subscriber)

    def _announce_signal(self, subscriber: Subscriber) -> None:
        if subscriber.attachment is not None and subscriber.signal is not None:
            rssi, ber = subscriber.signal
            self._common.events.append(SignalChanged(imsi=subscriber.imsi, rssi=rssi, ber=ber))

    # -- traces ---------------------------------------------------------------

    def stop(self, subscriber: Subscriber, name: str) -> None:
        """End a trace; nothing happens without one."""
        subscriber.traces.pop(name, None)

    def follow(
        self,
        subscriber: Subscriber,
        name: str,
        trace: Trace[Value],
        apply: Callable[[Subscriber, Value, float], None],
        now: float,
    ) -> None:
        """Apply each step of a trace at its time, until another trace takes its place."""
        marker = subscriber.traces[name] = object()

        def schedule(number: int) -> None:
            step = trace.step(number)
            if step is None:
                return
            after_s, value = step

            def come(at: float) -> None:
                if subscriber.traces.get(name) is marker:
                    apply(subscriber, value, at)
                    schedule(number + 1)

            if after_s:
                self._common.agenda.at(now + after_s, come)
            else:
                come(now)

        schedule(0)

    # -- inside ---------------------------------------------------------------

    def _cell(self, name: str) -> CellState:
        state = self._cells.get(name)
        if state is None:
            raise BehaviourError("cell", f"there is no cell {name!r}")
        return state
