"""The first thing a newcomer types."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import stat
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.ports import free_port


class Demo:
    """`gsm-gateway demo` as a process, and what it printed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self.said = ""

    async def __aenter__(self) -> Demo:
        command = ("demo", "--dir", str(self._folder / "var"), "--port", str(free_port()))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "import gateway.cli; gateway.cli.main()",
            *command,
            "--handsets-port",
            str(free_port()),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            while "Stop with Ctrl-C" not in self.said:
                self.said += (await self._process.stdout.readline()).decode()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        assert await self._process.wait() == 0

    def curl(self, word: str) -> tuple[str, dict[str, Any]]:
        """The address and the body of the printed curl line that has `word`."""
        line = next(line for line in self.said.splitlines() if word in line and "curl" in line)
        found = re.search(r"curl -s (\S+)(?: -d '(.*)')?", line)
        assert found
        return found[1], json.loads(found[2] or "{}")


@pytest.mark.timeout(90)
async def test_the_printed_lines_send_a_message_and_show_it(tmp_path: Path) -> None:
    async with Demo(tmp_path) as demo, aiohttp.ClientSession() as session:
        address, body = demo.curl("/sms/send")
        async with session.post(address, data=json.dumps(body)) as answer:
            assert (await answer.json(content_type=None))["code"] == 200
        address, login = demo.curl("/smsoutbox/get")
        async with asyncio.timeout(5):
            status = ""
            while status != "DELIVERD":
                async with session.post(address, data=json.dumps(login)) as answer:
                    status = (await answer.json(content_type=None))["data"][0]["status"]
        address, _ = demo.curl("/handsets/")
        async with session.get(address) as answer:
            assert "Hello from gsm-gateway" in await answer.text()


@pytest.mark.timeout(90)
async def test_the_second_start_knows_the_same_password_and_keeps_it_private(tmp_path: Path) -> None:
    async with Demo(tmp_path) as first:
        _, login = first.curl("/smsoutbox/get")
    async with Demo(tmp_path) as second:
        assert second.curl("/smsoutbox/get")[1] == login
    assert stat.S_IMODE((tmp_path / "var" / "demo-password").stat().st_mode) == 0o600


@pytest.mark.timeout(90)
async def test_a_second_demo_leaves_the_first_alone_and_says_what_to_change(tmp_path: Path) -> None:
    async with Demo(tmp_path) as first:
        errors = await _second(tmp_path / "var", port=0, handsets_port=0)
        assert "another emulator has its modems here" in errors
        assert "--dir" in errors
        address, _ = first.curl("/handsets/")
        errors = await _second(tmp_path / "other", port=0, handsets_port=int(address.split("/")[2].split(":")[1]))
        assert "Address already in use; --port and --handsets-port" in errors


async def _second(folder: Path, *, port: int, handsets_port: int) -> str:
    """Start a demo that cannot run; gives what it said."""
    command = ("demo", "--dir", str(folder), "--port", str(port), "--handsets-port", str(handsets_port))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import gateway.cli; gateway.cli.main()", *command, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await process.communicate()
    assert process.returncode == 1
    return errors.decode()
