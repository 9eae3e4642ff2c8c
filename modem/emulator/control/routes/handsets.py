"""Phones of people: what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.control.answers import HandsetState, HandsetSummary, handset_state
from modem.emulator.control.route import QUERY, Query, Route, refuse, reply

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.rack.rack import Rack

MAX_WAIT_S: Final = 60.0


async def list_handsets(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer all phones that somebody wrote to or from."""
    handsets = rack.network.handsets.values()
    return reply([HandsetSummary(number=each.number, message_count=len(each.messages)) for each in handsets])


async def show_handset(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer one phone, as soon as it shows as many messages as are waited for."""
    number, wanted = request.match_info["number"], request[QUERY]
    if wanted["count"]:
        await rack.messages(number, count=int(wanted["count"]), timeout_s=wanted["timeout_s"])
    handset = rack.network.handset(number)
    if handset is None:
        raise refuse(404, "number", f"nobody has written to {number}")
    return reply(handset_state(rack, handset))


ROUTES: Final = (
    Route(
        method="GET",
        path="/handsets",
        summary="Phones with how many messages each shows",
        handler=list_handsets,
        answer=HandsetSummary,
        is_list=True,
    ),
    Route(
        method="GET",
        path="/handsets/{number}",
        summary="One phone with its messages and its behaviour",
        handler=show_handset,
        queries=(
            Query(name="count", text="wait until it shows so many messages", most=1_000_000),
            Query(name="timeout_s", text="but no longer than this", most=MAX_WAIT_S, default=10),
        ),
        answer=HandsetState,
        errors=(404,),
    ),
)
