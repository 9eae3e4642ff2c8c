"""The HTTP server of aiohttp, made lenient where clients are sloppy, and kept from repeating what it cannot parse.

Its own answer and log line show the octets at fault, and a request line or header may hold a password.

A request line with raw blanks, control characters or octets of a text that was never encoded is no HTTP, and the
parser refuses it before a dialect can answer. So the first line of each request is looked at here and its
address encoded octet by octet; what the octets mean is decided where fields are decoded. Of requests in one
packet only the first is looked at.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import StreamReader
    from aiohttp.web_request import BaseRequest

log = structlog.get_logger(__name__)


LINE_LIMIT_OCTETS = 65_536
TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\nServer: gsm-gateway\r\nRetry-After: 5\r\nContent-Length: 0\r\n"
    b"Connection: close\r\n\r\n"
)
SAY_EVERY_S = 60.0
KEEPALIVE_S = 120.0
"""An idle connection is closed after so long; aiohttp's hour would let sleeping clients take all there may be."""
_NOT_IN_ADDRESS = re.compile(rb"[^\x21\x22\x24-\x7e]")
"""A raw `#` too: a client that means a fragment does not send it."""
_NOT_IN_LINE = re.compile(rb"#|[^\x20-\x7e](?!\Z)|[^\x20-\x7e\r]\Z| [^ ]* [^ ]* ")
_LINE_ENDS = b"\r\n"


def repaired_line(line: bytes) -> bytes:
    """Give a request line with everything in its address encoded that may not stand there; other lines as they are.

    >>> repaired_line(b"GET /sendsms?message=hello world HTTP/1.1\\r")
    b'GET /sendsms?message=hello%20world HTTP/1.1\\r'
    """
    method, _, rest = line.partition(b" ")
    address, _, version = rest.rpartition(b" ")
    if not version.startswith(b"HTTP/") or not method.isalpha():
        return line
    return b"%s %s %s" % (method, _NOT_IN_ADDRESS.sub(_encoded, address), version)


def _encoded(match: re.Match[bytes]) -> bytes:
    return b"%%%02X" % match[0][0]


@dataclass(slots=True)
class Limits:
    """How many connections there may be, and in how many seconds a request must be there whole; and how many are."""

    max_connections: int = 500
    request_timeout_s: float = 60.0
    open_count: int = 0
    _say_at: float = 0.0

    def say_full(self, count: int) -> None:
        """Put it into the log, once a minute at most."""
        now = asyncio.get_running_loop().time()
        if now >= self._say_at:
            self._say_at = now + SAY_EVERY_S
            log.warning("too many connections, new ones are refused", action="connections", count=count)


class _Connection(web.RequestHandler):
    """One connection of a client."""

    __slots__ = ("_held", "_is_in_head", "_last_body", "_limits", "_timer")

    def __init__(self, manager: web.Server, limits: Limits, **options: Any) -> None:
        super().__init__(manager, **options)
        self._held = b""
        self._is_in_head = False
        self._last_body: StreamReader | None = None
        self._limits = limits
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve the client, unless there are too many: each takes a descriptor, and modems need some too."""
        super().connection_made(transport)
        self._limits.open_count += 1
        if self._limits.open_count > self._limits.max_connections and self.transport is not None:
            self._limits.say_full(self._limits.open_count)
            self.transport.write(TOO_MANY)
            self.transport.close()
        else:
            self._start_timer()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Count it no more."""
        self._limits.open_count -= 1
        self._stop_timer()
        super().connection_lost(exc)

    def _start_timer(self) -> None:
        if self._timer is None:
            self._timer = self._loop.call_later(self._limits.request_timeout_s, self._give_up)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        """Close a connection whose request was not there whole in time."""
        self._timer = None
        if self.transport is not None:
            log.info("too slow", action="request", after_s=self._limits.request_timeout_s)
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        """Pass octets on to the parser, request lines repaired."""
        if self._is_before_line():
            data = self._held + data
            start = len(data) - len(data.lstrip(_LINE_ENDS))
            end = data.find(b"\n", start)
            if end < 0 and len(data) < LINE_LIMIT_OCTETS:
                self._held = data
                if data:  # aiohttp calls with none to go on reading
                    self._start_timer()
                return
            self._held = b""
            line = data[start:end]
            if end >= 0 and _NOT_IN_LINE.search(line):
                data = data[:start] + repaired_line(line) + data[end:]
            self._is_in_head = True
        super().data_received(data)
        if self._messages:
            self._is_in_head, self._last_body = False, self._messages[-1][1]
        if self._is_before_line():
            self._stop_timer()
        else:
            self._start_timer()

    def _is_before_line(self) -> bool:
        """Whether the next octets begin a request: none is in its head, and the body of the last one is complete."""
        is_complete = self._last_body is None or self._last_body.is_eof()
        return is_complete and not self._is_in_head and not self._upgraded and self._payload_parser is None

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

    def __init__(
        self, respond: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], limits: Limits | None = None
    ) -> None:
        """Have every request answered by `respond`."""
        self._limits = limits or Limits()
        # aiohttp's access log costs half the throughput.
        super().__init__(respond, access_log=None, auto_decompress=False, keepalive_timeout=KEEPALIVE_S)

    def __call__(self) -> web.RequestHandler:
        """Give what serves the next connection."""
        return _Connection(self, self._limits, loop=self._loop, **self._kwargs)
