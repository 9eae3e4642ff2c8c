"""Modems: all, one, one more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.border import Checked
from modem.emulator.control.acting import read_body
from modem.emulator.control.answers import ModemState, modem_state
from modem.emulator.control.route import Route, checked, modem_number, refuse, reply
from modem.profiles import load_profiles

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.rack.rack import Rack


class NewModem(Checked):
    """One more modem."""

    model: str | None = None
    """The name of a model; without it the one whose turn it is."""


async def list_modems(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer the state of all."""
    return reply([modem_state(rack, index) for index in range(len(rack.machines))])


async def show_modem(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the state of one."""
    return reply(modem_state(rack, modem_number(rack, request.match_info["modem"])))


async def add_modem(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Add one to the rack."""
    wanted: NewModem = checked(NewModem, await read_body(request), rack)
    profiles = load_profiles()
    if wanted.model is not None and wanted.model not in profiles:
        raise refuse(400, "model", f"must be one of {', '.join(profiles)}")
    try:
        index = rack.add(None if wanted.model is None else profiles[wanted.model].personality)
    except (OSError, ValueError) as error:
        raise refuse(409, None, str(error)) from error
    return reply(modem_state(rack, index), 201)


ROUTES: Final = (
    Route(
        method="GET",
        path="/modems",
        summary="All modems with their SIMs",
        handler=list_modems,
        answer=ModemState,
        is_list=True,
    ),
    Route(
        method="POST",
        path="/modems",
        summary="Add one more modem",
        text="It answers AT at once, on a serial port beside the others: there must be a folder for ports.",
        handler=add_modem,
        bodies=(NewModem,),
        example={"model": "generic"},
        answer=ModemState,
        status=201,
        errors=(400, 409),
    ),
    Route(
        method="GET", path="/modems/{modem}", summary="One modem", handler=show_modem, answer=ModemState, errors=(404,)
    ),
)
