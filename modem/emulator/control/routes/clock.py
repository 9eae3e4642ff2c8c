"""The clock: what it shows, and moving it when it is a virtual one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from pydantic import Field

from modem.emulator.border import Checked
from modem.emulator.control.acting import read_body
from modem.emulator.control.route import Route, checked, refuse, reply
from modem.emulator.rack.clock import LoopClock

if TYPE_CHECKING:
    from aiohttp import web

    from modem.emulator.rack.rack import Rack

MOST_S: Final = 366 * 86400


class ClockShown(Checked):
    """The time of the network."""

    kind: str
    """real, virtual (moved by hand) or jumping (moves by itself to what is due next)."""
    now_s: float
    """Seconds since the start."""
    time: str
    """The time of day that modems are told."""
    next_due_s: float | None
    """When something is due next."""


class Advance(Checked):
    """Let time pass."""

    seconds: float = Field(ge=0, le=MOST_S)


class Jump(Checked):
    """Let time pass up to a moment."""

    to_s: float | None = Field(default=None, ge=0, le=MOST_S)
    """Seconds since the start; without it, to when something is due next."""


async def show_clock(rack: Rack, _request: web.Request) -> web.StreamResponse:
    """Answer what it shows."""
    return reply(_shown(rack))


async def advance(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Let seconds pass, with all that falls due in between."""
    wanted: Advance = checked(Advance, await read_body(request), rack)
    await _pass(rack, wanted.seconds)
    return reply(_shown(rack))


async def jump(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Let time pass up to a moment."""
    wanted: Jump = checked(Jump, await read_body(request), rack)
    now = rack.clock.now()
    to_s = rack.next_due() if wanted.to_s is None else wanted.to_s
    if to_s is None:
        raise refuse(409, "to_s", "nothing is due")
    if wanted.to_s is not None and to_s < now:
        raise refuse(409, "to_s", f"it is {now:g} already, and time does not go back")
    seconds = max(0.0, to_s - now)
    # The clock must not stay a rounding error before the moment.
    await _pass(rack, seconds if now + seconds >= to_s else math.nextafter(seconds, math.inf))
    return reply(_shown(rack))


async def _pass(rack: Rack, seconds: float) -> None:
    try:
        await rack.advance(seconds)
    except ValueError as error:
        raise refuse(409, "clock", str(error)) from error


def _shown(rack: Rack) -> ClockShown:
    clock = rack.clock
    now = clock.now()
    kind = "real" if isinstance(clock, LoopClock) else "jumping" if clock.is_jumping else "virtual"
    time = rack.network.wall(now).isoformat(timespec="milliseconds")
    return ClockShown(kind=kind, now_s=now, time=time, next_due_s=rack.next_due())


ROUTES: Final = (
    Route(method="GET", path="/clock", summary="What the clock shows", handler=show_clock, answer=ClockShown),
    Route(
        method="POST",
        path="/clock/advance",
        summary="Let time pass on a virtual clock",
        handler=advance,
        bodies=(Advance,),
        example={"seconds": 3600},
        answer=ClockShown,
        errors=(400, 409),
    ),
    Route(
        method="POST",
        path="/clock/jump",
        summary="Let time pass on a virtual clock up to a moment, or to what is due next",
        handler=jump,
        bodies=(Jump,),
        example={"to_s": 86400},
        answer=ClockShown,
        errors=(400, 409),
    ),
)
