"""How the network behaves now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from modem.emulator.border import Checked, plain
from modem.emulator.control.route import Route, reply

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.rack.rack import Rack


class NetworkShown(Checked):
    """The tables that would give the same behaviour again."""

    centre: dict[str, Any]
    cells: list[dict[str, Any]]
    rules: list[dict[str, Any]]
    """Rules for answers that are in force, oldest first."""
    recipient: dict[str, Any]
    """Everybody who has no behaviour of their own."""
    ledger_count: int
    """Entries of the ledger so far."""


class UssdShown(Checked):
    """A USSD service."""

    code: str
    pages: dict[str, Any]
    delay: dict[str, Any]
    patience_s: float


async def show_network(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer cells, service centre, rules."""
    network = rack.network
    return reply(
        NetworkShown(
            centre=plain(network.centre),
            cells=plain(network.cells),
            rules=plain(list(network.rules)),
            recipient=plain(network.default_recipient),
            ledger_count=network.ledger.count,
        )
    )


async def list_services(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer the USSD services on offer."""
    return reply([UssdShown(**plain(service)) for service in rack.network.ussd_services])


ROUTES: Final = (
    Route(method="GET", path="/network", summary="How the network behaves", handler=show_network, answer=NetworkShown),
    Route(
        method="GET",
        path="/ussd",
        summary="The USSD services on offer",
        handler=list_services,
        answer=UssdShown,
        is_list=True,
    ),
)
