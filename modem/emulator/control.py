"""The tester's door over HTTP: plug and unplug modems, read and use the handsets, fetch the ledger.

GET  /modems                          all modems
POST /modems/{n}/unplug               take modem n away
POST /modems/{n}/plug                 bring it back, behind the same link
GET  /handsets                        numbers with how many messages each shows
GET  /handsets/{number}               its messages; ?count=3&timeout_s=10 waits until there are three
POST /handsets/{number}/messages      {"to": "+33...", "text": "...", "order": [2, 1]}: a person writes
GET  /ledger                          every TPDU on the air as JSON lines; ?since=5 only those behind entry 5

An error is {"error": "...", "field": "..."} with status 400, 404 or 422. There is no login: serve it on the loopback.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from modem.errors import EncodeError

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from modem.emulator.handset import Handset, ShownMessage
    from modem.emulator.rack import Rack

MAX_BODY_OCTETS: Final = 256 * 1024
MAX_WAIT_S: Final = 60.0


class _InvalidError(Exception):
    """The request cannot be served."""

    def __init__(self, status: int, field: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.field = field


async def serve(rack: Rack, host: str, port: int) -> web.AppRunner:
    """Serve the control of a rack; port 0 takes a free one, see `address`. End with `cleanup()`."""
    runner = web.AppRunner(application(rack), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner


def address(runner: web.AppRunner) -> str:
    """Return where a served control is, as the beginning of its URLs."""
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def application(rack: Rack) -> web.Application:
    """Return the control of a rack as an application."""
    app = web.Application(middlewares=[_errors], client_max_size=MAX_BODY_OCTETS)
    desk = _Desk(rack)
    app.add_routes(
        [
            web.get("/modems", desk.list_modems),
            web.post("/modems/{index}/unplug", desk.unplug),
            web.post("/modems/{index}/plug", desk.plug),
            web.get("/handsets", desk.list_handsets),
            web.get("/handsets/{number}", desk.show_handset),
            web.post("/handsets/{number}/messages", desk.write),
            web.get("/ledger", desk.ledger),
        ]
    )
    return app


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except _InvalidError as error:
        return web.json_response({"error": str(error), "field": error.field}, status=error.status)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return web.json_response({"error": error.reason, "field": None}, status=error.status)


class _Desk:
    """The handlers of one rack."""

    def __init__(self, rack: Rack) -> None:
        self._rack = rack

    async def list_modems(self, _request: web.Request) -> web.Response:
        return web.json_response([self._modem(index) for index in range(len(self._rack.machines))])

    async def unplug(self, request: web.Request) -> web.Response:
        index = self._index(request)
        self._rack.unplug(index)
        return web.json_response(self._modem(index))

    async def plug(self, request: web.Request) -> web.Response:
        index = self._index(request)
        self._rack.plug(index)
        return web.json_response(self._modem(index))

    async def list_handsets(self, _request: web.Request) -> web.Response:
        handsets = self._rack.network.handsets.values()
        return web.json_response([_summary(handset) for handset in handsets])

    async def show_handset(self, request: web.Request) -> web.Response:
        number = request.match_info["number"]
        count = int(_number(request, "count", 0, 1_000_000))
        timeout_s = _number(request, "timeout_s", 10.0 if count else 0.0, MAX_WAIT_S)
        messages = await self._rack.messages(number, count=count, timeout_s=timeout_s)
        handset = self._rack.network.handset(number)
        if handset is None:
            raise _InvalidError(404, "number", f"nobody has written to {number}")
        return web.json_response({"number": handset.number, "messages": [_message(message) for message in messages]})

    async def write(self, request: web.Request) -> web.Response:
        body = await _body(request)
        order = body.get("order")
        if order is not None and not (isinstance(order, list) and all(type(number) is int for number in order)):
            raise _InvalidError(422, "order", "must be a list of segment numbers")
        number = request.match_info["number"]
        try:
            count = self._rack.write(number, _text(body, "to"), _text(body, "text"), order=order)
        except EncodeError as error:
            field = "number" if error.field == "sender" else error.field
            raise _InvalidError(422, field, error.reason) from error
        return web.json_response({"segments": count}, status=201)

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        entries = self._rack.network.ledger.since(int(_number(request, "since", 0, 1e12)))
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        for start in range(0, len(entries), 500):
            lines = (json.dumps(entry.as_json()) + "\n" for entry in entries[start : start + 500])
            await response.write("".join(lines).encode())
        await response.write_eof()
        return response

    def _index(self, request: web.Request) -> int:
        text = request.match_info["index"]
        count = len(self._rack.machines)
        if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) < count):
            raise _InvalidError(404, "index", f"there is no modem {text}: they are numbered 0 to {count - 1}")
        return int(text)

    def _modem(self, index: int) -> dict[str, object]:
        equipment = self._rack.machines[index].equipment
        return {
            "index": index,
            "port": self._rack.addresses(index)[0],
            "addresses": self._rack.addresses(index),
            "terminal": self._rack.terminal(index),
            "is_plugged": self._rack.is_plugged(index),
            "number": equipment.sim.number,
            "imei": equipment.identity.imei,
            "imsi": equipment.sim.imsi,
            "iccid": equipment.sim.iccid,
            "registration": equipment.registration.name.lower(),
            "storage": {
                memory.name: {"used": len(memory), "total": memory.capacity}
                for memory in (equipment.sim.messages, equipment.flash, equipment.sim.reports)
            },
        }


def _summary(handset: Handset) -> dict[str, object]:
    return {"number": handset.number, "message_count": len(handset.messages)}


def _message(message: ShownMessage) -> dict[str, object]:
    return {
        "sender": message.sender,
        "text": message.text,
        "data": message.data.hex().upper() if message.text is None else None,
        "at": message.at.isoformat(timespec="milliseconds"),
        "segments": message.segment_count,
    }


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError as error:
        raise _InvalidError(400, "body", f"not JSON: {error}") from error
    if not isinstance(body, dict):
        raise _InvalidError(400, "body", "must be a JSON object")
    if unknown := body.keys() - {"to", "text", "order"}:
        raise _InvalidError(422, min(unknown), "unknown field")
    return body


def _text(body: dict[str, Any], field: str) -> str:
    value = body.get(field)
    if not isinstance(value, str) or not value:
        raise _InvalidError(422, field, "must be a text that is not empty")
    return value


def _number(request: web.Request, name: str, default: float, most: float) -> float:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= most:
        raise _InvalidError(422, name, f"must be a number from 0 to {most:g}")
    return value
