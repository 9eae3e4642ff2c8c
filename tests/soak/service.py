"""The gateway's process as its service manager has it: start, order about, stop, kill."""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.soak.pace import Leader


class GoneError(Exception):
    """The gateway's process ended."""


class Service:
    """One gateway on the files of `folder`; it survives `kill` and can be started again."""

    def __init__(self, folder: Path, config: str, leader: Leader) -> None:
        self.log = folder / "gateway.log"
        self.is_up = False
        self.exit_codes: list[int] = []
        self._config = folder / "gateway.toml"
        self._config.write_text(config, encoding="utf-8")
        self._leader = leader
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._line = asyncio.Lock()

    async def start(self) -> None:
        """Start a process if there is none, and the gateway in it."""
        if self._process is None:
            await self._launch()
        await self.order("start")
        self.is_up = True

    async def stop(self) -> None:
        """End the gateway as on SIGTERM; its process goes on, so that what it leaves behind is seen."""
        self.is_up = False
        await self.order("stop")

    def kill(self) -> None:
        """End the process as a power cut of the gateway would: at once, wherever it is."""
        self.is_up = False
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._leader.leave()
        if self._writer is not None:
            self._writer.close()
            self._writer = self._reader = None

    async def order(self, do: str, **fields: Any) -> Any:
        """Have something done and give the answer; GoneError when the process ended."""
        async with self._line:
            if self._reader is None or self._writer is None:
                raise GoneError
            try:
                self._writer.write(json.dumps({"do": do, **fields}).encode() + b"\n")
                line = await self._reader.readline()
            except OSError as error:
                raise GoneError from error
            if not line:
                if self._process is not None:
                    self.exit_codes.append(self._process.wait())
                self.kill()
                raise GoneError
            return json.loads(line)

    async def _launch(self) -> None:
        pace, their_pace = socket.socketpair()
        orders, their_orders = socket.socketpair()
        theirs = (their_pace.fileno(), their_orders.fileno())
        with their_pace, their_orders, self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.gateway", *map(str, theirs), str(self._config)],
                pass_fds=theirs,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).parents[2],
            )
        self._leader.follow(pace)
        self._reader, self._writer = await asyncio.open_connection(sock=orders, limit=1 << 22)
