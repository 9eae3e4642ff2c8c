"""From an HTTP request to its fields: body and query string, recognised by content, decoded leniently."""

from __future__ import annotations

import asyncio
import codecs
from email.message import Message
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from aiohttp import ClientPayloadError, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from gateway.api.encoding import decoded
from gateway.api.multipart import split_multipart
from gateway.api.names import build_fields
from gateway.api.params import Params, Undecodable, decode_json
from gateway.api.refusals import MalformedError, OversizeError

if TYPE_CHECKING:
    from collections.abc import Sized

    from aiohttp import StreamReader

FIELDS_LIMIT = 5000
BODY_TIMEOUT_S = 30.0
"""Longest wait for a body: a caller that goes silent must not keep its connection for ever."""
_BLANKS = b" \t\r\n"
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7"})
"""Codecs of Python that turn octets into text but are no charset of a document."""


class ContentType(NamedTuple):
    """A Content-Type header taken apart; charset and boundary are "" when it has none."""

    media_type: str
    charset: str
    boundary: str


@lru_cache(maxsize=256)
def parse_content_type(header: str) -> ContentType:
    """Take a Content-Type header apart; a charset that nobody knows counts as none."""
    message = Message()
    message["Content-Type"] = header
    return ContentType(
        message.get_content_type() if header else "",
        _known_charset(str(message.get_param("charset") or "")),
        str(message.get_param("boundary") or ""),
    )


def _known_charset(name: str) -> str:
    try:
        "".encode(name or "utf-8")  # refuses codecs between octets and octets
        known = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return "" if known in _NOT_CHARSETS else known


async def read_params(request: web.BaseRequest, limit_octets: int, array_as: str = "") -> Params:
    """Give the fields of a request; a JSON body that is an array is the field `array_as`, where one is named.

    Raises OversizeError for a body over `limit_octets`, compressed or not, and MalformedError for one
    that cannot be parsed. Text that does not decode is an error of its field, raised when it is read.
    """
    query = request.rel_url.raw_query_string
    query_pairs = _urlencoded(query.encode("utf-8", "surrogateescape"), "utf-8") if query else []
    body = await read_body(request, limit_octets)
    if not body or body.isspace():
        return Params(None, build_fields(query_pairs))
    content_type = parse_content_type(request.headers.get(hdrs.CONTENT_TYPE, ""))
    json_text = _json_text(body, content_type)
    if json_text is not None:
        value = decode_json(json_text)
        if array_as and isinstance(value, list):
            value = {array_as: value}
        if not isinstance(value, dict):
            raise MalformedError("not an object")
        return Params(value, build_fields(query_pairs) if query_pairs else None)
    form = build_fields(_form_pairs(body, content_type))
    return Params(None, {**_not_in(form, build_fields(query_pairs)), **form} if query_pairs else form)


async def read_body(request: web.BaseRequest, limit_octets: int) -> bytes:
    """Give the whole body, decompressed; OversizeError when it is over the limit, as announced or as received.

    A client that waits for `100 Continue` gets it once its body is wanted.
    """
    if not request.body_exists:
        return b""
    announced = request.content_length
    if announced is not None and announced > limit_octets:
        raise OversizeError
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    try:
        if request.content.is_eof():  # all of it is here, as nearly always
            body = request.content.read_nowait()
        else:
            async with asyncio.timeout(BODY_TIMEOUT_S):
                body = await _read_all(request.content, limit_octets)
    except TimeoutError as error:
        raise MalformedError("did not arrive in time") from error
    except ConnectionError as error:  # nobody is left to hear the answer; the log shall say why
        raise MalformedError("broke off") from error
    except (HttpProcessingError, ClientPayloadError, web.RequestPayloadError) as error:
        raise MalformedError("cannot be read as its Transfer-Encoding") from error
    if len(body) > limit_octets:
        raise OversizeError
    encoding = ",".join(request.headers.getall(hdrs.CONTENT_ENCODING, ()))
    return decoded(body, encoding, limit_octets) if encoding and body else body


async def _read_all(content: StreamReader, limit_octets: int) -> bytes:
    """Give the body, or somewhat more than the limit of it."""
    parts = bytearray()
    while not content.at_eof() and len(parts) <= limit_octets:
        parts += await content.readany()
    return bytes(parts)


def _json_text(body: bytes, content_type: ContentType) -> str | None:
    """Give the text of a body that is JSON by its first character or its type, else None."""
    charset = content_type.charset or "utf-8"
    if charset == "utf-8" and body.startswith(b"{"):
        return _decode_json_text(body, charset)
    is_declared = content_type.media_type == "application/json" or content_type.media_type.endswith("+json")
    looks_like = body.lstrip(_BLANKS).removeprefix(codecs.BOM_UTF8).lstrip(_BLANKS)[:1] in {b"{", b"["}
    if not looks_like and not is_declared and not charset.startswith(("utf-16", "utf-32")):
        return None
    text = _decode_json_text(body, charset).lstrip(" \t\r\n\ufeff")
    return text if is_declared or text.startswith(("{", "[")) else None


def _decode_json_text(body: bytes, charset: str) -> str:
    try:
        return body.decode(charset)
    except ValueError as error:
        raise MalformedError(f"not {charset.upper()}") from error


def _form_pairs(body: bytes, content_type: ContentType) -> list[tuple[str, Any]]:
    charset = content_type.charset or "utf-8"
    if content_type.media_type != "multipart/form-data" or not content_type.boundary:
        return _urlencoded(body.strip(b"\r\n"), charset)
    parts = list(islice(split_multipart(body, content_type.boundary), FIELDS_LIMIT + 1))
    _refuse_too_many(parts)
    return [(part.name, _decoded(part.value, _own_charset(part.content_type) or charset)) for part in parts]


def _own_charset(content_type: str) -> str:
    return parse_content_type(content_type).charset if content_type else ""


def _urlencoded(octets: bytes, charset: str) -> list[tuple[str, Any]]:
    """Give names and values; raw blanks stay, `%` without two hex digits stays a `%`."""
    pairs = [pair.partition(b"=") for pair in octets.split(b"&") if pair]
    _refuse_too_many(pairs)
    return [
        (
            (name if name.isalnum() else _unquoted(name)).decode(charset, "replace"),
            _decoded(value if value.isalnum() else _unquoted(value), charset),
        )
        for name, _, value in pairs
    ]


def _refuse_too_many(fields: Sized) -> None:
    if len(fields) > FIELDS_LIMIT:
        raise MalformedError(f"more than {FIELDS_LIMIT} fields")


def _unquoted(octets: bytes) -> bytes:
    octets = octets.replace(b"+", b" ")
    return unquote_to_bytes(octets) if b"%" in octets else octets


def _decoded(octets: bytes, charset: str) -> str | Undecodable:
    try:
        return octets.decode(charset)
    except ValueError:
        return Undecodable(charset.upper())


def _not_in(body: dict[str, Any], query: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of the query string that the body does not give, whatever their case."""
    given = {name.lower() for name in body}
    return {name: value for name, value in query.items() if name.lower() not in given}
