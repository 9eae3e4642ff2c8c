"""Ports: what travels, what is lost, who is shut out."""

from __future__ import annotations

import asyncio
import gc
import os
import pty
import re
import socket
import sys
import threading
import tty
import weakref
from typing import TYPE_CHECKING

import pytest

from modem.driver import port as port_module
from modem.driver.port import DescriptorPort, open_port
from modem.errors import PortBusyError, PortError, PortLostError
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Ear:
    """Hears a port."""

    def __init__(self) -> None:
        self.data = b""
        self.losses: list[PortLostError] = []
        self._news = asyncio.Event()

    def on_data(self, data: bytes) -> None:
        self.data += data
        self._news.set()

    def on_lost(self, error: PortLostError) -> None:
        self.losses.append(error)
        self._news.set()

    async def until(self, data: bytes) -> None:
        async with asyncio.timeout(5):
            while data not in self.data:
                self._news.clear()
                await self._news.wait()

    async def until_lost(self) -> str:
        async with asyncio.timeout(5):
            while not self.losses:
                self._news.clear()
                await self._news.wait()
        return self.losses[0].reason


@pytest.fixture
def ends() -> Iterator[tuple[int, int]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    for fd in (master, slave):
        try:
            os.close(fd)
        except OSError:
            continue


async def test_octets_travel_both_ways(ends: tuple[int, int]) -> None:
    master, slave = ends
    ear = Ear()
    port = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    os.write(master, b"\x00\r\nRING\r\n\xff")
    await ear.until(b"\x00\r\nRING\r\n\xff")
    port.write(b"AT\r")
    assert os.read(master, 100) == b"AT\r"
    await port.close()
    assert ear.losses == []


@pytest.mark.parametrize("keep_input", [True, False])
async def test_waiting_input_survives_only_when_asked_for(ends: tuple[int, int], keep_input: bool) -> None:
    master, slave = ends
    os.write(master, b"old")
    ear = Ear()
    port = await open_port(
        os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost, keep_input=keep_input
    )
    os.write(master, b"new")
    await ear.until(b"new")
    assert ear.data == (b"oldnew" if keep_input else b"new")
    await port.close()


async def test_vanished_device_is_told_once_and_named_by_later_writes(ends: tuple[int, int]) -> None:
    master, slave = ends
    ear = Ear()
    port = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    os.close(slave)
    os.close(master)
    reason = await ear.until_lost()
    for _ in range(2):
        with pytest.raises(PortLostError) as caught:
            port.write(b"AT\r")
        assert caught.value.reason == reason
    await port.close()
    assert len(ear.losses) == 1


async def test_second_open_is_refused_as_busy(ends: tuple[int, int]) -> None:
    _, slave = ends
    ear = Ear()
    port = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    with pytest.raises(PortBusyError):
        await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    await port.close()
    again = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    await again.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("/nowhere/ttyUSB0", "No such file"),
        ("/dev/null", "Inappropriate ioctl"),
        ("socket://127.0.0.1", "HOST:PORT"),
        ("socket://127.0.0.1:99999", "out of range"),
        ("nosuch://x", "nosuch"),
    ],
)
async def test_what_cannot_be_opened_says_why(url: str, reason: str) -> None:
    ear = Ear()
    with pytest.raises(PortError, match=reason):
        await open_port(url, baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)


async def test_symlink_is_followed_anew_at_each_open(tmp_path: Path) -> None:
    link = tmp_path / "modem"
    for _ in range(2):
        master, slave = pty.openpty()
        tty.setraw(slave)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        ear = Ear()
        port = await open_port(str(link), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
        os.write(master, b"hello")
        await ear.until(b"hello")
        await port.close()
        os.close(slave)
        os.close(master)


async def test_what_the_device_does_not_take_at_once_follows_later(ends: tuple[int, int]) -> None:
    master, slave = ends
    ear = Ear()
    port = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    sent = bytes(range(256)) * 200
    port.write(sent)
    os.set_blocking(master, False)
    received = b""
    async with asyncio.timeout(5):
        while len(received) < len(sent):
            try:
                received += os.read(master, 4096)
            except BlockingIOError:
                await asyncio.sleep(0)
    assert received == sent
    await port.close()


async def test_device_that_takes_nothing_any_more_is_lost(ends: tuple[int, int]) -> None:
    _, slave = ends
    ear = Ear()
    port = await open_port(os.ttyname(slave), baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    port.write(b"x" * 200_000)
    assert "takes no data" in await ear.until_lost()
    await port.close()


async def test_tcp_socket_is_a_port() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    ear = Ear()
    port = await open_port(
        f"socket://127.0.0.1:{server.getsockname()[1]}", baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost
    )
    peer, _ = server.accept()
    port.write(b"AT\r")
    assert peer.recv(10) == b"AT\r"
    peer.sendall(b"\r\nOK\r\n")
    await ear.until(b"OK")
    peer.close()
    assert "end of file" in await ear.until_lost()
    await port.close()
    server.close()


async def test_who_holds_a_port_without_any_lock_is_named(ends: tuple[int, int]) -> None:
    _, slave = ends
    name = os.ttyname(slave)
    program = "import sys; port = open(sys.argv[1], 'rb', buffering=0); print('open', flush=True); sys.stdin.read()"
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, name, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    await holder.stdout.readline()
    ear = Ear()
    with pytest.raises(PortBusyError) as caught:
        await open_port(name, baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    await holder.communicate(b"")
    assert re.fullmatch(rf"{name} is held by python\S* \(pid {holder.pid}\)", caught.value.reason)
    port = await open_port(name, baudrate=115200, on_data=ear.on_data, on_lost=ear.on_lost)
    await port.close()


class HangingSocket(socket.socket):
    """A device whose close hangs, as that of a USB port with undrained output does, and which counts the calls."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.release = release
        self.closes = 0

    def close(self) -> None:
        self.closes += 1
        self.release.wait()
        super().close()


async def test_a_device_whose_close_hangs_is_not_closed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    # The second close would hit whatever has the number of the descriptor by then: another modem's port.
    monkeypatch.setattr(port_module, "CLOSE_DEADLINE_S", 0.01)
    release = threading.Event()
    device = HangingSocket(release)
    port = DescriptorPort(device, url="hanging", on_data=lambda _: None, on_lost=lambda _: None)
    try:
        await port.close()
        await port.close()
        assert device.closes == 1
    finally:
        release.set()


async def test_a_close_that_fails_is_a_port_let_go(ends: tuple[int, int]) -> None:
    port = await open_port(os.ttyname(ends[1]), baudrate=115200, on_data=lambda _: None, on_lost=lambda _: None)
    assert isinstance(port, DescriptorPort)
    number, device = port._fd, weakref.ref(port._device)
    os.close(number)  # the kernel's EBADF stands for any error of close(2)
    await port.close()
    other = os.dup2(ends[1], number)  # another modem's port gets the number
    try:
        del port
        await until(lambda: gc.collect() >= 0 and device() is None)
        assert os.ttyname(other) == os.ttyname(ends[1])
    finally:
        os.close(other)
