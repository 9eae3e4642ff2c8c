"""Chance requests against every dialect: no internal error, no hang, nothing stored by what was refused."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from gateway.api.dialect import Dialect
from gateway.api.dialects import shelf
from tests.gateway.api.conftest import serve
from tests.gateway.api.desk import Desk
from tests.gateway.api.exchange import Exchange, filled, load_exchanges

EXAMPLES = 120
TIMEOUT_S = 20.0
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=koi8-r",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "text/plain; charset=nonsense",
    "",
)
SCALARS: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30)
    | st.sampled_from(["+491711234567", "1,2,3", "2030-01-01 10:00", " ", "\x00", "\ud800", "%", "all", "1" * 500])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


class Box:
    """Desk and server in a loop and thread of their own, so that examples may block."""

    def __init__(self, path: Path) -> None:
        self.desk = Desk(path)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._run(self._open())

    def stop(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def credentials(self, dialect: str) -> dict[str, str]:
        return self._run(self.desk.credentials(dialect))  # type: ignore[no-any-return]

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _open(self) -> None:
        await self.desk.open()
        self._server = serve(self.desk)
        await self._server.start_server()
        self.port = self._server.port or 0

    async def _close(self) -> None:
        await self._server.close()
        await self.desk.store.close()

    def talk(self, octets: bytes, *, breaks_off: bool) -> bytes:
        """Send octets and give all that comes back; fails when the server stays silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S) as line:
            line.sendall(octets)
            if breaks_off:
                line.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := line.recv(65_536):
                answer += piece
            return answer


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    box = Box(tmp_path_factory.mktemp("fuzz") / "gateway.db")
    box.start()
    yield box
    box.stop()


@st.composite
def requests(draw: st.DrawFn, exchanges: list[Exchange], credentials: dict[str, str]) -> tuple[bytes, bool]:
    """A recorded request with something changed, and whether it breaks off before its body ends."""
    request = filled(draw(st.sampled_from(exchanges)).request, credentials)
    method, address, _ = request.first_line.split(" ")
    method = draw(st.just(method) | st.sampled_from(["GET", "POST", "PUT", "DELETE"]))
    address += draw(st.just("") | st.sampled_from(["/", "?a=%ff", "?a[]=1&a=2", "/x", "?b=c d", "?\xe9=\xff", "#x"]))
    body = draw(_bodies(request.body))
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    content_type = draw(st.sampled_from(CONTENT_TYPES))
    if content_type:
        headers["Content-Type"] = content_type
    if draw(st.integers(0, 19)) == 0:
        headers["Content-Encoding"] = draw(st.sampled_from(["gzip", "deflate", "br", "x"]))
    if draw(st.integers(0, 19)) == 0:
        headers["Authorization"] = draw(st.sampled_from(["Basic x", "Bearer", "Bearer \xff", "Basic Og==", "x" * 3000]))
    breaks_off = draw(st.integers(0, 9)) == 0
    headers = {**headers, "Host": "g", "Connection": "close", "Content-Length": str(len(body) + breaks_off)}
    lines = [f"{method} {address} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body, breaks_off


@st.composite
def _bodies(draw: st.DrawFn, recorded: str) -> bytes:
    kind = draw(st.sampled_from(["recorded", "fields", "octets", "cut"]))
    octets = recorded.encode("utf-8", "surrogatepass")
    if kind == "octets":
        return draw(st.binary(max_size=60))
    if kind == "cut" and octets:
        at = draw(st.integers(0, len(octets) - 1))
        return octets[:at] + draw(st.binary(max_size=3)) + octets[at + 1 :]
    try:
        fields = json.loads(recorded)
    except ValueError:
        return octets
    if kind == "recorded" or not isinstance(fields, dict) or not fields:
        return octets
    for name in draw(st.lists(st.sampled_from(sorted(fields)), min_size=1, max_size=2)):
        fields[name] = draw(VALUES)
    return json.dumps(fields).encode()


@pytest.mark.parametrize("dialect", [pytest.param(one, id=name) for name, one in shelf().items()])
def test_whatever_comes_is_answered_and_what_is_refused_leaves_nothing(dialect: Dialect[Any], box: Box) -> None:
    exchanges = load_exchanges(dialect.name)
    credentials = box.credentials(dialect.name)

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(requests(exchanges, credentials))
    def run(example: tuple[bytes, bool]) -> None:
        octets, breaks_off = example
        before = box.desk.stored()
        with capture_logs() as logs:
            answer = box.talk(octets, breaks_off=breaks_off)
        assert [line for line in logs if line["event"] == "request failed"] == []
        if breaks_off:
            assert box.desk.stored() == before
            return
        assert answer.startswith(b"HTTP/1."), answer[:200]
        status = int(answer.split(b" ", 2)[1])
        assert status < 500, answer[:500]
        # One that broke off may be on record only now: the line of this request is the one with its id.
        own = [line for line in logs if line["event"] == "request" and line["request_id"].encode() in answer]
        if status >= 400 or any(line["refusal"] for line in own):
            assert box.desk.stored() == before

    run()
