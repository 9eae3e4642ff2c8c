"""The ledger: every TPDU on the air, so far and as they come."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from aiohttp import web

from modem.emulator.control.route import QUERY, Query, Route
from modem.emulator.control.streams import event, in_turn, stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modem.emulator.network.ledger import Entry
    from modem.emulator.rack.rack import Rack

JSON_LINES: Final = "application/x-ndjson"
# About a millisecond's work: the modems wait meanwhile.
_CHUNK: Final = 40

_SINCE: Final = Query(name="since", text="only those behind the entry with this number", most=1e12)


def line(entry: Entry) -> str:
    """Return an entry as one line of JSON."""
    return json.dumps(entry.as_json())


async def show_ledger(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the entries that are kept."""
    entries = rack.network.ledger.since(int(request[QUERY]["since"]))
    response = web.StreamResponse(headers={"Content-Type": JSON_LINES})
    await response.prepare(request)
    async for octets in in_turn("".join(f"{line(one)}\n" for one in some).encode() for some in _by_chunks(entries)):
        await response.write(octets)
    await response.write_eof()
    return response


async def follow_ledger(rack: Rack, request: web.Request) -> web.StreamResponse:
    """Answer the entries that are kept, then each as it comes; a client that comes back goes on where it was."""
    seen = int(request[QUERY]["since"])
    last = request.headers.get("Last-Event-ID", "")
    if last.isascii() and last.isdigit():
        seen = int(last)
    ledger = rack.network.ledger

    def news(_touched: set[int] | None) -> Iterator[bytes]:
        nonlocal seen
        for some in _by_chunks(ledger.since(seen)):
            seen = some[-1].number
            yield b"".join(event(line(entry), event_id=entry.number) for entry in some)

    return await stream(request, rack, news)


def _by_chunks(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    return (entries[start : start + _CHUNK] for start in range(0, len(entries), _CHUNK))


ROUTES: Final = (
    Route(
        method="GET",
        path="/ledger",
        summary="Every TPDU on the air, one line of JSON each",
        handler=show_ledger,
        queries=(_SINCE,),
        media_type=JSON_LINES,
    ),
    Route(
        method="GET",
        path="/ledger/events",
        summary="The same as server-sent events, and each further one as it comes",
        handler=follow_ledger,
        queries=(_SINCE,),
        media_type="text/event-stream",
    ),
)
