"""Plugs and power."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Literal

from modem.emulator.action import Action, ActionError, ModemAction

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack


class Unplug(ModemAction):
    """Pull a modem out: its port vanishes and it loses its power. Nothing happens when it is out already."""

    path: ClassVar[str] = "/modems/{modem}/unplug"
    do: Literal["unplug"] = "unplug"

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.unplug(self.modem)


class Plug(ModemAction):
    """Plug a modem in: it boots, on another terminal behind the same link. Nothing happens when it is in."""

    path: ClassVar[str] = "/modems/{modem}/plug"
    do: Literal["plug"] = "plug"

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.plug(self.modem)


class PowerCycle(ModemAction):
    """Switch a modem's power off and on while its port stays: it boots. Not possible while it is unplugged."""

    path: ClassVar[str] = "/modems/{modem}/power_cycle"
    do: Literal["power_cycle"] = "power_cycle"

    def run(self, rack: Rack) -> None:
        """Do it."""
        if not rack.is_plugged(self.modem):
            raise ActionError("modem", f"modem {self.modem} is unplugged", is_conflict=True)
        rack.handle(self.modem, lambda machine, _: machine.power_off())
        rack.handle(self.modem, lambda machine, now: machine.power_on(now))


ACTIONS: Final[tuple[type[Action], ...]] = (Unplug, Plug, PowerCycle)
