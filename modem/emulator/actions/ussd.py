"""USSD services and sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal

from modem.emulator.action import Action, ActionError, ModemAction
from modem.emulator.border import FromTable
from modem.emulator.network import UssdService

if TYPE_CHECKING:
    from modem.emulator.rack.rack import Rack

_EXAMPLE: Final = {
    "service": {
        "code": "*123#",
        "pages": {"start": {"text": "1 Balance\n0 End", "choices": {"1": "balance", "0": "end"}},
                  "balance": {"text": "You have {balance}."}, "end": {"text": "Good bye."}},
    }
}  # fmt: skip


class OfferUssd(Action):
    """Offer a USSD service, in place of another with the same code."""

    path: ClassVar[str] = "/ussd"
    example: ClassVar[dict[str, Any]] = _EXAMPLE
    do: Literal["offer_ussd"] = "offer_ussd"
    service: Annotated[UssdService, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        rack.change(lambda network, _: network.offer_ussd(self.service))


class BeginUssd(ModemAction):
    """Begin a USSD session with a modem from the network's side."""

    path: ClassVar[str] = "/modems/{modem}/ussd"
    example: ClassVar[dict[str, Any]] = {
        "service": {"code": "*0#", "pages": {"start": {"text": "Please rate us.", "choices": {"*": "end"}},
                                             "end": {"text": "Thank you."}}}
    }  # fmt: skip
    do: Literal["begin_ussd"] = "begin_ussd"
    service: Annotated[UssdService, FromTable()]

    def run(self, rack: Rack) -> None:
        """Do it."""
        imsi = self.imsi(rack)
        if not rack.change(lambda network, now: network.begin_ussd(imsi, self.service, now)):
            raise ActionError("modem", "it has no service, or a session already", is_conflict=True)


ACTIONS: Final[tuple[type[Action], ...]] = (OfferUssd, BeginUssd)
