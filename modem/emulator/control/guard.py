"""Who may ask: programs and pages of this host, nobody else's page.

There is no login, so the browser of a person is the way in for others: a foreign page could send requests here, or
point a name of its own at the loopback (DNS rebinding). The first is told by Origin, the second by Host.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from aiohttp import web

from modem.emulator.control.route import JSON, ControlError, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp.typedefs import Handler, Middleware

_READS: Final = frozenset(("GET", "HEAD"))
_HEADERS: Final = {
    # Everything on the page is served here; a text that gets into it as markup can do nothing.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def guard(host: str) -> Middleware:
    """Return the middleware of a control that was bound to `host`."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _check_host(request, host)
            _check_origin(request)
            return await handler(request)
        except ControlError as error:
            return problem(error.status, error.mistakes)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return problem(error.status, [(None, error.reason)])

    return watch


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add what browsers have to obey to every answer."""
    response.headers.update(_HEADERS)


def problem(status: int, mistakes: Sequence[tuple[str | None, str]]) -> web.Response:
    """Return an error in JSON: the first mistake, and all of them."""
    field, reason = mistakes[0]
    errors = [{"field": name, "error": text} for name, text in mistakes]
    return web.json_response({"error": reason, "field": field, "errors": errors}, status=status, content_type=JSON)


def _check_host(request: web.Request, bound: str) -> None:
    """Refuse a name that only points here: an address, localhost, or what the control was bound to are fine."""
    name = urlsplit(f"//{request.host}").hostname or ""
    if name in ("localhost", bound.lower()):
        return
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        raise refuse(403, "Host", "call the control by its address, such as 127.0.0.1") from None
    if _is_loopback(bound) and not address.is_loopback:
        raise refuse(403, "Host", "this control is on the loopback only")


def _check_origin(request: web.Request) -> None:
    """Refuse what a page of another host sends; a program sends no Origin."""
    origin = request.headers.get("Origin")
    if request.method in _READS or origin is None:
        return
    if origin != f"{request.scheme}://{request.host}":
        raise refuse(403, "Origin", "a page of another host may change nothing here")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
