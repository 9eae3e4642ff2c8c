"""Ports without a descriptor, by the URL handlers that pyserial brings."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import socket
import threading
import tty

import pytest
import serial
import serial.rfc2217

from modem.driver.port import open_port
from modem.errors import PortLostError
from tests.modem.driver.test_port import Ear


async def test_octets_travel_through_a_handler_without_descriptor() -> None:
    ear = Ear()
    port = await open_port("loop://", baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    port.write(b"AT\r")
    await ear.until(b"AT\r")
    await port.close()
    with pytest.raises(PortLostError, match="closed by us"):
        port.write(b"AT\r")
    assert ear.losses == []


@pytest.mark.filterwarnings("ignore:set(Daemon|Name):DeprecationWarning")
async def test_modem_behind_rfc_2217_answers_and_is_lost_with_its_server() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    server = socket.create_server(("127.0.0.1", 0))
    serving = threading.Thread(target=serve_rfc2217, args=(server, os.ttyname(slave)), daemon=True)
    serving.start()
    ear = Ear()
    port = await open_port(
        f"rfc2217://127.0.0.1:{server.getsockname()[1]}", baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost
    )
    port.write(b"AT\r")
    loop = asyncio.get_running_loop()
    assert await loop.run_in_executor(None, os.read, master, 100) == b"AT\r"
    os.write(master, b"\r\nOK\r\n")
    await ear.until(b"OK")
    os.write(master, b"QUIT")
    await ear.until_lost()
    await port.close()
    await loop.run_in_executor(None, serving.join)
    server.close()
    os.close(slave)
    os.close(master)


class PtyDevice(serial.Serial):
    """A PTY has no modem lines, and pyserial's server asks for them."""

    cts = dsr = ri = cd = dtr = rts = True


def serve_rfc2217(server: socket.socket, path: str) -> None:
    """Serve one connection with pyserial's own end of RFC 2217 until the device says QUIT."""
    connection, _ = server.accept()
    device = PtyDevice(path, timeout=0.05)

    class Connection:
        def write(self, data: bytes) -> None:
            connection.sendall(data)

    manager = serial.rfc2217.PortManager(device, Connection())  # type: ignore[arg-type]  # stubs name the wrong class
    connection.settimeout(0.02)
    said = b""
    while not said.endswith(b"QUIT"):  # in pieces: a read that waited gives the first octet alone
        with contextlib.suppress(TimeoutError):
            device.write(b"".join(manager.filter(connection.recv(1024))))
        data = device.read(max(1, device.in_waiting))
        said += data
        if data:
            connection.sendall(b"".join(manager.escape(data)))
    connection.close()
    device.close()
