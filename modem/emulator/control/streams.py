"""Streams of server-sent events: what happened since, until the client goes or the control stops."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Iterable

    from modem.emulator.rack.rack import Rack

HEARTBEAT_S: Final = 15.0
HEARTBEAT: Final = b": still here\n\n"
# So often at most is a client told: a person sees no more, and a load test has other things to do.
REST_S: Final = 0.1


class Streams:
    """The streams of one control."""

    def __init__(self) -> None:
        self._open: set[_Watch] = set()
        self._is_closed = False

    async def close(self, _app: web.Application | None = None) -> None:
        """End all streams; new ones end at once."""
        self._is_closed = True
        for watch in self._open:
            watch.close()

    async def changes(
        self, rack: Rack, *, heartbeat_s: float = HEARTBEAT_S, rests: Callable[[], bool] = lambda: True
    ) -> AsyncGenerator[set[int] | None, None]:
        """Give the modems that were touched, each time something happened; None when all is quiet for a while.

        The first time is at once, with none: nothing that happens from then on is missed. `rests` says whether there is
        to be a rest before the next one: when the client was told something.
        """
        watch = _Watch()
        if self._is_closed:
            return
        self._open.add(watch)
        stop = rack.listen(watch.note)
        try:
            while not watch.is_closed:
                yield await watch.take(heartbeat_s)
                if rests():
                    await watch.rest(REST_S)
        finally:
            stop()
            self._open.discard(watch)


class _Watch:
    def __init__(self) -> None:
        self._touched: set[int] = set()
        self._news = asyncio.Event()
        self._news.set()
        self._end = asyncio.Event()

    @property
    def is_closed(self) -> bool:
        return self._end.is_set()

    def note(self, touched: set[int]) -> None:
        self._touched |= touched
        self._news.set()

    def close(self) -> None:
        self._end.set()
        self._news.set()

    async def take(self, timeout_s: float) -> set[int] | None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
        except TimeoutError:
            return None
        self._news.clear()
        touched, self._touched = self._touched, set()
        return touched

    async def rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._end.wait()


STREAMS: Final = web.AppKey("streams", Streams)


async def stream(
    request: web.Request, rack: Rack, news: Callable[[set[int] | None], Iterable[bytes]]
) -> web.StreamResponse:
    """Answer a stream: what `news` makes of the modems that were touched, at first of None for all, piece by piece.

    It ends when the client has gone or the control stops.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    is_told = False

    async def tell(pieces: Iterable[bytes]) -> None:
        nonlocal is_told
        is_told = False
        async for octets in in_turn(pieces):
            is_told = True
            await response.write(octets)

    is_first = True
    # A client that goes is no error; it is noticed when something is written to it.
    with contextlib.suppress(ConnectionResetError):
        async with contextlib.aclosing(request.app[STREAMS].changes(rack, rests=lambda: is_told)) as changes:
            async for touched in changes:
                await tell(news(None) if is_first else [HEARTBEAT] if touched is None else news(touched))
                is_first = False
    return response


async def in_turn(pieces: Iterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Give the pieces of a long answer, each after the modems had their turn: they keep time while somebody looks."""
    for octets in pieces:
        yield octets
        await asyncio.sleep(0)


def event(data: str, *, event_id: int | None = None) -> bytes:
    """Return one event; `data` may have several lines."""
    lines: Iterable[str] = (f"data: {line}" for line in data.splitlines() or [""])
    head = "" if event_id is None else f"id: {event_id}\n"
    return (head + "\n".join(lines) + "\n\n").encode()
