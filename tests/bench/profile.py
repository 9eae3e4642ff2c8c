"""Where the gateway's processor time goes: by part, while it accepts messages and while it sends them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from rich.table import Table

from tests.bench.figures import LEAVE_AT_ONCE
from tests.bench.gateways import TEXT
from tests.bench.load import drive, post, send_body
from tests.bench.modems import Modems, emulated
from tests.support.box import Box

Work = Callable[[Box, Modems, int], Coroutine[Any, Any, None]]


async def _accept(box: Box, _: Modems, count: int) -> None:
    bodies = [post("sms/send", send_body(f"+49171{index:07}", TEXT)) for index in range(count)]
    await drive(box.port, bodies, 64)


async def _send(box: Box, modems: Modems, count: int) -> None:
    bodies = [post("sms/send", send_body(f"+49171{index:07}", TEXT)) for index in range(count)]
    await drive(box.port, bodies, 8)
    await modems.until("status_report", count, timeout_s=180)


async def seconds_by_part(work: Work, count: int, *, modems_count: int, radio_time_s: float) -> dict[str, float]:
    """Give processor seconds by part of the program while `work` is done for `count` messages."""
    with tempfile.TemporaryDirectory(prefix="gsm-bench-") as name:
        folder = Path(name)
        found = folder / "profile.json"
        async with emulated(folder, modems_count, radio_time_s=radio_time_s) as modems:
            box = Box(folder, ports=modems.ports, settings=LEAVE_AT_ONCE, rescan_s=None)
            box.program = ("-m", "tests.bench.sampler", str(found))
            await box.start()
            try:
                await box.until_spans_ready(modems_count, timeout_s=60)
                await work(box, modems, 500)  # caches, password
                os.kill(box.pid, signal.SIGUSR2)
                await work(box, modems, count)
                os.kill(box.pid, signal.SIGUSR2)
                async with asyncio.timeout(10):
                    while not found.exists() or not found.stat().st_size:
                        await asyncio.sleep(0.05)
                shares: dict[str, float] = json.loads(found.read_text(encoding="utf-8"))
            finally:
                await box.stop()
    return shares


async def profile_table(accepts: int = 10_000, sends: int = 2_000) -> Table:
    """Measure both and give the table."""
    accepted = await seconds_by_part(_accept, accepts, modems_count=1, radio_time_s=3600)
    sent = await seconds_by_part(_send, sends, modems_count=8, radio_time_s=0)
    table = Table("processor time by part", "accept, us a message", "share", "end to end, us a message", "share")
    for part in sorted({*accepted, *sent}, key=lambda one: -sent.get(one, 0.0)):
        table.add_row(part, *_cells(accepted, part, accepts), *_cells(sent, part, sends))
    table.add_row("in all", *_cells(accepted, None, accepts), *_cells(sent, None, sends))
    return table


def _cells(seconds: dict[str, float], part: str | None, messages: int) -> tuple[str, str]:
    whole_s = sum(seconds.values())
    spent_s = whole_s if part is None else seconds.get(part, 0.0)
    return f"{spent_s / messages * 1e6:.0f}", f"{spent_s / whole_s:.0%}"
