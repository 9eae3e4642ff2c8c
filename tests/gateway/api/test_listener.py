from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from gateway.api.listener import HttpServer, Limits, repaired_line
from tests.support.waiting import until

SECRET = "5ecret-Wort-91"


async def _never(_: web.BaseRequest) -> web.StreamResponse:
    raise AssertionError("not HTTP, and yet it was handled")


async def _talk(octets: bytes) -> bytes:
    """Give all that the server says before it closes the connection."""
    runner = web.ServerRunner(HttpServer(_never))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(octets)
        async with asyncio.timeout(10):
            answer = await reader.read()
        writer.close()
    finally:
        await runner.cleanup()
    return answer


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"GET /sms/send?password=%s HTTX\r\n\r\n", id="no version"),
        pytest.param(b"GET sms/send?password=%s HTTP/1.1\r\nHost: g\r\n\r\n", id="no slash"),
        pytest.param(b"GET /sms/send?password=%s&a=" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", id="line too long"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: g\r\nX y: %s\r\n\r\n", id="blank in a header's name"),
        pytest.param(b'{"username":"demo","password":"%s"}\r\n\r\n', id="a body without a head"),
    ],
)
async def test_what_is_no_http_is_not_repeated(octets: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        answer = await _talk(octets.replace(b"%s", SECRET.encode()))
    assert answer.startswith(b"HTTP/1.0 400 Bad Request\r\n")
    assert answer.endswith(b"\r\n\r\nBad request")
    assert [(line["event"], line["source"]) for line in logs] == [("not HTTP", "127.0.0.1")]
    assert SECRET not in caplog.text + repr(logs)


# --- request lines that are no HTTP, and yet mean something ---------------------------------------


@pytest.mark.parametrize(
    ("line", "repaired"),
    [
        (b"GET /a?b=c HTTP/1.1", b"GET /a?b=c HTTP/1.1"),
        (b"GET /a?b=c d  e HTTP/1.1\r", b"GET /a?b=c%20d%20%20e HTTP/1.1\r"),
        (b"POST /a?b=\xc9\x99\xff HTTP/1.0", b"POST /a?b=%C9%99%FF HTTP/1.0"),
        (b"GET /a?b=no#5\t\x00\x7f HTTP/1.1", b"GET /a?b=no%235%09%00%7F HTTP/1.1"),
        (b"GET /a b", b"GET /a b"),
        (b"Host: a b HTTP/1.1", b"Host: a b HTTP/1.1"),
        (b"", b""),
    ],
)
def test_what_may_not_stand_in_an_address_is_encoded(line: bytes, repaired: bytes) -> None:
    assert repaired_line(line) == repaired


class _Echo:
    """A server whose answer is the address as it arrived, and the body."""

    async def __aenter__(self) -> _Echo:
        async def echo(request: web.BaseRequest) -> web.StreamResponse:
            return web.Response(body=request.rel_url.raw_path_qs.encode() + b" " + await request.read())

        self._runner = web.ServerRunner(HttpServer(echo))
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.reader, self.writer = await asyncio.open_connection(*self._runner.addresses[0][:2])
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()
        await self._runner.cleanup()

    async def answer(self) -> bytes:
        async with asyncio.timeout(10):
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
            return await self.reader.readexactly(length)


REQUEST = b"POST /a?b=c \xc9\x99 HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\nbody\xff b c"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 20, 1000], ids=str)
async def test_a_line_is_repaired_however_it_is_cut_and_on_every_request(size: int) -> None:
    async with _Echo() as echo:
        for _ in range(3):
            for start in range(0, len(REQUEST), size):
                echo.writer.write(REQUEST[start : start + size])
                await echo.writer.drain()
                await asyncio.sleep(0)
            assert await echo.answer() == b"/a?b=c%20%C9%99 body\xff b c"


async def test_a_body_is_left_as_it_is_whatever_it_looks_like() -> None:
    body = b"GET /x y \xff HTTP/1.1\r\n"
    head = b"POST / HTTP/1.1\r\nHost: g\r\nContent-Length: %d\r\n\r\n" % (len(body) * 2)
    async with _Echo() as echo:
        for octets in (head, body, body):
            echo.writer.write(octets)
            await echo.writer.drain()
            await asyncio.sleep(0)
        assert await echo.answer() == b"/ " + body * 2


async def test_requests_that_come_together_are_all_answered() -> None:
    async with _Echo() as echo:
        plain = b"GET /%d HTTP/1.1\r\nHost: g\r\n\r\n"
        echo.writer.write(plain % 1 + plain % 2 + (plain % 3)[:9])
        await echo.writer.drain()
        assert await echo.answer() == b"/1 "
        assert await echo.answer() == b"/2 "
        echo.writer.write((plain % 3)[9:] + b"\r\n" + plain % 4)
        assert await echo.answer() == b"/3 "
        assert await echo.answer() == b"/4 "


# --- many and slow clients ------------------------------------------------------------------------


@asynccontextmanager
async def limited(**limits: Any) -> AsyncIterator[tuple[int, Limits]]:
    """A server that answers every request with its body."""

    async def respond(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=await request.read())

    made = Limits(**limits)
    runner = web.ServerRunner(HttpServer(respond, made))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield runner.addresses[0][1], made
    finally:
        await runner.cleanup()


POST = b"POST / HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\n\r\n"


async def test_beyond_the_most_connections_new_ones_are_refused_until_one_ends() -> None:
    async with limited(max_connections=2) as (port, limits):
        pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, writer in pairs:
            writer.write(POST + b"hello")
            assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200 OK")
        reader, _ = await asyncio.open_connection("127.0.0.1", port)
        refused = await reader.read()
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"\r\nRetry-After: 5\r\n" in refused
        pairs[0][1].close()
        await until(lambda: limits.open_count == 1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(POST + b"again")
        assert (await reader.readuntil(b"again")).startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing at all"),
        pytest.param(b"POST / HT", id="half a line"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: g\r\n", id="half a head"),
        pytest.param(POST + b"hel", id="half a body"),
        pytest.param(POST + b"hello" + POST + b"h", id="half of the second request"),
    ],
)
async def test_a_client_that_never_ends_its_request_is_let_go(octets: bytes) -> None:
    async with limited(request_timeout_s=0.05) as (port, limits):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(octets)
        async with asyncio.timeout(10):
            await reader.read()
        await until(lambda: limits.open_count == 0)


async def test_a_connection_that_is_kept_is_not_slow() -> None:
    async with limited(request_timeout_s=3600) as (port, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for octets in (POST, b"hel", b"lo"):
            writer.write(octets)
            await writer.drain()
        await reader.readuntil(b"hello")
        loop = asyncio.get_running_loop()
        waiting = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        assert not [timer for timer in waiting if timer.when() > loop.time() + 1800], "no timer of the request is left"
        writer.close()
