"""Octets pass a descriptor in order, and a host that does not read costs little."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack.stream import MAX_UNREAD_OCTETS, Stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Ends:
    """A stream and the plain socket at its other end."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.ended = asyncio.Event()
        self.stream = Stream(self.ours.fileno(), self.heard.put_nowait, self.ended.set)


@pytest.fixture
async def ends() -> AsyncIterator[Ends]:
    ends = Ends()
    yield ends
    ends.stream.close()
    ends.ours.close()
    ends.theirs.close()


async def test_octets_go_both_ways(ends: Ends) -> None:
    ends.theirs.send(b"AT\r")
    assert await asyncio.wait_for(ends.heard.get(), 10) == b"AT\r"
    ends.stream.write(b"OK")
    assert ends.theirs.recv(100) == b"OK"


async def test_the_end_is_told_once(ends: Ends) -> None:
    ends.theirs.close()
    await asyncio.wait_for(ends.ended.wait(), 10)
    ends.stream.write(b"nobody hears this")
    assert ends.heard.empty()


async def test_everything_arrives_in_order_at_a_host_that_is_slow(ends: Ends) -> None:
    octets = b"".join(b"%06d " % number for number in range(30_000))
    for start in range(0, len(octets), 7000):
        ends.stream.write(octets[start : start + 7000])
    received = b""
    ends.theirs.settimeout(10)
    while len(received) < len(octets):
        received += await asyncio.to_thread(ends.theirs.recv, 65536)

    assert received == octets


async def test_a_host_that_never_reads_costs_a_limited_amount_of_memory(ends: Ends) -> None:
    for _ in range(30):
        ends.stream.write(b"x" * 65536)

    assert len(ends.stream._unread) <= MAX_UNREAD_OCTETS
