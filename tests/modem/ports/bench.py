"""Starts `box.py` under umockdev, plugs devices in and waits for what the finder says of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.house.tree import ROOT
from tests.support.umockdev import WRAPPER


class Bench:
    """The box from outside."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._news: list[tuple[str, Any]] = []

    async def tell(self, *command: str) -> Any:
        """Give a command and return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        while True:
            word, what = await self._read()
            if word == "done":
                return what
            self._news.append((word, what))

    async def plug(self, device: str) -> None:
        await self.tell("plug", device)

    async def next(self) -> tuple[str, Any]:
        """Return the next thing that the finder said."""
        return self._news.pop(0) if self._news else await self._read()

    async def _read(self) -> tuple[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            line = await self._process.stdout.readline()
        assert line, "the box has ended"
        word, what = json.loads(line)
        return word, what


@asynccontextmanager
async def bench(*, settle_s: float = 0.1, rescan_s: float = 0.0, is_deaf: bool = False) -> AsyncIterator[Bench]:
    """Run a box; `rescan_s` 0 leaves the finder its own pace, `is_deaf` without events."""
    assert WRAPPER is not None
    process = await asyncio.create_subprocess_exec(
        WRAPPER,
        sys.executable,
        "-m",
        "tests.modem.ports.box",
        str(settle_s),
        str(rescan_s),
        *(["deaf"] if is_deaf else []),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        yield Bench(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(10):
            await process.wait()
