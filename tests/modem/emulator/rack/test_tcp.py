"""A TCP port behaves as a terminal server's does."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest
import serial

from modem.emulator.rack.tcp import TcpPort

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Line:
    """A port that keeps what it hears."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.port = TcpPort(host, port, self.heard.put_nowait)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self.port.address.removeprefix("socket://").rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))

    async def until_host(self, *, is_there: bool) -> None:
        async with asyncio.timeout(10):
            while self.port.has_host != is_there:
                await asyncio.sleep(0)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    line = Line()
    line.port.open()
    yield line
    line.port.close()


async def test_octets_go_both_ways_unchanged(line: Line) -> None:
    octets = bytes(range(256))
    reader, writer = await line.connect()
    writer.write(octets)
    assert await asyncio.wait_for(line.heard.get(), 10) == octets
    line.port.write(octets)
    assert await asyncio.wait_for(reader.readexactly(256), 10) == octets
    writer.close()


async def test_the_address_is_what_pyserial_opens(line: Line) -> None:
    def ask() -> bytes:
        with serial.serial_for_url(line.port.address, timeout=10) as host:
            host.write(b"AT\r")
            return bytes(host.read(2))

    asking = asyncio.create_task(asyncio.to_thread(ask))
    assert await asyncio.wait_for(line.heard.get(), 10) == b"AT\r"
    line.port.write(b"OK")
    assert await asking == b"OK"


async def test_a_second_host_is_turned_away_and_the_first_goes_on(line: Line) -> None:
    reader, writer = await line.connect()
    await line.until_host(is_there=True)
    second, second_writer = await line.connect()

    assert await asyncio.wait_for(second.read(), 10) == b""
    second_writer.close()
    line.port.write(b"RING")
    assert await asyncio.wait_for(reader.readexactly(4), 10) == b"RING"
    writer.close()


async def test_one_host_after_another_can_use_the_port(line: Line) -> None:
    for number in range(3):
        _, writer = await line.connect()
        writer.write(b"%d" % number)
        assert await asyncio.wait_for(line.heard.get(), 10) == b"%d" % number
        writer.close()
        await line.until_host(is_there=False)


async def test_what_is_said_while_nobody_is_connected_is_lost(line: Line) -> None:
    line.port.write(b"RING")
    reader, writer = await line.connect()
    await line.until_host(is_there=True)
    line.port.write(b"OK")
    assert await asyncio.wait_for(reader.readexactly(2), 10) == b"OK"
    writer.close()


async def test_a_closed_port_ends_the_connection_and_comes_back_at_the_same_address(line: Line) -> None:
    address = line.port.address
    reader, writer = await line.connect()
    await line.until_host(is_there=True)
    line.port.close()
    assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    assert (line.port.is_open, line.port.terminal) == (False, None)
    with pytest.raises(ConnectionRefusedError):
        await line.connect()

    assert line.port.open() == address
    _, writer = await line.connect()
    writer.close()


async def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        with pytest.raises(OSError, match=f"cannot listen on socket://127.0.0.1:{number}"):
            TcpPort("127.0.0.1", number, lambda _: None).open()


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
async def test_an_ipv6_address_has_brackets() -> None:
    line = Line("::1")
    try:
        line.port.open()
    except OSError:
        pytest.skip("this system has no IPv6 loopback")
    assert line.port.address.startswith("socket://[::1]:")
    _, writer = await line.connect()
    writer.close()
    line.port.close()
