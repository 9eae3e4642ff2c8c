"""One machine behind a terminal, a TCP port, or both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.door import Door
from modem.emulator.rack.port_watch import PortWatch
from tests.modem.emulator.host import Host
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ANY_PORT = ("127.0.0.1", 0)


@pytest.fixture
async def watch() -> AsyncIterator[PortWatch]:
    watch = PortWatch()
    yield watch
    watch.close()


@pytest.fixture
async def door(tmp_path: Path, watch: PortWatch) -> AsyncIterator[Door]:
    door = Door(tmp_path / "modem0", ANY_PORT, lambda _: None)
    door.open(watch)
    yield door
    door.close()


async def test_a_machine_without_any_port_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a terminal or a TCP port"):
        Door(None, None, lambda _: None)


async def test_answers_go_to_the_connection_while_there_is_one(door: Door) -> None:
    path, address = door.addresses
    reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
    with Host(path) as host:
        async with asyncio.timeout(10):
            while door._tcp is None or not door._tcp.has_host:
                await asyncio.sleep(0)
        door.write(b"to the socket")
        assert await asyncio.wait_for(reader.readexactly(13), 10) == b"to the socket"
        writer.close()
        async with asyncio.timeout(10):
            while door._tcp.has_host:
                await asyncio.sleep(0)
        door.write(b"to the terminal")
        assert await host.hear(b"terminal") == b"to the terminal"


async def test_when_one_port_cannot_be_opened_none_is(tmp_path: Path, watch: PortWatch, door: Door) -> None:
    taken = int(door.addresses[1].rpartition(":")[2])
    other = Door(tmp_path / "modem1", ("127.0.0.1", taken), lambda _: None)
    with pytest.raises(OSError, match="cannot listen"):
        other.open(watch)

    assert not other.is_open
    assert not (tmp_path / "modem1").is_symlink()


async def test_unread_words_count_only_while_a_host_is_there(door: Door) -> None:
    door.write(b"RING")
    assert door.is_read()
    with Host(door.addresses[0]) as host:
        await host.hear(b"RING")
        assert door.is_read()


async def test_a_blocked_door_hears_nothing_of_a_connection_old_or_new(tmp_path: Path, watch: PortWatch) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    door = Door(None, ANY_PORT, heard.put_nowait)
    door.block(is_blocked=True)
    door.open(watch)
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", int(door.addresses[0].rpartition(":")[2]))
        writer.write(b"AT")
        await until(lambda: door._tcp is not None and door._tcp.has_host)
        door.block(is_blocked=False)
        assert await asyncio.wait_for(heard.get(), 10) == b"AT"
        door.block(is_blocked=True)
        writer.write(b"+CSQ")
        door.block(is_blocked=False)
        assert await asyncio.wait_for(heard.get(), 10) == b"+CSQ"
        writer.close()
    finally:
        door.close()
