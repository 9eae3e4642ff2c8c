from __future__ import annotations

import asyncio
import gzip
import json
import shutil
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import RawTestServer, TestClient
from structlog.testing import capture_logs
from yarl import URL

from gateway.api.dialect import Answer, Call, Dialect, DialectSettings, Route, encode_json
from gateway.api.server import Paths, Server, plain_path
from gateway.config.settings import ApiSection, HttpSection, Settings
from gateway.core.span import SpanState
from gateway.errors import ConfigError, StoreError, StoreUnavailableError
from tests.gateway.api.conftest import client_of
from tests.gateway.api.desk import PASSWORD, Desk
from tests.gateway.api.exchange import read_answer

LOGIN = {"username": "demo", "password": PASSWORD}
TOO_LARGE = '{"uri":"sms/send","code":413,"msg":"request too large","data":[]}'


@pytest.mark.parametrize(
    ("path", "plain"),
    [("/sms/send", "/sms/send"), ("/sms/send/", "/sms/send"), ("//sms///send", "/sms/send"), ("/", "/"), ("//", "/")],
)
def test_plain_path(path: str, plain: str) -> None:
    assert plain_path(path) == plain


# --- paths ----------------------------------------------------------------------------------------


async def _params_and_parts(call: Call[Any]) -> Answer:
    return Answer(body=encode_json([call.path, call.method, dict(call.parts), call.params.read_items("items")]))


def _dialect(**facts: Any) -> Dialect[Any]:
    routes = [
        Route(path="/x/one", methods=frozenset({"GET"}), handle=_params_and_parts),
        Route(path="/x/{id}", methods=frozenset({"GET", "POST"}), handle=_params_and_parts, array_as="items"),
        Route(path="/x/{id}/of/{name}", methods=frozenset({"GET"}), handle=_params_and_parts),
    ]
    base: Dialect[Any] = Dialect(
        name="x",
        settings=DialectSettings,
        routes=lambda _: routes,
        prefixes=lambda _: ["/x"],
        refuse=lambda path, error, _: Answer(body=encode_json([path, type(error).__name__])),
        render=lambda *_: None,
    )
    return replace(base, **facts)


def _put_on_shelf(monkeypatch: pytest.MonkeyPatch, dialect: Dialect[Any]) -> None:
    monkeypatch.setattr("gateway.api.server.shelf", lambda: {"x": dialect})
    monkeypatch.setattr("gateway.api.server.read_settings", lambda _: {"x": DialectSettings()})


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/x/one", ["/x/one", "GET", {}, None]),
        ("/x/7/", ["/x/{id}", "GET", {"id": "7"}, None]),
        ("/x/a%20b/of/%C3%BC", ["/x/{id}/of/{name}", "GET", {"id": "a b", "name": "ü"}, None]),
        ("/x/7/of", ["/x/7/of", "UnknownPathError"]),
        ("/x", ["/x", "UnknownPathError"]),
    ],
)
async def test_a_segment_in_braces_stands_for_any_text(
    path: str, answer: list[Any], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put_on_shelf(monkeypatch, _dialect())
    async with client_of(desk) as client:
        assert json.loads(await (await client.get(path)).text()) == answer


async def test_an_array_is_taken_where_a_route_names_its_field(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_on_shelf(monkeypatch, _dialect())
    async with client_of(desk) as client:
        assert json.loads(await (await client.post("/x/7", data="[1, 2]")).text())[3] == [1, 2]
        assert json.loads(await (await client.post("/x/7", data="{")).text()) == ["/x/{id}", "MalformedError"]


async def test_a_body_that_cannot_be_parsed_may_count_as_empty(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_on_shelf(monkeypatch, _dialect(malformed_is_empty=True))
    async with client_of(desk) as client:
        answer = await client.post("/x/7", data="{")
        assert json.loads(await answer.text()) == ["/x/{id}", "POST", {"id": "7"}, None]


def test_two_patterns_that_are_alike_stop_the_start() -> None:
    renamed = Route(path="/x/{other}", methods=frozenset({"GET"}), handle=_params_and_parts)
    other = _dialect(name="y", prefixes=lambda _: ["/y"], routes=lambda _: [renamed])
    with pytest.raises(ConfigError, match="belongs to another API already"):
        Paths([(_dialect(), DialectSettings()), (other, DialectSettings())])


# --- headers --------------------------------------------------------------------------------------


async def test_answers_are_never_cached_and_carry_a_request_id_of_their_own(client: TestClient[Any, Any]) -> None:
    answers = [await client.post("/sms/get_valid_spans", json=LOGIN) for _ in range(2)]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 2


async def test_expect_100_continue_is_answered(server: RawTestServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /sms/send HTTP/1.1\r\nHost: g\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert await asyncio.wait_for(reader.readline(), 5) == b"HTTP/1.1 100 Continue\r\n"
    writer.close()


# --- oversize -------------------------------------------------------------------------------------


async def _answer_and_end(port: int | None, octets: bytes) -> bytes:
    """Give everything the server says until it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(octets)
    everything = await asyncio.wait_for(reader.read(), 15)
    writer.close()
    return everything


async def test_body_at_the_limit_is_taken(client: TestClient[Any, Any], desk: Desk) -> None:
    limit = desk.service.settings.http.body_limit_octets
    body = b'{"username":"demo","password":"secret","x":""}'
    answer = await client.post("/sms/get_valid_spans", data=body + b" " * (limit - len(body)))
    assert (await answer.json())["code"] == 200
    answer = await client.post("/sms/get_valid_spans", data=body + b" " * (limit - len(body) + 1))
    assert (await answer.json())["code"] == 413


async def test_announced_oversize_is_answered_then_closed(server: RawTestServer) -> None:
    head = b"POST /sms/send HTTP/1.1\r\nHost: g\r\nContent-Length: 1048577\r\n\r\n"
    answer = await _answer_and_end(server.port, head + b"x" * 1_048_577)
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Connection: close" in answer
    assert answer.endswith(TOO_LARGE.encode())


async def test_counted_oversize_is_refused(server: RawTestServer) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = b"POST /sms/send HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer = await _answer_and_end(server.port, head + chunk * 17 + b"0\r\n\r\n")
    assert answer.endswith(TOO_LARGE.encode())


async def test_oversize_after_decompression_is_refused(client: TestClient[Any, Any]) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    answer = await client.post("/sms/send", data=bomb, headers={"Content-Encoding": "gzip"})
    assert await answer.text() == TOO_LARGE


@pytest.mark.parametrize("encoding", ["gzip", "br"])
async def test_body_that_cannot_be_decoded_is_malformed(encoding: str, client: TestClient[Any, Any]) -> None:
    answer = await client.post("/sms/send", data=b"{}", headers={"Content-Encoding": encoding})
    assert await answer.json() == {
        "uri": "sms/send",
        "code": 400,
        "msg": "body: cannot be read as its Content-Encoding",
        "data": [],
    }


async def test_body_that_never_comes_is_not_waited_for_for_ever(
    server: RawTestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.api.intake.BODY_TIMEOUT_S", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"POST /sms/send HTTP/1.1\r\nHost: g\r\nContent-Length: 10\r\n\r\n{")
    answer = await asyncio.wait_for(read_answer(reader), 5)
    assert answer.body == '{"uri":"sms/send","code":400,"msg":"body: did not arrive in time","data":[]}'
    writer.close()


# --- our own faults -------------------------------------------------------------------------------


async def test_unexpected_error_is_logged_once_and_answered_without_a_trace(
    client: TestClient[Any, Any], desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise StoreError("disk on fire")

    monkeypatch.setattr(desk.store, "accept", fail)
    with capture_logs() as logs:
        answer = await client.post("/sms/send", json={**LOGIN, "dest_num": "10086", "msg": "a"})
    assert await answer.text() == '{"uri":"sms/send","code":500,"msg":"internal error","data":[]}'
    errors = [line for line in logs if line["log_level"] == "error"]
    assert [line["request_id"] for line in errors] == [answer.headers["X-Request-Id"]]


# --- access log -----------------------------------------------------------------------------------


async def test_log_is_debug_for_success_and_info_for_refusals(client: TestClient[Any, Any]) -> None:
    with capture_logs() as logs:
        await client.post("/sms/get_valid_spans?x=secret", json=LOGIN)
        await client.post("/sms/foo", json=LOGIN)
    lines = [(line["log_level"], line["path"], line["refusal"]) for line in logs]
    assert lines == [
        ("debug", "/sms/get_valid_spans", ""),
        ("info", "/sms/foo", "404 UnknownPathError"),
    ]


async def test_nobody_writes_lines_of_their_own_into_the_log(client: TestClient[Any, Any]) -> None:
    with capture_logs() as logs:
        await client.post(URL("/sms/%0Afake" + "x" * 300, encoded=True))
    assert [line["path"] for line in logs] == ["/sms/%0Afake" + "x" * 188]


async def test_slow_request_is_logged_at_info(client: TestClient[Any, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter((100.0, 101.5))
    monkeypatch.setattr("gateway.api.server.perf_counter", lambda: next(ticks))
    with capture_logs() as logs:
        await client.post("/sms/get_valid_spans", json=LOGIN)
    assert [(line["log_level"], line["took_ms"]) for line in logs] == [("info", 1500.0)]


# --- health ---------------------------------------------------------------------------------------


async def test_live_asks_the_store(client: TestClient[Any, Any], desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = await client.get("/health/live")
    assert (answer.status, await answer.json()) == (200, {"status": "live", "name": "gsm-gateway"})

    error = StoreError("/data/gateway.db: damaged")

    async def fail() -> None:
        raise error

    monkeypatch.setattr(desk.store, "ping", fail)
    expected = {"status": "store does not answer", "name": "gsm-gateway", "reason": "the store is broken"}
    answer = await client.get("/health/live")
    assert (answer.status, await answer.json()) == (503, expected)
    error = StoreUnavailableError("the disk is full: free some space", "the disk is full")
    answer = await client.get("/health/live")
    assert (answer.status, await answer.json()) == (503, {**expected, "reason": "the disk is full"})


async def test_ready_needs_a_usable_span(client: TestClient[Any, Any], desk: Desk) -> None:
    answer = await client.get("/health/ready/")
    assert (answer.status, await answer.json()) == (200, {"status": "ready", "usable_ports": [1]})
    desk.set_state(1, SpanState.NOT_READY)
    answer = await client.get("/health/ready")
    assert (answer.status, await answer.json()) == (503, {"status": "no span can send", "usable_ports": []})


async def test_head_counts_as_get(server: RawTestServer) -> None:
    answer = await _answer_and_end(server.port, b"HEAD /health/live HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert answer.endswith(b"\r\n\r\n")


async def test_health_takes_no_post(client: TestClient[Any, Any]) -> None:
    answer = await client.post("/health/live")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")


# --- start and stop -------------------------------------------------------------------------------


async def test_switched_off_dialect_is_not_there(desk: Desk) -> None:
    desk.service.settings = Settings(api=ApiSection.model_validate({"openvox": {"enabled": False}}))
    async with client_of(desk) as client:
        answer = await client.post("/sms/send", json=LOGIN)
        assert (answer.status, await answer.text()) == (404, "Not found")


def test_wrong_settings_of_a_dialect_stop_the_start(desk: Desk) -> None:
    api = ApiSection.model_validate({"openvox": {"outbox_page_size": 0, "nonsense": 1}, "closedvox": {}})
    desk.service.settings = Settings(api=api)
    with pytest.raises(ConfigError) as caught:
        Server(desk.service)
    assert [line.split(": ")[1] for line in caught.value.mistakes] == [
        "api.closedvox",
        "api.openvox.outbox_page_size",
        "api.openvox.nonsense",
    ]


async def test_server_listens_until_it_is_stopped(desk: Desk) -> None:
    desk.service.settings = Settings(http=HttpSection(port=0))
    server = Server(desk.service)
    await server.start()
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{server.address}/health/live") as answer:
            assert answer.status == 200
        await server.stop()
        with pytest.raises(aiohttp.ClientConnectorError):
            await session.get(f"{server.address}/health/live")


async def test_tls_with_a_certificate_of_ones_own(desk: Desk, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed")
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    made = await asyncio.create_subprocess_exec(openssl, *words, *files, stderr=asyncio.subprocess.DEVNULL)
    assert await made.wait() == 0
    desk.service.settings = Settings(http=HttpSection(port=0, tls_certificate=certificate, tls_key=key))
    server = Server(desk.service)
    await server.start()
    trusting = ssl.create_default_context(cafile=str(certificate))
    url = f"{server.address}/health/live"
    async with aiohttp.ClientSession() as session, session.get(url, ssl=trusting) as answer:
        assert answer.status == 200
    await server.stop()
    assert server.address.startswith("https://127.0.0.1:")


async def test_source_is_the_peer_unless_a_trusted_proxy_says_otherwise(desk: Desk) -> None:
    seen: list[str] = []
    http = HttpSection.model_validate({"trusted_proxies": ["127.0.0.0/8"]})
    for settings in (Settings(), Settings(http=http)):
        desk.service.settings = settings
        async with client_of(desk) as client:
            with capture_logs() as logs:
                await client.post("/sms/foo", headers={"X-Forwarded-For": "10.0.0.9, 192.0.2.7"})
            seen += [line["source"] for line in logs]
    assert seen == ["127.0.0.1", "192.0.2.7"]
