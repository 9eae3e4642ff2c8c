from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from modem.emulator.rack.rack import Rack

MakeRack = Callable[..., Awaitable[Rack]]


@pytest.fixture
async def make_rack(tmp_path: Path) -> AsyncIterator[MakeRack]:
    """Start emulated modems: `await make_rack(count=8, radio_time_s=0.2)`."""
    async with AsyncExitStack() as stack:

        async def make(*, count: int, radio_time_s: float = 0.02, report_delay_s: float = 0.02) -> Rack:
            rack = Rack(
                count=count,
                directory=tmp_path / "modems",
                radio_time_s=radio_time_s,
                report_delay_s=report_delay_s,
            )
            await rack.start()
            stack.push_async_callback(rack.stop)
            return rack

        yield make
