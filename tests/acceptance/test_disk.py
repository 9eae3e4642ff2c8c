"""A small disk that fills up under the whole process: what was accepted goes out, and nothing needs a restart."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from modem.pdu import Submit
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box
from tests.support.waiting import until

MB = 1_000_000


class SmallDisk:
    """A file system in memory, and a file on it that takes the room of whatever fills disks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, free_octets: int) -> None:
        """Leave about so much."""
        self.empty()
        found = os.statvfs(self.folder)
        # OSError: not one octet is left, which is what was wanted.
        with self._ballast.open("wb") as ballast, contextlib.suppress(OSError):
            os.posix_fallocate(ballast.fileno(), 0, max(1, found.f_bavail * found.f_frsize - free_octets))

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64m", "gsm-gateway-test", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"needs root to mount a small disk: {mounted.stderr.strip()}")
    yield SmallDisk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
async def box(disk: SmallDisk, tmp_path: Path, make_rack: MakeRack) -> AsyncIterator[tuple[Box, Rack]]:
    rack = await make_rack(count=1, radio_time_s=0.3)
    box = Box(disk.folder, ports=[str(rack.ports[0])])
    box.log = tmp_path / "gateway.log"
    box.config.write_text(box.config.read_text().replace("[store]\n", "[store]\nmin_free_mb = 20\n"))
    await box.start()
    try:
        await box.until_spans_ready(1)
        yield box, rack
    finally:
        disk.empty()
        await box.stop()


async def health(box: Box, name: str) -> tuple[int, dict[str, object]]:
    async with aiohttp.ClientSession() as session, session.get(f"{box.address}/health/{name}") as answer:
        return answer.status, await answer.json()


async def until_health(box: Box, name: str, status: int) -> dict[str, object]:
    async with asyncio.timeout(20):
        while (found := await health(box, name))[0] != status:
            await asyncio.sleep(0.1)  # the API has no event to wait for
    return found[1]


def on_air(rack: Rack) -> Counter[str]:
    submits = (entry.tpdu for entry in rack.network.ledger if isinstance(entry.tpdu, Submit))
    return Counter(submit.destination.text for submit in submits)


@pytest.mark.timeout(120)
async def test_a_disk_that_is_nearly_full_takes_nothing_new_and_finishes_the_old(
    box: tuple[Box, Rack], disk: SmallDisk
) -> None:
    gateway, rack = box
    numbers = [f"+49171000{index:04}" for index in range(12)]
    for number in numbers:
        await gateway.send(number, "before")
    disk.fill(free_octets=10 * MB)
    ready = await until_health(gateway, "ready", 503)
    assert ready["status"] == "the disk is nearly full: new messages are refused"
    refused = await gateway.post("sms/send", dest_num="+491710009999", msg="no")
    assert (refused["code"], refused["msg"]) == (503, "queue full")
    rack.write("+491710001111", identity(0).number, "still stored")
    rows = await gateway.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=30)
    assert sorted(row["phonenumber"] for row in rows) == numbers
    inbox = await gateway.post("smsinbox/get")
    assert [row["message"] for row in inbox["data"]] == ["still stored"]
    disk.empty()
    await until_health(gateway, "ready", 200)
    await gateway.send("+491710009999", "after")
    log = gateway.log.read_text()
    assert (log.count("action=disk "), log.count("action='disk over'")) == (1, 1)


@pytest.mark.timeout(180)
async def test_a_full_disk_loses_nothing_and_recovers_by_itself(box: tuple[Box, Rack], disk: SmallDisk) -> None:
    gateway, rack = box
    numbers = [f"+49171000{index:04}" for index in range(12)]
    for number in numbers:
        await gateway.send(number, "before")
    disk.fill(free_octets=0)
    live = await until_health(gateway, "live", 503)
    assert live["reason"] in {"the disk is full", "the disk fails or is full"}
    assert (await gateway.post("sms/send", dest_num="+491710009999", msg="no"))["code"] in {500, 503}
    rack.write("+491710001111", identity(0).number, "when it was full")
    await until(lambda: len(on_air(rack)) >= 1, timeout_s=20)
    disk.empty()
    rows = await gateway.until_outbox(
        lambda rows: all(row["status"] == "DELIVERD" for row in rows) and len(rows) == 12, timeout_s=60
    )
    assert sorted(row["phonenumber"] for row in rows) == numbers
    assert on_air(rack) == Counter(numbers), "each once"
    async with asyncio.timeout(20):
        while not (inbox := (await gateway.post("smsinbox/get"))["data"]):
            await asyncio.sleep(0.1)  # the API has no event to wait for
    assert [row["message"] for row in inbox] == ["when it was full"]
    assert (await health(gateway, "live"))[0] == 200
