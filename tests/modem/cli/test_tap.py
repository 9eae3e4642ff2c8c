"""A program and an emulated modem with a tap between them: both work as without it, and everything is told."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from modem.cli.tap import Tap
from modem.emulator.rack.rack import Rack
from modem.errors import PortError, PortLostError
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.at.transcript import Passage


class Tapped:
    """A tap in front of a modem, running."""

    def __init__(self, url: str, link: Path) -> None:
        self.link = link
        self.told: list[Passage] = []
        self.stopped = asyncio.Event()
        self.ready = asyncio.Event()
        self.tap = Tap(url, link, baudrate=115200, on_passage=self.told.append)
        self.running = asyncio.create_task(self.tap.run(self.stopped, self.ready.set))


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    rack = Rack(count=1, directory=tmp_path / "modems")
    await rack.start()
    yield rack
    await rack.stop()


async def test_a_message_is_sent_through_a_tap_and_written_down(rack: Rack, tmp_path: Path) -> None:
    tapped = Tapped(rack.addresses(0)[0], tmp_path / "tapped")
    await asyncio.wait_for(tapped.ready.wait(), 10)
    with Host(tapped.link) as host:
        await host.ask("E0")
        await host.send("+491711234567", "hello")
    tapped.stopped.set()
    await asyncio.wait_for(tapped.running, 10)

    assert len(await rack.messages("+491711234567")) == 1
    said = [str(passage).split(" ", 1)[1] for passage in tapped.told]
    assert said[:3] == ["host ATE0", "device= ATE0\\r", "device OK"]
    assert said[3].startswith("host AT+CMGS=")
    assert said[4] == "device= \\r\\n>\\x20"
    assert said[5].startswith("host= 00")
    assert said[6].startswith("device +CMGS: ")
    assert said[7:] == ["device OK"]
    assert not tapped.link.is_symlink()


async def test_one_program_after_another_can_use_the_tap(rack: Rack, tmp_path: Path) -> None:
    tapped = Tapped(rack.addresses(0)[0], tmp_path / "tapped")
    await asyncio.wait_for(tapped.ready.wait(), 10)
    for _ in range(2):
        with Host(tapped.link) as host:
            assert await host.ask("+CMGF?") == ["+CMGF: 0"]
    tapped.stopped.set()
    await asyncio.wait_for(tapped.running, 10)


async def test_a_modem_that_vanishes_ends_the_tap(rack: Rack, tmp_path: Path) -> None:
    tapped = Tapped(rack.addresses(0)[0], tmp_path / "tapped")
    await asyncio.wait_for(tapped.ready.wait(), 10)
    rack.unplug(0)

    with pytest.raises(PortLostError):
        await asyncio.wait_for(tapped.running, 10)
    assert not tapped.link.is_symlink()


async def test_a_port_that_is_not_there_is_said(tmp_path: Path) -> None:
    tapped = Tapped(str(tmp_path / "nothing"), tmp_path / "tapped")

    with pytest.raises(PortError):
        await asyncio.wait_for(tapped.running, 10)
