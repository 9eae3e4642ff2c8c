"""SIMs: out, in, locked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from modem.emulator.action import Action, ActionError, ModemAction
from modem.emulator.border import Pin
from modem.emulator.card.locks import Secret
from modem.emulator.card.sim import PUK

if TYPE_CHECKING:
    from modem.emulator.breakage.breakable import BreakableMachine
    from modem.emulator.rack.rack import Rack


class EjectSim(ModemAction):
    """Take the SIM out of a running modem: it loses its service."""

    path: ClassVar[str] = "/modems/{modem}/sim/eject"
    do: Literal["eject_sim"] = "eject_sim"

    def run(self, rack: Rack) -> None:
        """Do it."""

        def eject(machine: BreakableMachine, now: float) -> None:
            if not machine.equipment.is_card_present:
                raise ActionError("modem", "there is no SIM in it", is_conflict=True)
            machine.eject(now)

        rack.handle(self.modem, eject)


class InsertSim(ModemAction):
    """Put the SIM that was taken out back in: a modem that is on starts it, and looks for its network."""

    path: ClassVar[str] = "/modems/{modem}/sim/insert"
    do: Literal["insert_sim"] = "insert_sim"

    def run(self, rack: Rack) -> None:
        """Do it."""

        def insert(machine: BreakableMachine, now: float) -> None:
            if machine.equipment.is_card_present:
                raise ActionError("modem", "its SIM is in", is_conflict=True)
            machine.insert(machine.equipment.sim, now)

        rack.handle(self.modem, insert)


class LockSim(ModemAction):
    """Let the SIM ask for a PIN, as if it had been taken out, locked in a phone and put back in."""

    path: ClassVar[str] = "/modems/{modem}/sim/lock"
    example: ClassVar[dict[str, Any]] = {"pin": "1234"}
    do: Literal["lock_sim"] = "lock_sim"
    pin: Pin | None = None
    """The PIN from now on; without it the one that the SIM has."""
    has_blocked_pin: bool = False
    """The PIN was entered wrongly three times: the SIM asks for its PUK, 12345678."""

    def run(self, rack: Rack) -> None:
        """Do it."""

        def lock(machine: BreakableMachine, now: float) -> None:
            sim = machine.equipment.sim
            if not machine.equipment.is_card_present:
                raise ActionError("modem", "there is no SIM in it", is_conflict=True)
            machine.eject(now)
            if self.pin is not None:
                sim.pin = Secret(self.pin, PUK)
            if self.has_blocked_pin:
                sim.pin.tries_left = 0
            sim.is_pin_asked = True
            machine.insert(sim, now)

        rack.handle(self.modem, lock)


class UnlockSim(ModemAction):
    """Let the SIM ask for no PIN any more, and enter service."""

    path: ClassVar[str] = "/modems/{modem}/sim/unlock"
    do: Literal["unlock_sim"] = "unlock_sim"

    def run(self, rack: Rack) -> None:
        """Do it."""

        def unlock(machine: BreakableMachine, _now: float) -> None:
            pin = machine.equipment.sim.pin
            machine.equipment.sim.pin = Secret(pin.code, pin.unblock_code)
            machine.equipment.sim.is_pin_asked = False
            machine.equipment.search_network()

        rack.handle(self.modem, unlock)


ACTIONS: Final[tuple[type[Action], ...]] = (EjectSim, InsertSim, LockSim, UnlockSim)
