"""Carries events between machines and their network until all is quiet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.radio import Answered, Arriving, Registered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.emulator.machine.machine import Machine
    from modem.emulator.network import Network
    from modem.emulator.radio import NetworkEvent


class Air:
    """The radio between one network and its machines."""

    def __init__(self, network: Network, machines: Sequence[Machine]) -> None:
        self._network = network
        self._machines: list[Machine] = []
        self._indexes: dict[str, int] = {}
        for machine in machines:
            self.add(machine)

    def add(self, machine: Machine) -> None:
        """Make one more machine and its SIM known; it gets the next number."""
        self._introduce(len(self._machines), machine)
        self._machines.append(machine)

    def settle(self, index: int | None, now: float) -> set[int]:
        """Carry everything that machine `index`, or only the network, has to say and what follows from it.

        Returns the machines that were touched: they may have octets to send.
        """
        touched = set() if index is None else {index}
        talking = list(touched)
        while True:
            for number in talking:
                self._listen(number, self._machines[number], now)
            talking.clear()
            event = self._network.next_event()
            if event is None:
                return touched
            number = self._indexes[event.imsi]
            if self._machines[number].equipment.sim.imsi != event.imsi:
                continue  # for a card that was taken out
            self._tell(self._machines[number], event, now)
            touched.add(number)
            talking.append(number)

    def _introduce(self, index: int, machine: Machine) -> None:
        card = machine.equipment.sim
        if card.imsi not in self._indexes:
            self._network.subscribe(card.imsi, card.number)
        self._indexes[card.imsi] = index

    def _listen(self, index: int, machine: Machine, now: float) -> None:
        while (event := machine.next_event()) is not None:
            imsi = machine.equipment.sim.imsi
            if self._indexes.get(imsi) != index:
                self._introduce(index, machine)
            self._network.handle_event(imsi, event, now)

    def _tell(self, machine: Machine, event: NetworkEvent, now: float) -> None:
        if isinstance(event, Answered):
            machine.handle_answer(event.cause, now)
        elif isinstance(event, Arriving):
            machine.handle_delivery(event.delivery, now)
        elif isinstance(event, Registered):
            machine.handle_registration(event)
            if event.registration.has_service:
                machine.handle_time(self._network.wall(now), now)
        else:
            machine.handle_service(event, now)
