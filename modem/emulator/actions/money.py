"""What messages cost a SIM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from modem.emulator.action import Action, ModemAction
from modem.emulator.border import FromTable
from modem.emulator.network import Tariff

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack


class Charge(ModemAction):
    """Put a modem's SIM under a tariff, with its balance and an unused quota."""

    path: ClassVar[str] = "/modems/{modem}/tariff"
    example: ClassVar[dict[str, Any]] = {"tariff": {"balance_cents": 500, "price_cents": 9}}
    do: Literal["charge"] = "charge"
    tariff: Annotated[Tariff, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        rack.change(lambda network, _: network.charge(imsi, self.tariff))


class TopUp(ModemAction):
    """Add money to a SIM's balance; nothing changes for a balance without end."""

    path: ClassVar[str] = "/modems/{modem}/top_up"
    example: ClassVar[dict[str, Any]] = {"cents": 1000}
    do: Literal["top_up"] = "top_up"
    cents: int

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        rack.change(lambda network, _: network.top_up(imsi, self.cents))


ACTIONS: Final[tuple[type[Action], ...]] = (Charge, TopUp)
