"""A Unix socket that leads to a modem's port, for programs that take no terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

CHUNK_OCTETS: Final = 65536


@contextlib.asynccontextmanager
async def bridge(socket: Path, port: Path) -> AsyncIterator[None]:
    """Serve a socket: each connection opens the port anew and carries octets both ways."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with _opened(port, writer) as terminal, contextlib.suppress(ConnectionError):
            while octets := await reader.read(CHUNK_OCTETS):
                os.write(terminal, octets)
        writer.close()

    server = await asyncio.start_unix_server(serve, socket)
    try:
        yield
    finally:
        server.close()


@contextlib.contextmanager
def _opened(port: Path, writer: asyncio.StreamWriter) -> Iterator[int]:
    """Hold the port open and pass on what it says; gives its descriptor."""
    loop = asyncio.get_running_loop()
    terminal = os.open(port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    loop.add_reader(terminal, lambda: writer.write(os.read(terminal, CHUNK_OCTETS)))
    try:
        yield terminal
    finally:
        loop.remove_reader(terminal)
        os.close(terminal)
