"""Operators send, withdraw and repeat messages from the command line of a running gateway, on emulated modems."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from modem.emulator.breakage.shelf import build
from modem.pdu import Submit
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box

NUMBER = "+491711234567"


async def message(box: Box, *words: str, status: int = 0) -> Any:
    """Run `gsm-gateway message … --json` as a person would; gives what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import gateway.cli; gateway.cli.main()", "message"),
        *(words[0], "--config", str(box.config), "--json", *words[1:]),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == status, out + err
    return json.loads(out)


async def test_texts_flash_messages_and_data_reach_the_phone(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(1)
        (sent,) = await message(box, "send", NUMBER, "Does this SIM work?", "--wait")
        assert (sent["status"] in {"sent", "delivered"}, sent["port"]) == (True, 1)
        await message(box, "send", NUMBER, "Fire!", "--flash", "--urgent", "--no-report", "--wait")
        data = bytes(range(200))
        await message(box, "send", NUMBER, "--data", data.hex(), "--ports", "9204:9200", "--wait")
        text, flash, octets = await rack.messages(NUMBER, count=3)
        assert (text.text, flash.text, octets.text, octets.data) == ("Does this SIM work?", "Fire!", None, data)
        submits = [entry.tpdu for entry in rack.network.ledger if isinstance(entry.tpdu, Submit)]
        assert [(one.dcs, one.request_report) for one in submits] == [
            (0x00, True),
            (0x10, False),
            (0x04, True),
            (0x04, True),
        ]


async def test_a_key_is_known_after_a_power_cut(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    box = Box(tmp_path, ports=[str(port) for port in rack.ports])
    await box.start()
    await box.until_spans_ready(1)
    (first,) = await message(box, "send", NUMBER, "hello", "--key", "order-17", "--wait")
    await box.kill()
    await box.start()
    await box.until_spans_ready(1)
    (again,) = await message(box, "send", NUMBER, "hello", "--key", "order-17", "--wait")
    assert again["id"] == first["id"]
    await message(box, "send", NUMBER, "bye", "--wait")
    assert [shown.text for shown in await rack.messages(NUMBER, count=2)] == ["hello", "bye"]
    await box.stop()


async def test_a_message_on_the_air_is_withdrawn_when_the_network_refuses_it_and_sent_anew(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    rack = await make_rack(count=1)
    # 38: network out of order, which is safe to try again (3GPP TS 24.011 annex E). It comes late enough for a person.
    rack.arm(0, *build({"fault": "send_error", "code": 38, "sends": False, "times": 1, "delay_s": 8}))
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(1)
        (sent,) = await message(box, "send", NUMBER, "hello")
        await box.until_outbox(lambda rows: rows[0]["port"] == 1, timeout_s=20)
        asked = await message(box, "cancel", str(sent["id"]))
        assert (asked["state"], asked["status"]) == ("asked", "sending")
        async with asyncio.timeout(30):
            while (await message(box, "cancel", str(sent["id"])))["state"] != "withdrawn":
                pass
        (pair,) = (await message(box, "replay", str(sent["id"])))["replayed"]
        (shown,) = await rack.messages(NUMBER)
        assert shown.text == "hello"
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=20)
        late = await message(box, "cancel", str(pair["new_id"]), status=1)
        assert late["reason"] == "too late: it is delivered"
