"""Recorded HTTP exchanges as text: parsed, sent octet by octet, compared.

A file holds exchanges, each under a line `### what it shows`. Lines `# given: <state>` name how the box
stands (tests.gateway.api.desk), `# stores nothing` has the store compared before and after, `# in any encoding`
has the conformance suite send the fields in every shape a body can have. Then come the
request and the answer as on the wire, with LF for CRLF (in a body where it is multipart) and without Content-Length.
In an answer `<id>`, `<smsid>`, `<time>`, `<token>`, `<jwt>` and `<any>` stand for what changes from run to run; headers
that are not listed are free. In a request `<session>`, `<api token>`, `<permanent token>` and `<basic>` stand for
credentials of the account demo (tests.gateway.api.desk.Desk.credentials).
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "exchanges"
HOLES = {
    "<id>": r"[1-9][0-9]{0,9}",
    "<smsid>": r"[0-9]{4}[0-9a-f]{23}",
    "<time>": r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}",
    "<token>": r"[0-9a-f]{32}",
    "<jwt>": r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+",
    "<any>": r".*",
}


@dataclass(frozen=True, kw_only=True)
class HttpText:
    """A request or an answer: its first line, its headers as written, its body."""

    first_line: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, kw_only=True)
class Exchange:
    dialect: str
    name: str
    given: tuple[str, ...]
    stores_nothing: bool
    in_any_encoding: bool
    request: HttpText
    answer: HttpText


def load_exchanges(dialect: str) -> list[Exchange]:
    """Give the exchanges of every file of a dialect, named by file and title."""
    return [
        _exchange(dialect, file.stem, title, text)
        for file in sorted((FOLDER / dialect).glob("*.http"))
        for title, text in re.findall(
            r"^### (.+)\n((?:(?!^### ).*(?:\n|\Z))*)", file.read_text(encoding="utf-8"), re.MULTILINE
        )
    ]


def _exchange(dialect: str, file: str, title: str, text: str) -> Exchange:
    notes = re.findall(r"^# (.+)$", text, re.MULTILINE)
    start = re.search(r"^[A-Z]+ /", text, re.MULTILINE)
    middle = re.search(r"^HTTP/1", text, re.MULTILINE)
    assert start is not None, f"{file}: {title}"
    assert middle is not None, f"{file}: {title}"
    return Exchange(
        dialect=dialect,
        name=f"{file}: {title}",
        given=tuple(note.removeprefix("given: ") for note in notes if note.startswith("given: ")),
        stores_nothing="stores nothing" in notes,
        in_any_encoding="in any encoding" in notes,
        request=_parse(text[start.start() : middle.start()]),
        answer=_parse(text[middle.start() :]),
    )


def _parse(text: str) -> HttpText:
    head, _, body = text.strip("\n").partition("\n\n")
    first_line, *lines = head.split("\n")
    headers = dict(line.split(": ", 1) for line in lines)
    if headers.get("Content-Type", "").startswith("multipart/"):
        body = body.replace("\n", "\r\n")  # its lines end as those of the head do
    return HttpText(first_line=first_line, headers=headers, body=body)


def filled(request: HttpText, credentials: dict[str, str]) -> HttpText:
    """Give a request with credentials for its holes."""

    def fill(text: str) -> str:
        for hole, value in credentials.items():
            text = text.replace(hole, value)
        return text

    return HttpText(
        first_line=fill(request.first_line),
        headers={name: fill(value) for name, value in request.headers.items()},
        body=fill(request.body),
    )


async def send(port: int, request: HttpText) -> HttpText:
    """Send a request over a connection of its own and give the answer."""
    body = request.body.encode()
    if request.headers.get("Content-Type", "").startswith("multipart/"):
        body += b"\r\n"
    headers = {"Host": "gateway.example", **request.headers, "Content-Length": str(len(body)), "Connection": "close"}
    lines = [request.first_line, *(f"{name}: {value}" for name, value in headers.items())]
    return await send_octets(port, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)


async def send_octets(port: int, *requests: bytes) -> HttpText:
    """Send requests over one connection, each after the answer to the one before; gives the last answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(10):
            for octets in requests:
                writer.write(octets)
                await writer.drain()
                answer = await read_answer(reader)
    finally:
        writer.close()
    return answer


async def read_answer(reader: asyncio.StreamReader) -> HttpText:
    """Give one answer, read as far as its Content-Length says."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
    first_line, *lines = head.rstrip("\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    body = await reader.readexactly(int(headers["Content-Length"]))
    return HttpText(first_line=first_line, headers=headers, body=body.decode("utf-8"))


def assert_same(expected: HttpText, found: HttpText) -> None:
    """Fail unless `found` is `expected` with its holes filled."""
    assert found.first_line == expected.first_line
    for name, value in expected.headers.items():
        assert _fits(value, found.headers.get(name, "")), f"{name}: {found.headers.get(name)!r} is not {value!r}"
    assert _fits(expected.body, found.body), f"\nexpected {expected.body}\nfound    {found.body}"


def _fits(expected: str, found: str) -> bool:
    pattern = re.escape(expected)
    for hole, shape in HOLES.items():
        pattern = pattern.replace(re.escape(hole), shape)
    return re.fullmatch(pattern, found, re.DOTALL) is not None
