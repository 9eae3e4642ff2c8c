"""What every dialect on the shelf must answer to requests that nobody should send."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import RawTestServer
from structlog.testing import capture_logs

from gateway.api import refusals
from gateway.api.dialect import Dialect, Route
from gateway.api.dialects import shelf
from gateway.errors import RequestError
from tests.gateway.api.desk import Desk
from tests.gateway.api.exchange import Exchange, HttpText, filled, load_exchanges, read_answer, send, send_octets
from tests.support.waiting import until

DIALECTS = [pytest.param(dialect, id=name) for name, dialect in shelf().items()]
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
"""Methods that the HTTP parser knows; to others it says 400 itself, as to all that is no HTTP."""


def _routes(dialect: Dialect[Any]) -> list[Route[Any]]:
    return list(dialect.routes(dialect.settings()))


def _path(route: Route[Any]) -> str:
    return route.path.replace("{", "").replace("}", "")


def _posted(dialect: Dialect[Any]) -> Route[Any]:
    """A route that takes a body."""
    return next(route for route in _routes(dialect) if "POST" in route.methods)


def _storing(dialect: Dialect[Any]) -> list[Exchange]:
    """Exchanges that store something: those on a box as it is, else the first one that wants it otherwise."""
    found = [one for one in load_exchanges(dialect.name) if not one.stores_nothing]
    return [one for one in found if not one.given] or found[:1]


def assert_refused(dialect: Dialect[Any], route: Route[Any] | None, error: RequestError, found: HttpText) -> None:
    """Fail unless `found` is what the dialect says to `error`."""
    path = "/" if route is None else route.path
    wanted = dialect.refuse(path, error, dialect.settings())
    assert int(found.first_line.split(" ")[1]) == wanted.status
    assert found.headers["Content-Type"] == wanted.content_type
    assert {name: found.headers.get(name) for name in wanted.headers} == dict(wanted.headers)
    if route is not None:
        assert found.body == wanted.body.decode()


# --- what it must do to be on the shelf -----------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_one_of_its_exchanges_gets_a_message_accepted(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer
) -> None:
    for exchange in _storing(dialect):
        prepared = await desk.prepare(exchange)
        await send(server.port or 0, prepared.request)
        rows = desk.rows("SELECT dialect, status FROM message")
        if rows:
            assert set(rows) == {(dialect.name, "queued")}
            return
    pytest.fail("no exchange stores a message")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_without_credentials_nothing_is_told_and_nothing_stored(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer
) -> None:
    await desk.store.save_settings(desk.demo.id, dialect.name, {"x": "5ecret-Wort-91"}, frozenset())
    before = desk.stored()
    for route in _routes(dialect):
        for method in sorted(route.methods):
            request = HttpText(first_line=f"{method} {_path(route)} HTTP/1.1", headers={}, body="")
            answer = await send(server.port or 0, request)
            assert not answer.first_line.startswith("HTTP/1.1 5"), route.path
            assert "5ecret" not in answer.body
    assert desk.stored() == before


# --- methods and paths ----------------------------------------------------------------------------


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_other_method_is_refused_on_every_path(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer
) -> None:
    for route in _routes(dialect):
        taken = route.methods | ({"HEAD"} if "GET" in route.methods else set())
        for method in METHODS:
            if method in taken or method == "HEAD":  # the answer to HEAD has no body to compare
                continue
            request = HttpText(first_line=f"{method} {_path(route)} HTTP/1.1", headers={}, body="")
            answer = await send(server.port or 0, request)
            assert_refused(dialect, route, refusals.WrongMethodError(route.methods), answer)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("tail", ["/nobody-knows-this", "/<script>alert(1)</script>", '/"\\', "/%00", "/\xe9"])
async def test_an_unknown_path_is_refused_and_its_markup_escaped(
    dialect: Dialect[Any], tail: str, desk: Desk, server: RawTestServer
) -> None:
    for prefix in dialect.prefixes(dialect.settings()):
        octets = f"GET {prefix}{tail} HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n".encode("latin-1")
        answer = await send_octets(server.port or 0, octets)
        assert_refused(dialect, None, refusals.UnknownPathError(), answer)
        if answer.headers["Content-Type"].startswith("application/json"):
            json.loads(answer.body)
        else:
            assert "<script" not in answer.body


# --- bodies ---------------------------------------------------------------------------------------


RUBBISH = {
    "brace": b"{",
    "bracket": b"[[[[",
    "deep": b"[" * 5000,
    "deep object": b'{"a":' * 5000,
    "zeros": b"\0" * 100,
    "not UTF-8": b'{"a":"\xff\xfe"}',
    "a huge number": b'{"a":' + b"9" * 5000 + b"}",
    "infinity": b'{"a":Infinity}',
    "many fields": b"&".join(b"a%d=1" % index for index in range(6000)),
    "many brackets": b"a" + b"[b]" * 3000 + b"=1",
    "percent signs": b"%" * 1000,
    "multipart without an end": b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx',
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data; boundary=b", "text/plain"])
async def test_rubbish_is_answered_and_leaves_nothing(
    dialect: Dialect[Any], rubbish: str, content_type: str, desk: Desk, server: RawTestServer
) -> None:
    body = RUBBISH[rubbish]
    request = filled(_storing(dialect)[0].request, await desk.credentials(dialect.name))
    before = desk.stored()
    head = (
        f"POST {_path(_posted(dialect))} HTTP/1.1\r\nHost: g\r\nConnection: close\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
        f"Authorization: {request.headers.get('Authorization', 'none')}\r\n\r\n"
    )
    answer = await send_octets(server.port or 0, head.encode() + body)
    assert not answer.first_line.startswith("HTTP/1.1 5")
    assert desk.stored() == before


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_huge_body_is_refused_and_the_connection_closed(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer
) -> None:
    route = _posted(dialect)
    limit = desk.service.settings.http.body_limit_octets
    head = f"POST {_path(route)} HTTP/1.1\r\nHost: g\r\nContent-Length: {limit + 1}\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(head + b"x" * (limit + 1))
    async with asyncio.timeout(20):
        answer = await read_answer(reader)
        assert_refused(dialect, route, refusals.OversizeError(), answer)
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_body_that_never_ends_is_answered(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.intake.BODY_TIMEOUT_S", 0.05)
    before = desk.stored()
    head = f"POST {_path(_posted(dialect))} HTTP/1.1\r\nHost: g\r\nContent-Length: 100\r\n\r\n".encode()
    answer = await send_octets(server.port or 0, head + b'{"username":"demo"')
    assert answer.first_line.startswith("HTTP/1.1 ")
    assert not answer.first_line.startswith("HTTP/1.1 5")
    assert desk.stored() == before


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_request_that_breaks_off_is_not_accepted(
    dialect: Dialect[Any], desk: Desk, server: RawTestServer
) -> None:
    for exchange in _storing(dialect):
        if not exchange.request.body:
            continue
        prepared = await desk.prepare(exchange)
        before = desk.stored()
        request = prepared.request
        body = request.body.encode()
        headers = {**request.headers, "Host": "g", "Content-Length": str(len(body))}
        lines = [request.first_line, *(f"{name}: {value}" for name, value in headers.items())]
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body[:-1])
        await writer.drain()
        writer.write_eof()
        with capture_logs() as logs:
            async with asyncio.timeout(10):
                await reader.read()
            writer.close()
            await until(lambda: bool(logs))
        assert [line["event"] for line in logs] == ["request"]
        assert desk.stored() == before
        # The server is well: the whole request is taken afterwards.
        answer = await send(server.port or 0, replace(request, body=request.body))
        assert answer.first_line == exchange.answer.first_line
        return
    pytest.fail("no exchange stores something")
