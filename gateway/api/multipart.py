"""Multipart form bodies, RFC 7578."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aiohttp.multipart import parse_content_disposition

from gateway.api.refusals import MalformedError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Part(NamedTuple):
    """A field of the form: its octets as sent and its own Content-Type header, "" without one."""

    name: str
    value: bytes
    content_type: str


def split_multipart(body: bytes, boundary: str) -> Iterator[Part]:
    """Give the fields in order; files and parts without a name are left out.

    Raises MalformedError for a body without any boundary, and for one that ends within a part: its value may be cut.
    """
    delimiter = b"\r\n--" + boundary.encode("utf-8", "surrogateescape")
    chunks = (b"\r\n" + body).split(delimiter)[1:]
    if not chunks and body.strip():
        raise MalformedError("no boundary in it")
    for number, chunk in enumerate(chunks, 1):
        if chunk.startswith(b"--"):
            return
        if number == len(chunks) and chunk.strip():
            raise MalformedError("ends within a part")
        # The delimiter may be followed by blanks up to the end of its line (RFC 2046 5.1.1).
        head, _, value = chunk.partition(b"\r\n\r\n")
        headers = _headers(head)
        _, disposition = parse_content_disposition(headers.get("content-disposition"))
        if "name" in disposition and not disposition.keys() & {"filename", "filename*"}:
            yield Part(disposition["name"], value, headers.get("content-type", ""))


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").split("\r\n")
    fields = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in fields}
