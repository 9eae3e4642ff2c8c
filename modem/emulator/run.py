"""Runs a rack with its control until the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from modem.emulator.control import address, serve
from modem.emulator.rack import Rack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def run(
    *,
    count: int,
    directory: Path | None,
    tcp: Sequence[tuple[str, int]],
    radio_time_s: float,
    report_delay_s: float,
    seed: int,
    control: tuple[str, int],
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets a line per modem and one for the control. Raises OSError."""
    rack = Rack(
        count=count,
        directory=directory,
        tcp=tcp,
        radio_time_s=radio_time_s,
        report_delay_s=report_delay_s,
        seed=seed,
    )
    asyncio.run(_serve(rack, control, announce))


async def _serve(rack: Rack, control: tuple[str, int], announce: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await rack.start()
    try:
        runner = await serve(rack, *control)
        try:
            for index, machine in enumerate(rack.machines):
                where = "  ".join(rack.addresses(index))
                announce(f"{where}  {machine.equipment.sim.number}  IMEI {machine.equipment.identity.imei}")
            announce(f"control  {address(runner)}")
            await stopped.wait()
        finally:
            await runner.cleanup()
    finally:
        await rack.stop()
