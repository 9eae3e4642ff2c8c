from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.emulator.rack import Rack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    """Four modems on ports. A report comes a while after the submit, as most programs look for it only later."""
    rack = Rack(count=4, directory=tmp_path / "modems", report_delay_s=1.0)
    await rack.start()
    yield rack
    await rack.stop()
