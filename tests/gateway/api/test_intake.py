"""The lenient intake, through a real request each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.api.intake import FIELDS_LIMIT, ContentType, parse_content_type, read_params
from gateway.api.params import Params
from gateway.api.refusals import MalformedError
from gateway.errors import InvalidFieldError

FORM = "application/x-www-form-urlencoded"
Intake = Callable[..., Awaitable[Params]]


@pytest.fixture
async def intake() -> AsyncIterator[Intake]:
    """Post something and give what the intake makes of it."""
    results: list[Params | Exception] = []

    async def handle(request: web.Request) -> web.Response:
        try:
            results.append(await read_params(request, 100_000))
        except InvalidFieldError as error:
            results.append(error)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", handle)
    async with TestClient(TestServer(app), skip_auto_headers=("Content-Type",)) as client:

        async def post(body: bytes | str, content_type: str | None = None, query: str = "") -> Params:
            headers = {} if content_type is None else {"Content-Type": content_type}
            octets = body if isinstance(body, bytes) else body.encode()
            await client.post("/" + query, data=octets, headers=headers)
            result = results.pop()
            if isinstance(result, Exception):
                raise result
            return result

        yield post


@pytest.mark.parametrize(
    ("header", "parsed"),
    [
        ("", ContentType("", "", "")),
        ("application/json", ContentType("application/json", "", "")),
        ("Application/JSON; Charset=UTF8", ContentType("application/json", "utf-8", "")),
        ('text/plain; charset="iso-8859-9"', ContentType("text/plain", "iso8859-9", "")),
        ("text/plain; charset=nonsense", ContentType("text/plain", "", "")),
        ("text/plain; charset=unicode_escape", ContentType("text/plain", "", "")),
        ("text/plain; charset=punycode", ContentType("text/plain", "", "")),
        ("text/plain; charset=hex", ContentType("text/plain", "", "")),
        ('multipart/form-data; boundary="a b"', ContentType("multipart/form-data", "", "a b")),
    ],
)
def test_content_type(header: str, parsed: ContentType) -> None:
    assert parse_content_type(header) == parsed


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"a":"ü"}', "application/json"),
        ('{"a":"ü"}', None),
        ('{"a":"ü"}', FORM),
        ('{"a":"ü"}', "multipart/form-data"),
        ('\ufeff\n {"a":"\\u00fc"}', "text/plain"),
        ('{"a":"x","a":"ü"}', "nonsense"),
        ('{"a":"ü"}'.encode("utf-16"), "application/json; charset=utf-16"),
        ('{"a":"ü"}'.encode("cp1254"), "application/json; charset=windows-1254"),
        ("a=ü", None),
        ("a=%C3%BC&", FORM),
        ("&a=%c3%bc", "text/plain"),
        ("a=%FC", f"{FORM}; charset=latin1"),
        ("b=1&a=x&a=%C3%BC", FORM),
        ("a=%C3%BC\r\n", FORM),
    ],
)
async def test_body_is_recognised_by_its_content(body: str | bytes, content_type: str | None, intake: Intake) -> None:
    assert (await intake(body, content_type)).read_text("a") == "ü"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ('{"a":', None, "not valid JSON"),
        ("{'a':1}", None, "not valid JSON"),
        ('{"a":NaN}', None, "not valid JSON"),
        ('{"a":-Infinity}', None, "not valid JSON"),
        ('{"a":1} {"a":2}', None, "not valid JSON"),
        ('{"a":"line\nbreak"}', None, "not valid JSON"),
        ('{"a":%s}' % ("9" * 5000), None, "not valid JSON"),
        ("a=1", "application/json", "not valid JSON"),
        ("a=1", "application/vnd.x+json", "not valid JSON"),
        ("[1]", None, "not an object"),
        ('"a"', "application/json", "not an object"),
        ("null", "application/json", "not an object"),
        (b'{"a":"\xff"}', None, "not UTF-8"),
        ('{"a":' + "[" * 32 + "]" * 32 + "}", None, "nested too deeply"),
        ("[" * 90_000, None, "nested too deeply"),
        ("a" + "[x]" * 33 + "=1", FORM, "nested too deeply"),
        ("&".join(f"a{number}=1" for number in range(FIELDS_LIMIT + 1)), FORM, "more than 5000 fields"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_malformed_body(body: str | bytes, content_type: str | None, reason: str, intake: Intake) -> None:
    with pytest.raises(MalformedError) as caught:
        await intake(body, content_type)
    assert caught.value.reason == reason


async def test_deepest_allowed_nesting(intake: Intake) -> None:
    params = await intake('{"b":' + "[" * 31 + "]" * 31 + ',"a":"[{[{[{"}')
    assert params.read_text("a") == "[{[{[{"


@pytest.mark.parametrize("body", ["", " ", "\r\n"])
@pytest.mark.parametrize("content_type", [None, FORM, "application/json"])
async def test_empty_body_leaves_the_query(body: str, content_type: str | None, intake: Intake) -> None:
    params = await intake(body, content_type, "?a=1&b=x%20y+z")
    assert (params.read_int("a"), params.read_string("b")) == (1, "x y z")


@pytest.mark.parametrize(("body", "content_type"), [('{"A":"body"}', None), ("A=body", FORM)])
async def test_body_wins_over_the_query(body: str, content_type: str | None, intake: Intake) -> None:
    params = await intake(body, content_type, "?a=query&b=query")
    assert (params.read_string("a"), params.read_string("b")) == ("body", "query")


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("a=1 + 2", "1   2"),
        ("a=50% off", "50% off"),
        ("a=%zz%4", "%zz%4"),
        ("a=x=y", "x=y"),
        ("a=", None),
        ("a", None),
        ("a=1;b=2", "1;b=2"),
    ],
)
async def test_broken_encoding_of_forms_is_taken_as_it_is(body: str, value: str | None, intake: Intake) -> None:
    assert (await intake(body, FORM)).read_text("a") == value


async def test_only_a_field_that_is_read_can_be_undecodable(intake: Intake) -> None:
    params = await intake(b"a=%FF&b=1&c=1&c=%FF", FORM)
    assert params.read_int("b") == 1
    for read in (params.read_text, params.read_int, params.read_list, params.read_phones):
        with pytest.raises(InvalidFieldError, match="a: not UTF-8"):
            read("a")
    with pytest.raises(InvalidFieldError, match="c: not UTF-8"):
        params.read_list("c")


def _multipart(*parts: tuple[str, bytes]) -> bytes:
    return b"".join(b"--b0\r\n" + head.encode() + b"\r\n\r\n" + value + b"\r\n" for head, value in parts) + b"--b0--"


async def test_multipart_form(intake: Intake) -> None:
    body = _multipart(
        ('Content-Disposition: form-data; name="a"', "two\r\nlines ü".encode()),
        ("content-disposition: form-data; name=n\r\nContent-Type: text/plain; charset=latin1", b"\xfc"),
        ('Content-Disposition: form-data; name="a"; filename="x.txt"', b"a file"),
        ('Content-Disposition: form-data; name="s[]"', b"1"),
        ('Content-Disposition: form-data; name="s[]"', b"2"),
        ("Content-Type: text/plain", b"nameless"),
    )
    params = await intake(body, "multipart/form-data; boundary=b0")
    assert params.read_text("a") == "two\r\nlines ü"
    assert params.read_text("n") == "ü"
    assert params.read_list("s") == ["1", "2"]


async def test_multipart_without_boundary_has_no_fields(intake: Intake) -> None:
    params = await intake(_multipart(('Content-Disposition: form-data; name="a"', b"1")), "multipart/form-data")
    assert params.read_text("a") is None


def test_params_need_no_request() -> None:
    fields: dict[str, Any] = {"a": 1}
    assert Params(fields).read_int("a") == 1
