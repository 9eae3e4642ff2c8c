"""A terminal is freed when its last host is gone; without that, a lock by TIOCEXCL would outlive the host."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.port_watch import PortWatch
from modem.emulator.rack.pty import PtyPort

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is a feature of Linux")

NOBODY = 65534
# Root walks through TIOCEXCL: the second opening is made as somebody else when we are root.
OPEN_AS_SOMEBODY = f"""
import os, sys
if os.geteuid() == 0:
    os.setuid({NOBODY})
os.close(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY))
"""


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[PtyPort]:
    port = PtyPort(tmp_path / "modem0", lambda _: None)
    port.open()
    yield port
    port.close()


@pytest.fixture
async def watch() -> AsyncIterator[PortWatch]:
    watch = PortWatch()
    yield watch
    watch.close()


def open_port(port: PtyPort) -> int:
    assert port.terminal is not None
    return os.open(port.terminal, os.O_RDWR | os.O_NOCTTY)


async def can_be_opened(port: PtyPort) -> bool:
    assert port.terminal is not None
    Path(port.terminal).chmod(0o666)
    command = [sys.executable, "-c", OPEN_AS_SOMEBODY, port.terminal]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, check=False)
    return done.returncode == 0


async def test_a_lock_ends_with_the_host_that_took_it(port: PtyPort, watch: PortWatch) -> None:
    freed = asyncio.Event()

    def free() -> None:
        port.release()
        freed.set()

    assert port.terminal is not None
    watch.add(port.terminal, free)
    host = open_port(port)
    fcntl.ioctl(host, termios.TIOCEXCL)

    assert not await can_be_opened(port)
    os.close(host)
    await asyncio.wait_for(freed.wait(), 10)
    assert await can_be_opened(port)


async def test_a_port_is_free_when_the_last_of_several_openings_is_closed(port: PtyPort, watch: PortWatch) -> None:
    calls: list[int] = []
    freed = asyncio.Event()

    def free() -> None:
        calls.append(1)
        freed.set()

    assert port.terminal is not None
    watch.add(port.terminal, free)
    first, second = open_port(port), open_port(port)
    os.close(first)
    os.close(second)
    await asyncio.wait_for(freed.wait(), 10)

    assert calls == [1]


async def test_a_terminal_that_vanishes_ends_its_watch(port: PtyPort, watch: PortWatch) -> None:
    assert port.terminal is not None
    watch.add(port.terminal, lambda: None)
    port.close()
    async with asyncio.timeout(10):
        while watch._on_free:
            await asyncio.sleep(0)


async def test_a_terminal_is_used_while_a_host_has_it_open(port: PtyPort, watch: PortWatch) -> None:
    freed = asyncio.Event()
    assert port.terminal is not None
    watch.add(port.terminal, freed.set)
    before = watch.is_used(port.terminal)
    host = open_port(port)
    async with asyncio.timeout(10):
        while not watch.is_used(port.terminal):
            await asyncio.sleep(0)
    os.close(host)
    await asyncio.wait_for(freed.wait(), 10)

    assert not before
    assert not watch.is_used(port.terminal)


async def test_openings_that_the_kernel_told_as_one_do_not_hide_a_later_host(port: PtyPort, watch: PortWatch) -> None:
    freed: asyncio.Queue[None] = asyncio.Queue()
    assert port.terminal is not None
    watch.add(port.terminal, lambda: freed.put_nowait(None))
    first, second = open_port(port), open_port(port)
    os.close(first)
    await asyncio.wait_for(freed.get(), 10)
    os.close(second)
    await asyncio.wait_for(freed.get(), 10)
    os.close(open_port(port))

    await asyncio.wait_for(freed.get(), 10)
