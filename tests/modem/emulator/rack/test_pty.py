"""A port on a pseudo-terminal behaves as the serial port of a USB modem does."""

from __future__ import annotations

import asyncio
import errno
import os
import termios
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.pty import PtyPort
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Echo:
    """A port that keeps what it hears."""

    def __init__(self, link: Path) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.port = PtyPort(link, self.heard.put_nowait)


@pytest.fixture
async def echo(tmp_path: Path) -> AsyncIterator[Echo]:
    echo = Echo(tmp_path / "modem0")
    echo.port.open()
    yield echo
    echo.port.close()


async def test_octets_go_both_ways_unchanged(echo: Echo) -> None:
    octets = bytes(range(256))
    with Host(echo.port.link) as host:
        host.write(octets)
        assert await asyncio.wait_for(echo.heard.get(), 10) == octets
        echo.port.write(octets)
        assert await host.hear(octets) == octets


async def test_one_host_after_another_can_use_the_port(echo: Echo) -> None:
    for number in range(3):
        with Host(echo.port.link) as host:
            host.write(b"%d" % number)
            assert await asyncio.wait_for(echo.heard.get(), 10) == b"%d" % number


async def test_what_is_said_while_no_host_is_there_waits_for_the_next(echo: Echo) -> None:
    echo.port.write(b"RING")
    with Host(echo.port.link) as host:
        assert await host.hear(b"RING") == b"RING"


async def test_what_was_said_survives_the_end_of_a_host(echo: Echo) -> None:
    with Host(echo.port.link):
        pass
    echo.port.write(b"+CMGS: 7")
    echo.port.release()
    with Host(echo.port.link) as host:
        assert await host.hear(b"+CMGS: 7") == b"+CMGS: 7"


async def test_closing_takes_the_port_from_the_host_and_removes_the_link(echo: Echo) -> None:
    with Host(echo.port.link) as host:
        echo.port.close()
        await asyncio.wait_for(host.is_lost.wait(), 10)

    assert not echo.port.link.is_symlink()
    assert not echo.port.is_open
    echo.port.write(b"into the void")
    echo.port.close()


async def test_a_port_comes_back_as_another_terminal_behind_the_same_link(echo: Echo) -> None:
    terminals = [str(echo.port.link.readlink())]
    for _ in range(3):
        echo.port.close()
        echo.port.open()
        terminals.append(str(echo.port.link.readlink()))
        with Host(echo.port.link) as host:
            echo.port.write(b"RING")
            await host.hear(b"RING")

    assert all(before != after for before, after in pairwise(terminals))


async def test_a_link_that_was_left_behind_is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.symlink_to("/dev/pts/nowhere")
    port = PtyPort(link, lambda _: None)
    terminal = port.open()

    assert str(link.readlink()) == terminal
    port.close()


async def test_a_file_of_somebody_is_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "modem0"
    link.write_text("mine")

    with pytest.raises(FileExistsError):
        PtyPort(link, lambda _: None).open()
    assert link.read_text() == "mine"


async def test_a_link_that_points_elsewhere_by_now_is_left_alone(echo: Echo) -> None:
    echo.port.link.unlink()
    echo.port.link.symlink_to("/dev/null")
    echo.port.close()

    assert str(echo.port.link.readlink()) == "/dev/null"


async def test_a_host_that_is_slow_to_read_gets_everything_in_order(echo: Echo) -> None:
    # More than the kernel's buffer of 4 KiB takes at once.
    octets = b"".join(b"%06d " % number for number in range(5000))
    for start in range(0, len(octets), 700):
        echo.port.write(octets[start : start + 700])
    with Host(echo.port.link) as host:
        assert await host.hear(octets[-7:]) == octets


async def test_what_was_said_is_unread_until_a_host_takes_it(echo: Echo) -> None:
    assert echo.port.is_read
    echo.port.write(b"RING")
    async with asyncio.timeout(10):
        while echo.port.is_read:  # the kernel passes it on in its own time
            await asyncio.sleep(0)
    with Host(echo.port.link) as host:
        await host.hear(b"RING")
        assert echo.port.is_read


async def test_a_released_port_has_neither_lock_nor_echo(echo: Echo) -> None:
    with Host(echo.port.link) as host:
        attributes = termios.tcgetattr(host.fd)
        attributes[3] |= termios.ECHO | termios.ICANON
        termios.tcsetattr(host.fd, termios.TCSANOW, attributes)
        echo.port.release()

        assert not termios.tcgetattr(host.fd)[3] & (termios.ECHO | termios.ICANON)


async def test_a_system_without_more_terminals_is_named_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted() -> tuple[int, int]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # What Linux says when kernel.pty.max terminals are open, seen with 4500 modems.
    monkeypatch.setattr(os, "openpty", exhausted)
    with pytest.raises(OSError, match="no more pseudo-terminals"):
        PtyPort(tmp_path / "modem0", lambda _: None).open()
    assert list(tmp_path.iterdir()) == []
