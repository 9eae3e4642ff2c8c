"""A load generator that costs little itself: keep-alive connections, one prepared request each."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence

from tests.support.box import PASSWORD


def send_body(dest_num: str, msg: str, **fields: object) -> bytes:
    """The body of a `/sms/send`."""
    return json.dumps({"username": "demo", "password": PASSWORD, "dest_num": dest_num, "msg": msg, **fields}).encode()


def post(uri: str, body: bytes, *headers: str, kind: str = "application/json") -> bytes:
    """A whole HTTP request."""
    lines = (f"POST /{uri} HTTP/1.1", "Host: bench", f"Content-Type: {kind}", *headers)
    return "\r\n".join((*lines, f"Content-Length: {len(body)}", "", "")).encode() + body


def get(path: str) -> bytes:
    """A whole HTTP request without a body."""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()


class Connection(asyncio.Protocol):
    """Takes requests from the shared list until it is empty; notes each one's time."""

    def __init__(
        self, requests: list[bytes], latencies_s: list[float], done: asyncio.Future[None], good: bytes
    ) -> None:
        self._requests = requests
        self._good = good
        self._latencies_s = latencies_s
        self._done = done
        self._buffer = b""
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        assert self._transport is not None
        if not self._requests:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(self._requests.pop())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if self._good not in self._buffer.replace(b" ", b""):
            self._done.set_exception(AssertionError(self._buffer.decode(errors="replace")))
            return
        self._latencies_s.append(time.perf_counter() - self._began)
        self._buffer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            if exc is None:
                self._done.set_result(None)
            else:
                self._done.set_exception(exc)


async def drive(
    port: int, requests: Sequence[bytes], connections: int, *, good: bytes = b'"code":200'
) -> tuple[float, list[float]]:
    """Send all requests over `connections`; gives the whole time and each request's, in seconds.

    An answer without `good` in it, blanks left out, fails.
    """
    loop = asyncio.get_running_loop()
    todo = list(requests)
    latencies_s: list[float] = []
    ends = [loop.create_future() for _ in range(connections)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Connection(todo, latencies_s, end, good), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return time.perf_counter() - began, latencies_s
