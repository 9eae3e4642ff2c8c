from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from gateway.api.listener import HttpServer

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
        pytest.param(b"GET /sms/send?password=%s b HTTP/1.1\r\nHost: g\r\n\r\n", id="raw blank in the query"),
        pytest.param(b"GET /sms/send?password=%s\xff HTTP/1.1\r\nHost: g\r\n\r\n", id="raw octet in the query"),
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
