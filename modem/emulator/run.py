"""Runs a rack with its control until the process is told to stop."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

from modem.emulator.control import address, serve
from modem.emulator.rack import Rack
from modem.profiles import load_profiles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def run(
    *,
    count: int,
    directory: Path,
    models: Sequence[str] = (),
    radio_time_s: float,
    report_delay_s: float,
    seed: int,
    control: tuple[str, int],
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets a line per modem and one for the control. Raises OSError.

    The modems take `models`, names of profiles, in turn.
    """
    profiles = load_profiles()
    rack = Rack(
        count=count,
        directory=directory,
        radio_time_s=radio_time_s,
        report_delay_s=report_delay_s,
        seed=seed,
        personalities=[profiles[name].personality for name in models or ("generic",)],
    )
    asyncio.run(_serve(rack, control, announce, models))


async def _serve(rack: Rack, control: tuple[str, int], announce: Callable[[str], None], models: Sequence[str]) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await rack.start()
    try:
        runner = await serve(rack, *control)
        try:
            for port, machine in zip(rack.ports, rack.machines, strict=True):
                who = machine.equipment
                model = f"  {who.personality.model}" if models else ""
                announce(f"{port}  {who.sim.number}  IMEI {who.identity.imei}{model}")
            announce(f"control  {address(runner)}")
            await stopped.wait()
        finally:
            await runner.cleanup()
    finally:
        await rack.stop()
