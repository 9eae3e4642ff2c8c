"""Emulated modems in a process of their own, and what their ledger says of a run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.ports import free_port


@dataclass
class Modems:
    """`gsm-modem emulate` under way."""

    ports: list[str]
    control: str
    pid: int

    def cpu_s(self) -> float:
        """Processor time of the emulator so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        """Resident memory of the emulator."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1_000_000

    async def ledger(self, since: int = 0) -> list[dict[str, Any]]:
        """Every TPDU so far, or those behind the one with the number `since`."""
        address, which = f"{self.control}/ledger", {"since": since}
        async with aiohttp.ClientSession() as session, session.get(address, params=which) as answer:
            return [json.loads(line) for line in (await answer.text()).splitlines()]

    async def do(self, path: str, **fields: object) -> None:
        """Ask the control for something."""
        async with aiohttp.ClientSession() as session, session.post(f"{self.control}/{path}", json=fields) as answer:
            if not answer.ok:
                raise AssertionError(await answer.text())

    @contextlib.asynccontextmanager
    async def events(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Give every further entry of the ledger as it comes."""
        since = len(await self.ledger())
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session,
            session.get(f"{self.control}/ledger/events", params={"since": since}) as answer,
        ):
            yield _entries(answer)

    async def until(self, kind: str, count: int, *, timeout_s: float) -> list[dict[str, Any]]:
        """Give the entries of `kind` once there are `count`; TimeoutError."""
        entries = await self.within(kind, count, at_most_s=timeout_s)
        if len(entries) < count:
            raise TimeoutError(f"{len(entries)} of {count} within {timeout_s:g} s")
        return entries

    async def within(self, kind: str, count: int, *, at_most_s: float) -> list[dict[str, Any]]:
        """Give the entries of `kind` once there are `count`, or those that there are after `at_most_s`."""
        give_up_at = time.monotonic() + at_most_s
        entries: list[dict[str, Any]] = []
        last = 0
        while True:
            # Only what is new: to tell all of them takes the emulator more time than the modems need.
            for entry in await self.ledger(last):
                last = entry["number"]
                entries += [entry] if entry["kind"] == kind else []
            if len(entries) >= count or time.monotonic() > give_up_at:
                return entries
            await asyncio.sleep(0.25)


@contextlib.asynccontextmanager
async def emulated(
    folder: Path, count: int, *, radio_time_s: float, report_delay_s: float = 0.0
) -> AsyncIterator[Modems]:
    """Run `count` modems until the block ends."""
    directory, port = folder / "modems", free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import modem.cli; modem.cli.main()",
        "emulate",
        *("--count", str(count), "--dir", str(directory), "--control", f"127.0.0.1:{port}"),
        *("--radio-time", str(radio_time_s), "--report-delay", str(report_delay_s)),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        ports = [str(directory / f"modem{index}") for index in range(count)]
        async with asyncio.timeout(20):
            while not all(Path(name).exists() for name in ports) or not await _answers(port):
                await asyncio.sleep(0.05)
        yield Modems(ports=ports, control=f"http://127.0.0.1:{port}", pid=process.pid)
    finally:
        process.terminate()
        await process.wait()


async def _entries(answer: aiohttp.ClientResponse) -> AsyncIterator[dict[str, Any]]:
    """Read server-sent events."""
    async for line in answer.content:
        if line.startswith(b"data:"):
            yield json.loads(line.removeprefix(b"data:"))


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


def submits_per_s(entries: list[dict[str, Any]]) -> float:
    """Submits per second over all modems, from the first to the last. AssertionError when there is but one."""
    assert len(entries) > 1, "hardly anything was sent"
    times: list[float] = sorted(entry["at_s"] for entry in entries)
    return (len(times) - 1) / (times[-1] - times[0])


def radio_busy(entries: list[dict[str, Any]], radio_time_s: float) -> float:
    """Share of time in which the radios were on, from each modem's first submit to its last, averaged."""
    by_modem: dict[str, list[float]] = defaultdict(list)
    for entry in entries:
        by_modem[entry["imsi"]].append(entry["at_s"])
    shares = [len(times) * radio_time_s / (max(times) - min(times) + radio_time_s) for times in by_modem.values()]
    return sum(shares) / len(shares)
