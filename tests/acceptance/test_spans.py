"""Operators look at spans of a running gateway, and switch them off and on."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from modem.pdu import Submit
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box
from tests.support.waiting import until


async def run(box: Box, group: str, verb: str, *words: str) -> str:
    """Run `gsm-gateway GROUP VERB ...` as a person would; gives what it prints."""
    command = [sys.executable, "-c", "import gateway.cli; gateway.cli.main()", group, verb]
    process = await asyncio.create_subprocess_exec(
        *command, "--config", str(box.config), *words, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    return out.decode()


async def span(box: Box, verb: str, *words: str) -> str:
    return await run(box, "span", verb, *words)


async def spans(box: Box) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(await span(box, "list", "--json"))
    return found


async def until_queued(box: Box, message_id: int) -> None:
    async with asyncio.timeout(20):
        while json.loads(await run(box, "message", "show", f"{message_id}", "--json"))["message"]["status"] != "queued":
            pass


async def test_span_is_seen_paused_and_resumed(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2, radio_time_s=0.05)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        for index in range(3):
            await box.send(f"+4917100000{index}", "hello", spans=[1])
        await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=20)
        one, two = await spans(box)
        assert (one["state"], one["counters"]) == ("ready", {"accepted": 3, "refused": 0, "unanswered": 0})
        assert (one["failure_rate"], one["registration"]) == (0.0, "registered in the home network")
        assert two["counters"]["accepted"] == 0
        assert "gsm-gateway Emulated modem" in await span(box, "show", "1")

        assert await span(box, "pause", "1") == "span 1 is off\n"
        assert [one["state"] for one in await spans(box)] == ["stopped", "ready"]
        refused = await box.post("sms/send", dest_num="+491710000009", msg="hello", spans=[1])
        assert refused["code"] != 200
        await box.send("+491710000008", "hello")
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=20)
        assert (await box.outbox())[0]["port"] == 2
        await span(box, "resume", "1")
        await box.send("+491710000009", "hello", spans=[1])
        await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=20)
        kinds = [line["kind"] for line in json.loads(await span(box, "history", "1", "--json"))]
        assert kinds == ["resumed", "paused", "ready"]


async def test_pause_lets_the_segment_under_way_end_and_no_other_begin(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1, radio_time_s=3.0)  # the command line starts while a segment is to go

    def on_air() -> int:
        return sum(isinstance(entry.tpdu, Submit) for entry in rack.network.ledger)

    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(1)
        await box.send("+491710000001", "x" * 400, spans=[1])  # three segments
        (message,) = await box.outbox()
        await until(lambda: on_air() == 1)
        await span(box, "pause", "1")
        sent = on_air()
        (row,) = await spans(box)
        assert row["state"] == "stopped"
        await until_queued(box, message["id"])  # when the segment under way has ended
        assert on_air() <= sent + 1
        await span(box, "resume", "1")
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=20)
        assert on_air() == 3


async def test_drain_ends_the_message_under_way_and_gives_the_others_away(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2, radio_time_s=4.0)  # the command line starts while two segments are to go

    def on_air() -> int:
        return sum(isinstance(entry.tpdu, Submit) for entry in rack.network.ledger)

    rule = '[dispatch]\nsteal_after_s = 3600\n[[route]]\nname = "home"\nprefixes = ["+49"]\nspans = [1]\n'
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports], settings=rule) as box:
        await box.until_spans_ready(2)
        assert (await span(box, "why", "+491710000001")).startswith("+491710000001: span 1 (rule home, shortest")
        await box.send("+491710000001", "x" * 400)  # three segments, by the rule on span 1
        await box.send("+491710000002", "after")
        await until(lambda: on_air() == 1)
        lines = (await span(box, "drain", "1", "--timeout", "60")).splitlines()
        assert lines[-1] == "span 1 is drained"
        rows = await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=20)
        assert [row["port"] for row in sorted(rows, key=lambda row: row["id"])] == [1, 2]
        assert [one["state"] for one in await spans(box)] == ["drained", "ready"]
        kinds = [line["kind"] for line in json.loads(await span(box, "history", "1", "--json"))]
        assert kinds == ["drained", "draining", "ready"]
