"""A modem is plugged in, out, and in again under another number, and the gateway serves it; nothing else is opened."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from modem.emulator.rack.blocking import GsmModem
from tests.house.tree import ROOT
from tests.support.umockdev import WRAPPER, needs_umockdev

pytestmark = [needs_umockdev, pytest.mark.interop]

NAME = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.2-port0"


class Gateway:
    """The program `plugged.py`, from outside."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def tell(self, *command: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")

    async def until(self, word: str, is_it: Callable[[Any], bool] = bool) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(40):
            while True:
                line = await self._process.stdout.readline()
                assert line, "the gateway has ended"
                said, what = json.loads(line)
                if said == word and is_it(what):
                    return what


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[Gateway]:
    assert WRAPPER is not None
    process = await asyncio.create_subprocess_exec(
        WRAPPER,
        sys.executable,
        "-m",
        "tests.gateway.plugged",
        str(data),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Gateway(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(20):
            await process.wait()


async def test_a_modem_becomes_a_span_by_its_event_and_again_under_another_number(
    tmp_path: Path, gsm_modem: GsmModem
) -> None:
    async with running(tmp_path) as gateway:
        await gateway.tell("wire", "/dev/ttyUSB2", gsm_modem.port)
        await gateway.tell("wire", "/dev/ttyUSB22", gsm_modem.port)
        await gateway.tell("plug", "quectel-ec25")
        spans = await gateway.until("spans", lambda spans: spans and spans[0][1] == "ready")
        assert spans == [[1, "ready", NAME, ""]]
        gsm_modem.unplug()
        gsm_modem.plug()
        await gateway.tell("move", "1-2", "20")
        await gateway.until("spans", lambda spans: spans[0][1] != "ready")
        spans = await gateway.until("spans", lambda spans: spans[0][1] == "ready")
        assert spans == [[1, "ready", NAME, ""]]
        await gateway.tell("opened")
        assert await gateway.until("opened") == ["/dev/ttyUSB2", "/dev/ttyUSB22"]
