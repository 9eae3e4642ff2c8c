from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack import Rack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    """Four modems on ports."""
    rack = Rack(count=4, directory=tmp_path / "modems")
    await rack.start()
    yield rack
    await rack.stop()
