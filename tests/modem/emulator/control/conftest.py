"""A rack with its control, and a client at its door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from modem.emulator.control import address, serve
from modem.emulator.rack.rack import Rack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    rack = Rack(count=2, directory=tmp_path / "modems")
    await rack.start()
    yield rack
    await rack.stop()


@pytest.fixture
async def at(rack: Rack) -> AsyncIterator[str]:
    """Where the control is."""
    runner = await serve(rack, "127.0.0.1", 0)
    yield address(runner)
    await runner.cleanup()


@pytest.fixture
async def door(at: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(at) as session:
        yield session
