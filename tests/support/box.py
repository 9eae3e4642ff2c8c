"""A whole gateway as a process of its own, as the service manager would run it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp

from gateway.control import RemoteAccounts, control_path
from gateway.core.account import Role
from tests.support.ports import free_port

PASSWORD = "correct horse"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int | str) -> float:
    """Resident memory of a process ("self" for this one)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def _take(notify: socket.socket, ready: asyncio.Future[bytes]) -> None:
    state = notify.recv(4096)
    if state == b"READY=1" and not ready.done():
        ready.set_result(state)


class Box:
    """`gsm-gateway serve` with its data in `folder`; survives `kill` and can be started again."""

    def __init__(self, folder: Path, *, ports: list[str], settings: str = "", rescan_s: float | None = 0.2) -> None:
        """`rescan_s` None leaves the gateway its own pace at which it looks for ports."""
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.config = folder / "gateway.toml"
        self.log = folder / "gateway.log"
        self.program: tuple[str, ...] = ("-c", "import gateway.cli; gateway.cli.main()")
        self._process: asyncio.subprocess.Process | None = None
        self._has_account = False
        self._session: aiohttp.ClientSession | None = None
        listed = ", ".join(f'"{port}"' for port in ports)
        rescan = "" if rescan_s is None else f"rescan_s = {rescan_s}\n"
        self.config.write_text(
            f'[http]\nport = {self.port}\n[store]\nurl = "sqlite:///{folder / "gateway.db"}"\n'
            f"[modems]\nports = [{listed}]\n{rescan}"
            f'[callbacks]\nallowed_networks = ["127.0.0.0/8"]\n{settings}',
            encoding="utf-8",
        )

    @property
    def is_up(self) -> bool:
        """Whether it has been started and, as far as is known, neither ended nor was killed."""
        return self._session is not None and self.is_running

    @property
    def is_running(self) -> bool:
        """Whether there is a process, ready or not."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def command(self) -> list[str]:
        """What is run; its process must be the gateway itself."""
        return [sys.executable, *self.program, "serve", "--config", str(self.config)]

    async def start(self, *, timeout_s: float = 20) -> None:
        """Start and wait until it says READY=1; the first time makes the account `demo`."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[bytes] = loop.create_future()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            name = f"\0gsm-gateway-test-{os.getpid()}-{self.port}"
            notify.bind(name)
            notify.setblocking(False)
            loop.add_reader(notify, _take, notify, ready)
            try:
                with self.log.open("ab") as log:
                    self._process = await asyncio.create_subprocess_exec(
                        *self.command(),
                        stdin=asyncio.subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        env={**os.environ, "NOTIFY_SOCKET": "@" + name[1:]},
                    )
                ended = loop.create_task(self._process.wait())
                waiting: set[asyncio.Future[Any]] = {ready, ended}
                await asyncio.wait(waiting, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
                ended.cancel()
            finally:
                loop.remove_reader(notify)
        assert ready.done(), f"the gateway did not start:\n{self.log.read_text()}"
        if not self._has_account:
            accounts = RemoteAccounts(control_path(self.folder / "gateway.db"))
            if "demo" not in {account.name for account in await accounts.list()}:
                await accounts.create("demo", role=Role.SENDER, password=PASSWORD)
            self._has_account = True
        self._session = aiohttp.ClientSession()

    def strike(self) -> None:
        """Kill it and go on; `kill` or `start` then finds it dead."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def kill(self) -> None:
        """End it as a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """End it as the service manager does."""
        await self._end(signal.SIGTERM)

    async def _end(self, number: int) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)
            await self._process.wait()

    async def post(self, uri: str, **fields: Any) -> dict[str, Any]:
        """Call the OpenVox API as `demo`; gives the answer."""
        assert self._session is not None
        body = {"username": "demo", "password": PASSWORD, **fields}
        async with self._session.post(f"{self.address}/{uri}", json=body) as answer:
            result: dict[str, Any] = await answer.json()
            return result

    async def send(self, dest_num: str, msg: str, **fields: Any) -> list[dict[str, Any]]:
        answer = await self.post("sms/send", dest_num=dest_num, msg=msg, **fields)
        assert answer["code"] == 200, answer
        data: list[dict[str, Any]] = answer["data"]
        return data

    async def outbox(self) -> list[dict[str, Any]]:
        """All rows of the outbox, newest first."""
        rows: list[dict[str, Any]] = []
        page = 1
        while True:
            answer = await self.post("smsoutbox/get", current_page=page, page_size=500)
            assert answer["code"] == 200, answer
            rows += answer["data"]
            if len(rows) >= answer["page"]["total"]:
                return rows
            page += 1

    async def until_outbox(
        self, is_done: Callable[[list[dict[str, Any]]], bool], *, timeout_s: float
    ) -> list[dict[str, Any]]:
        """Give the outbox once `is_done` says so; fails with it after `timeout_s`."""
        rows: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    rows = await self.outbox()
                    if is_done(rows):
                        return rows
                    await asyncio.sleep(0.1)  # the API has no event to wait for
        except TimeoutError:
            statuses = [(row["id"], row["port"], row["status"], row["cause"]) for row in rows]
            raise AssertionError(f"not in {timeout_s} s: {statuses}\n{self.log.read_text()[-4000:]}") from None

    async def until_spans_ready(self, count: int, *, timeout_s: float = 20) -> None:
        """Wait until `count` spans can send."""
        async with asyncio.timeout(timeout_s):
            while True:
                spans = (await self.post("sms/get_valid_spans"))["data"]
                if sum(span["status"] for span in spans) >= count:
                    return
                await asyncio.sleep(0.05)  # the API has no event to wait for

    def cpu_s(self) -> float:
        """User and system time used so far, from proc(5)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def rss_mb(self) -> float:
        """Resident memory now."""
        return rss_mb(self.pid)


@contextlib.asynccontextmanager
async def running_box(
    folder: Path, *, ports: list[str], settings: str = "", rescan_s: float | None = 0.2
) -> AsyncIterator[Box]:
    box = Box(folder, ports=ports, settings=settings, rescan_s=rescan_s)
    await box.start()
    try:
        yield box
    finally:
        await box.stop()
