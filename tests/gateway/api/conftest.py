from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import RawTestServer, TestClient
from aiohttp.web import ServerRunner

from gateway.api.listener import HttpServer
from gateway.api.server import Server
from tests.gateway.api.desk import Desk


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path / "gateway.db")
    await desk.open()
    yield desk
    await desk.store.close()


class ListenerTestServer(RawTestServer):
    """aiohttp's server for tests, with the listener that the gateway has."""

    async def _make_runner(self, *_: object, **__: object) -> ServerRunner:
        return ServerRunner(HttpServer(self._handler))


def serve(desk: Desk) -> RawTestServer:
    """A server for the settings that the desk has now."""
    return ListenerTestServer(Server(desk.service).respond, host="127.0.0.1")


def client_of(desk: Desk) -> TestClient[Any, Any]:
    """A client of a server for the settings that the desk has now."""
    return TestClient(serve(desk))


@pytest.fixture
async def server(desk: Desk) -> AsyncIterator[RawTestServer]:
    """The HTTP side of `desk` on a port of its own."""
    server = serve(desk)
    await server.start_server()
    yield server
    await server.close()


@pytest.fixture
async def client(server: RawTestServer) -> AsyncIterator[TestClient[Any, Any]]:
    client: TestClient[Any, Any] = TestClient(server)
    async with client:
        yield client
