"""Makes a server of the routes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from aiohttp import web

from modem.emulator.control.acting import action_routes
from modem.emulator.control.guard import add_headers, guard
from modem.emulator.control.openapi import document
from modem.emulator.control.page.assets import add_assets
from modem.emulator.control.route import QUERY, Route, load_routes
from modem.emulator.control.streams import STREAMS, Streams

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from modem.emulator.rack.rack import Rack

MAX_BODY_OCTETS: Final = 256 * 1024
SHUTDOWN_S: Final = 2.0


async def serve(rack: Rack, host: str, port: int) -> web.AppRunner:
    """Serve the control of a rack; port 0 takes a free one, see `address`. End with `cleanup()`. Raises OSError."""
    runner = web.AppRunner(application(rack, host), access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        # asyncio's own words say it twice.
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise OSError(error.errno, f"the phones cannot be served on {host}, port {port}: {reason}") from error
    return runner


def address(runner: web.AppRunner) -> str:
    """Return where a served control is, as the beginning of its URLs."""
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def application(rack: Rack, host: str = "127.0.0.1") -> web.Application:
    """Return the control of a rack as an application that is bound to `host`."""
    app = web.Application(middlewares=[guard(host)], client_max_size=MAX_BODY_OCTETS)
    app.on_response_prepare.append(add_headers)
    app[STREAMS] = Streams()
    app.on_shutdown.append(app[STREAMS].close)
    routes = [*load_routes(), *action_routes()]

    async def describe(_request: web.Request) -> web.Response:
        return web.json_response(document(routes))

    app.router.add_get("/openapi.json", describe)
    for route in routes:
        app.router.add_route(route.method, route.path, _handler(rack, route))
    add_assets(app)
    return app


def _handler(rack: Rack, route: Route) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[QUERY] = route.read_queries(request)
        return await route.handler(rack, request)

    return handle
