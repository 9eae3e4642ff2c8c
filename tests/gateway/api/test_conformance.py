"""What every dialect on the shelf must do, whatever its shape."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from aiohttp.test_utils import RawTestServer
from structlog.testing import capture_logs

from gateway.api import refusals
from gateway.api.dialect import CallbackFacts, Dialect
from gateway.api.dialects import shelf
from gateway.api.server import Paths
from gateway.core.callback import CallbackEvent, OwedCallback
from gateway.core.types import CallbackId, EpochMs, MessageId
from gateway.errors import (
    BadCredentialsError,
    ConfigError,
    ConflictError,
    InvalidEntriesError,
    InvalidFieldError,
    NoCreditError,
    NoSpanError,
    NotAllowedError,
    QueueFullError,
    RequestError,
    RuleRefusalError,
    SlowDownError,
)
from tests.gateway.api.desk import PASSWORD, Desk, cheap_hash
from tests.gateway.api.exchange import Exchange, assert_same, load_exchanges, send, send_octets

DIALECTS = [pytest.param(dialect, id=name) for name, dialect in shelf().items()]
ALL = [pytest.param(one, id=f"{name}/{one.name}") for name in shelf() for one in load_exchanges(name)]
IN_ANY_ENCODING = [
    pytest.param(one, id=f"{name}/{one.name}")
    for name in shelf()
    for one in load_exchanges(name)
    if one.in_any_encoding
]
REFUSALS: list[RequestError] = [
    InvalidFieldError("field", "reason"),
    InvalidEntriesError([(3, "field", "reason")]),
    ConflictError("field", "reason"),
    BadCredentialsError(),
    NotAllowedError(),
    NotAllowedError(2),
    RuleRefusalError("premium", "dear"),
    NoCreditError(),
    SlowDownError(7),
    QueueFullError(30),
    NoSpanError(),
    refusals.UnknownPathError(),
    refusals.WrongMethodError(frozenset({"POST"})),
    refusals.OversizeError(),
    refusals.InternalError(),
    refusals.MalformedError("not valid JSON"),
    refusals.UndecodableError("field", "UTF-8"),
    refusals.BadTokenError(),
]


# --- the contract ---------------------------------------------------------------------------------


def test_every_kind_of_refusal_is_listed_here() -> None:
    def kinds(kind: type[RequestError]) -> set[type[RequestError]]:
        return {kind}.union(*map(kinds, kind.__subclasses__()))

    assert {type(error) for error in REFUSALS} == kinds(RequestError) - {RequestError}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_dialect_works_with_default_settings_each_described(dialect: Dialect[Any]) -> None:
    assert dialect.settings().enabled is True
    assert [name for name, field in dialect.settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_paths_begin_with_a_slash_and_end_without(dialect: Dialect[Any]) -> None:
    settings = dialect.settings()
    paths = [route.path for route in dialect.routes(settings)] + list(dialect.prefixes(settings))
    assert [path for path in paths if not path.startswith("/") or path.endswith("/") or "//" in path] == []


def test_dialects_claim_no_path_twice() -> None:
    Paths((dialect, dialect.settings()) for dialect in shelf().values())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_path_that_is_claimed_twice_stops_the_start(dialect: Dialect[Any]) -> None:
    with pytest.raises(ConfigError, match="belongs to another API already"):
        Paths([(dialect, dialect.settings()), (replace(dialect, name="copy"), dialect.settings())])


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: f"{type(error).__name__} {error}")
def test_every_refusal_has_an_answer(dialect: Dialect[Any], error: RequestError) -> None:
    answer = dialect.refuse("/some/path", error, dialect.settings())
    assert answer.body.decode("utf-8")
    assert answer.refusal
    assert ("Retry-After" in answer.headers) == isinstance(error, SlowDownError | QueueFullError)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("event", CallbackEvent)
async def test_nothing_is_owed_to_an_account_without_push_settings(
    dialect: Dialect[Any], event: CallbackEvent, desk: Desk
) -> None:
    owed = OwedCallback(
        id=CallbackId(1),
        account_id=desk.demo.id,
        dialect=dialect.name,
        event=event,
        message_id=MessageId(1),
        status="",
        status_at=EpochMs(0),
        report_status=None,
        tries=0,
        created_at=EpochMs(0),
    )
    facts = CallbackFacts(
        owed=owed,
        account=desk.demo,
        message=None,
        inbound=None,
        values={},
        span_name="",
        own_number="",
        zone=desk.service.zone(desk.demo),
        unknown_as="failed",
        sign=lambda octets: octets,
    )
    assert dialect.render(facts, dialect.settings()) is None


# --- every shape of a body ------------------------------------------------------------------------


def _pairs(fields: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{name}[]", str(item)) if isinstance(value, list) else (name, str(item))
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    ]


def _post(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: gateway.example", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "Connection: close"]).encode() + b"\r\n\r\n" + body


def _query(path: str, fields: dict[str, Any]) -> bytes:
    return _post(f"{path}?{urlencode(_pairs(fields))}", b"")


def _form(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, urlencode(_pairs(fields)).encode(), "Content-Type: application/x-www-form-urlencoded")


def _form_without_type(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, urlencode(_pairs(fields)).encode())


def _sloppy_form(path: str, fields: dict[str, Any]) -> bytes:
    """Raw plus signs, blanks and semicolons, as hand-written clients send them."""
    body = "&".join(f"{name}={quote(value, safe='+ ;')}" for name, value in _pairs(fields))
    return _post(path, body.encode(), "Content-Type: application/x-www-form-urlencoded")


def _multipart(path: str, fields: dict[str, Any]) -> bytes:
    parts = "".join(
        f'--b0\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in _pairs(fields)
    )
    file = '--b0\r\nContent-Disposition: form-data; name="username"; filename="a"\r\n\r\nnobody\r\n'
    return _post(path, (parts + file + "--b0--\r\n").encode(), "Content-Type: multipart/form-data; boundary=b0")


def _json(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, json.dumps(fields).encode(), "Content-Type: application/json")


def _json_as_form_type(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, json.dumps(fields).encode(), "Content-Type: application/x-www-form-urlencoded")


def _json_with_bom_and_blanks(path: str, fields: dict[str, Any]) -> bytes:
    body = b"\xef\xbb\xbf \r\n" + json.dumps(fields, ensure_ascii=False).encode()
    return _post(path, body, "Content-Type: text/plain")


def _json_in_latin_1(path: str, fields: dict[str, Any]) -> bytes:
    text = json.dumps({**fields, "x": "ü"}, ensure_ascii=False)
    body = "".join(one if ord(one) < 256 else f"\\u{ord(one):04x}" for one in text).encode("latin-1")
    return _post(path, body, "Content-Type: application/json; charset=ISO-8859-1")


def _json_with_strings_in_other_case(path: str, fields: dict[str, Any]) -> bytes:
    texts = {name.title(): [str(one) for one in value] if isinstance(value, list) else str(value)
             for name, value in fields.items()}  # fmt: skip
    return _post(path, json.dumps(texts).encode())


def _json_with_brackets(path: str, fields: dict[str, Any]) -> bytes:
    named = {f"{name}[]" if isinstance(value, list) else name: value for name, value in fields.items()}
    return _post(path, json.dumps(named).encode())


def _json_of_java(path: str, fields: dict[str, Any]) -> bytes:
    body = json.dumps(fields).encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Connection: Upgrade, HTTP2-Settings",
        f"Content-Length: {len(body)}",
        "Host: gateway.example",
        "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
        "Upgrade: h2c",
        "User-Agent: Java-http-client/17.0.9",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _chunked(path: str, fields: dict[str, Any]) -> bytes:
    body = json.dumps(fields).encode()
    cut = len(body) // 2
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(one), one) for one in (body[:cut], body[cut:], b""))
    lines = [f"POST {path} HTTP/1.1", "Host: g", "Transfer-Encoding: chunked", "Connection: close"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + chunks


def _gzip(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, gzip.compress(json.dumps(fields).encode()), "Content-Encoding: gzip")


def _deflate(path: str, fields: dict[str, Any]) -> bytes:
    return _post(path, zlib.compress(urlencode(_pairs(fields)).encode()), "Content-Encoding: deflate")


def _body_over_query(path: str, fields: dict[str, Any]) -> bytes:
    query = urlencode({name.upper(): "wrong" for name in fields})
    return _post(f"{path}?{query}", urlencode(_pairs(fields)).encode())


def _with_login(octets: bytes, exchange: Exchange) -> bytes:
    """Give a request with the Authorization header of the exchange, if it has one."""
    authorization = exchange.request.headers.get("Authorization")
    line, _, rest = octets.partition(b"\r\n")
    return octets if authorization is None else b"%s\r\nAuthorization: %s\r\n%s" % (line, authorization.encode(), rest)


ENCODINGS: dict[str, Callable[[str, dict[str, Any]], bytes]] = {
    name.strip("_"): encode
    for name, encode in list(globals().items())
    if callable(encode) and name.startswith("_") and name not in {"_pairs", "_post", "_json_of_java", "_with_login"}
}


@pytest.mark.parametrize("exchange", IN_ANY_ENCODING)
@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_call_works_in_every_encoding(
    exchange: Exchange, encoding: str, desk: Desk, server: RawTestServer
) -> None:
    exchange = await desk.prepare(exchange)
    path = exchange.request.first_line.split(" ")[1]
    octets = _with_login(ENCODINGS[encoding](path, json.loads(exchange.request.body)), exchange)
    assert_same(exchange.answer, await send_octets(server.port or 0, octets))


@pytest.mark.parametrize("exchange", IN_ANY_ENCODING)
async def test_upgrade_to_http2_of_a_java_client_is_ignored(
    exchange: Exchange, desk: Desk, server: RawTestServer
) -> None:
    exchange = await desk.prepare(exchange)
    path = exchange.request.first_line.split(" ")[1]
    octets = _with_login(_json_of_java(path, json.loads(exchange.request.body)), exchange)
    assert_same(exchange.answer, await send_octets(server.port or 0, octets))
    # The connection stays in use: Java asks for the upgrade only once.
    again = _with_login(_json(path, json.loads(exchange.request.body)), exchange)
    assert_same(exchange.answer, await send_octets(server.port or 0, octets, again))


@pytest.mark.parametrize("exchange", IN_ANY_ENCODING)
async def test_types_hold_for_the_highest_ids(exchange: Exchange, desk: Desk, server: RawTestServer) -> None:
    exchange = await desk.prepare(exchange)
    await desk.count_ids_from(2**31 - 8)
    assert_same(exchange.answer, await send(server.port or 0, exchange.request))


# --- secrets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("exchange", ALL)
async def test_no_answer_and_no_log_line_holds_a_secret(exchange: Exchange, desk: Desk, server: RawTestServer) -> None:
    secret = "5ecret-Wort-91"
    exchange = await desk.prepare(exchange)
    desk.change_demo(password_hash=cheap_hash(secret))
    request = replace(
        exchange.request,
        body=exchange.request.body.replace(f'"{PASSWORD}"', f'"{secret}"').replace(f"={PASSWORD}", f"={secret}"),
        first_line=exchange.request.first_line.replace(f"={PASSWORD}", f"={secret}"),
    )
    authorization = request.headers.get("Authorization", "no header").split(" ")[-1]
    with capture_logs() as logs:
        answer = await send(server.port or 0, request)
    for word in (secret, authorization, authorization.partition("|")[2] or authorization):
        assert word not in answer.body
        assert word not in repr(logs)
