"""A SIM never sends more than its quota, whoever kills the gateway; a person who raises it lets the rest go."""

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

# A sliding day does not turn while the test runs.
SETTINGS = '[modems.limits]\nper_day = 3\nperiods = "sliding"\n[dispatch]\nevidence_s = 1\n'


async def span(box: Box, *words: str) -> list[dict[str, Any]]:
    """Run `gsm-gateway span ...` as a person would; gives the JSON that it prints."""
    command = [sys.executable, "-c", "import gateway.cli; gateway.cli.main()", "span", words[0]]
    process = await asyncio.create_subprocess_exec(
        *command, "--config", str(box.config), *words[1:], stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode == 0, out
    rows: list[dict[str, Any]] = json.loads(out) if "--json" in words else []
    return rows


async def until_paced(box: Box) -> None:
    async with asyncio.timeout(20):
        while [one["state"] for one in await span(box, "list", "--json")] != ["paced"]:
            await asyncio.sleep(0.1)  # each look starts a program


async def test_quota_of_a_sim_holds_over_a_kill_and_ends_when_a_person_says_so(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    rack = await make_rack(count=1, radio_time_s=0.3)

    def on_air() -> int:
        return sum(isinstance(entry.tpdu, Submit) for entry in rack.network.ledger)

    async with running_box(tmp_path, ports=[str(port) for port in rack.ports], settings=SETTINGS) as box:
        await box.until_spans_ready(1)
        for index in range(6):
            await box.send(f"+4917100000{index}", "hello")
        await until(lambda: on_air() == 2)
        await box.kill()
        await box.start()
        await until_paced(box)
        (report,) = await span(box, "quota", "--json")
        (quota,) = report["quotas"]
        assert (quota["period"], quota["used"], quota["limit"]) == ("day", 3, 3)
        assert on_air() == 3
        await span(box, "limit", "1", "--per-day", "none")
        await box.until_outbox(lambda rows: sum(row["status"] == "DELIVERD" for row in rows) == 6, timeout_s=20)
