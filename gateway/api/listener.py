"""The HTTP server of aiohttp, kept from repeating what it cannot parse.

Its own answer and log line show the octets at fault, and a request line or header may hold a password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.web_request import BaseRequest

log = structlog.get_logger(__name__)


class _Connection(web.RequestHandler):
    """One connection of a client."""

    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP with a bare 400 and close the connection."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        refusal = f"{status} {type(exc).__name__}"
        log.info("not HTTP", action="request", source=request.remote, status=status, refusal=refusal)
        answer = web.Response(status=status, text="Bad request", headers={"Server": "gsm-gateway"})
        answer.force_close()
        return answer


class HttpServer(web.Server):
    """Makes a `_Connection` for each client; bodies stay encoded as they came (see `gateway.api.encoding`)."""

    def __init__(self, respond: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]) -> None:
        """Have every request answered by `respond`."""
        # aiohttp's access log costs half the throughput.
        super().__init__(respond, access_log=None, auto_decompress=False)

    def __call__(self) -> web.RequestHandler:
        """Give what serves the next connection."""
        return _Connection(self, loop=self._loop, **self._kwargs)
