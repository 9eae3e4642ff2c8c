"""An operator reads what happened to messages of a running gateway, also across a kill."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.dispatch.flight import _HEAD_OCTETS
from modem.emulator.network import Answer, AnswerRule
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box
from tests.support.waiting import until


async def message(box: Box, *words: str) -> str:
    """Run `gsm-gateway message ...` as a person would; gives what it prints."""
    command = [sys.executable, "-c", "import gateway.cli; gateway.cli.main()", "message", words[0]]
    process = await asyncio.create_subprocess_exec(
        *command, "--config", str(box.config), *words[1:], stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    return out.decode()


async def entries(box: Box, message_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await message(box, "show", str(message_id), "--json"))["entries"]
    return found


@pytest.mark.timeout(120)
async def test_a_message_that_one_sim_refused_and_another_sent_is_followed(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2, radio_time_s=0.05)
    rack.network.rule(AnswerRule(answer=Answer(cause=10), count=1))
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        (sent,) = await box.send("+491710000001", "hello")
        shown = await message(box, "show", str(sent["id"]), "--follow")
        told = [re.split(r"\s{2,}", line)[1:] for line in shown.splitlines() if re.match(r"\d{4}-", line)]
        assert [kind for kind, _ in told] == [
            "accepted", "attempt", "refused", "attempt", "taken", "report", "delivered",
        ]  # fmt: skip
        first, second = ("gsm-1", "gsm-2") if "gsm-1" in told[1][1] else ("gsm-2", "gsm-1")
        assert told[1:4] == [
            ["attempt", f"on {first}, try 1"],
            ["refused", f"+CMS ERROR 10, call barred; tried on {second}"],
            ["attempt", f"on {second}, try 2"],
        ]
        (row,) = json.loads(await message(box, "list", "--status", "delivered", "--json"))
        assert (row["id"], row["account"], row["span_name"]) == (sent["id"], "demo", second)
    log = box.log.read_text()
    (line,) = [line for line in log.splitlines() if "action=refused" in line]
    assert "code='+CMS ERROR 10'" in line
    assert "reason='call barred'" in line
    assert f"follows='tried on span {second[-1]}'" in line


@pytest.mark.timeout(120)
async def test_a_kill_in_the_middle_is_told_with_what_was_found_out_afterwards(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    rack = await make_rack(count=1, radio_time_s=2.0)
    box = Box(tmp_path, ports=[str(port) for port in rack.ports])
    await box.start()
    try:
        await box.until_spans_ready(1)
        (sent,) = await box.send("+491710000001", "hello")
        flight = tmp_path / "gateway.db.flight"
        await until(lambda: any(flight.read_bytes()[_HEAD_OCTETS:]))  # Ctrl-Z is written
        await box.kill()
        await box.start()
        await message(box, "show", str(sent["id"]), "--follow")
        told = [(entry["kind"], entry["text"]) for entry in await entries(box, sent["id"])]
        stopped = "the gateway stopped before the answer came; it may have been sent, evidence is awaited"
        assert told[1:3] == [("attempt", "on gsm-1, try 1"), ("no answer", stopped)]
        # Whichever comes first to the new process, the modem's answer or the report.
        assert {kind for kind, _ in told} & {"late answer", "late report"}
        assert [kind for kind, _ in told[-2:]] == ["report", "delivered"]
        assert [kind for kind, _ in told].count("taken") == 1
    finally:
        await box.stop()
