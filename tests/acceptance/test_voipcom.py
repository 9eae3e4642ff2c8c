"""Clients of voip-communications.net: curl after the vendor's page, the page's own PHP example, up to the handset."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from tests.acceptance.conftest import MakeRack
from tests.acceptance.test_other_apis import curl, gsm_gateway, texts
from tests.support.box import PASSWORD, Box, running_box
from tests.support.receiver import PushReceiver

US = "12812345678"
PHP_EXAMPLE = Path(__file__).with_name("voipcom.php")

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(shutil.which("curl") is None, reason="SKIPPED: curl is not installed"),
]


def _why_no_php() -> str:
    if shutil.which("php") is None:
        return "SKIPPED: php is not installed"
    modules = subprocess.run(["php", "-m"], capture_output=True, text=True, check=False)
    return "" if re.search("^curl$", modules.stdout, re.MULTILINE) else "SKIPPED: php has no curl (php-curl)"


async def _numbers(box: Box) -> dict[int, str]:
    """Give each span the number of the SIM that is in it, as an operator does; digits by port."""
    numbers = {}
    for span in json.loads(await gsm_gateway(box, "span", "list", "--json")):
        index = next(index for index in range(4) if identity(index).imsi == span["imsi"])
        numbers[int(span["port"])] = identity(index).number.removeprefix("+")
        await gsm_gateway(
            box, "directory", "number", "add", "--id", str(span["port"]), "--number", identity(index).number
        )
    return numbers


class Client:
    """What the vendor's page shows for curl, with every method behind the same address."""

    def __init__(self, box: Box, key: str) -> None:
        self._address = f"{box.address}/api-v2/index.php"
        self._key = key

    async def __call__(self, name: str, data: str, *words: str) -> Any:
        return await curl("-u", self._key, "--data", data, f"{self._address}/{name}", *words)


async def _client(box: Box) -> Client:
    return Client(box, (await gsm_gateway(box, "account", "token", "demo")).strip().replace("|", ":", 1))


def _senders(rack: Rack, number: str) -> list[str]:
    handset = rack.network.handset(number)
    return [] if handset is None else [message.sender for message in handset.messages]


async def test_bulk_reaches_every_handset_and_says_so(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        client = await _client(box)
        long = "Long text. " * 30
        answer = await client("sms/send", f"to={US},12&msg=It is a SMS message")
        good, bad = answer["send_log"]
        assert (good["code"], good["to"], good["country"], good["type"]) == (200, US, "US", "BULKSMS")
        assert (bad["code"], bad["code_desc"], bad["smsid"]) == (400, "Invalid phone number", "")
        many = ",".join(f"1281234{index:04}" for index in range(20))
        answer = await client("sms/send", f"to={many}&msg={long}")
        assert {(entry["code"], entry["parts"]) for entry in answer["send_log"]} == {(200, 3)}
        await box.until_outbox(
            lambda rows: len(rows) == 21 and all(row["status"] == "DELIVERD" for row in rows), timeout_s=30
        )
        assert texts(rack, f"+{US}") == ["It is a SMS message"]
        assert [texts(rack, f"+1281234{index:04}") for index in range(20)] == [[long]] * 20
        (row,) = (await client("sms/chat", f"external={US}&page=0"))["chat"]
        assert (row["sms_inout"], row["sms_status"], row["sms_msg"]) == ("OUT", "DELIVERED", "It is a SMS message")


async def test_two_ways_over_an_own_number(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    receiver = PushReceiver()
    await receiver.start()
    try:
        async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
            await box.until_spans_ready(2)
            numbers = await _numbers(box)
            own = numbers[2]
            address = f"http://127.0.0.1:{receiver.port}/push?key=1"
            await gsm_gateway(box, "account", "push", "demo", "voipcom", f"{own}={address}")
            client = await _client(box)
            for index in range(3):
                (entry,) = (await client("sms/send", f"from={own}&to={US}&msg=text {index}"))["send_log"]
                assert (entry["from"], entry["type"]) == (own, "2WAYSMS")
            await box.until_outbox(
                lambda rows: [(row["status"], row["port"]) for row in rows] == [("DELIVERD", 2)] * 3, timeout_s=20
            )
            rack.write(f"+{US}", f"+{own}", "Merhaba ğüş & co. 👍 " * 8)
            (push,) = await receiver.until(1, timeout_s=15)
            assert (push["from"], push["to"], push["key"]) == (US, own, "1")
            assert push["msg"] == "Merhaba ğüş & co. 👍 " * 8
            rack.write(f"+{US}", f"+{numbers[1]}", "to a number without an address")
            chats: list[dict[str, Any]] = []
            async with asyncio.timeout(15):
                while len(chats) < 2:
                    chats = (await client("sms/summary", "page=0"))["summary"]
            assert [(row["sms_internal"], row["sms_inout"], row["sms_msg"]) for row in chats] == [
                (numbers[1], "IN", "to a number without an address"),
                (own, "IN", push["msg"]),
            ]
            chat = (await client("sms/chat", f"internal={own}&external={US}&page=0"))["chat"]
            assert [row["sms_msg"] for row in chat] == [push["msg"], "text 2", "text 1", "text 0"]
            assert (await client("sms/chat", f"internal={own}&external={US}&page=1"))["chat"] == []
            assert len(receiver.pushes) == 1
    finally:
        await receiver.stop()
    assert texts(rack, f"+{US}") == ["text 0", "text 1", "text 2"]
    assert set(_senders(rack, f"+{US}")) == {f"+{own}"}


async def test_what_is_scheduled_goes_when_it_is_due_unless_it_is_deleted(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        client = await _client(box)
        (later,) = (await client("sms/send", f"to={US}&msg=later", "--data", "delivery_date=tomorrow 9am"))["send_log"]
        assert later["status"] == "SCHEDULED"
        assert (await client("sms/scheduled", ""))["scheduled"] == [{**later, "from": ""}]
        assert (await client("sms/delete", f"smsid={later['smsid']}"))["status"] == "DELETED"
        soon = (datetime.now(UTC) + timedelta(seconds=6)).strftime("%Y-%m-%d %H:%M:%S")
        (due,) = (await client("sms/send", f"to={US}&msg=soon&delivery_date={soon}"))["send_log"]
        assert (due["status"], due["delivery_date"]) == ("SCHEDULED", soon)
        await box.until_outbox(
            lambda rows: sorted(row["status"] for row in rows) == ["DELIVERD", "FAILED"], timeout_s=20
        )
        assert (await client("sms/scheduled", ""))["scheduled"] == []
        late = await client("sms/delete", f"smsid={due['smsid']}")
        assert (late["error"], late["code"], late["status"]) == (True, 409, "DELIVERED")
    assert texts(rack, f"+{US}") == ["soon"]


@pytest.mark.skipif(bool(_why_no_php()), reason=_why_no_php())
async def test_the_php_example_of_the_vendor(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        numbers = await _numbers(box)
        script = PHP_EXAMPLE.read_text(encoding="utf-8")
        for placeholder, value in {
            "https://voip-communications.net": box.address,
            "YOUR_API_KEY:YOUR_API_PASSWORD": f"demo:{PASSWORD}",
            "FROM_NUMBER": numbers[1],
            "TO_NUMBER": US,
            "TEXT_MESSAGE": "Grüße aus PHP & co. 100%",
        }.items():
            assert placeholder in script
            script = script.replace(placeholder, value)
        filled = tmp_path / "example.php"
        filled.write_text(script, encoding="utf-8")
        process = await asyncio.create_subprocess_exec("php", str(filled), stdout=asyncio.subprocess.PIPE)
        out, _ = await process.communicate()
        shown = dict(re.findall(r"\[(\w+)\] => (.*)", out.decode()))
        assert (shown["code"], shown["to"], shown["type"], shown["status"]) == ("200", US, "2WAYSMS", "QUEUED")
        assert (shown["from"], shown["msg"]) == (numbers[1], "Grüße aus PHP & co. 100%")
        await box.until_outbox(lambda rows: [row["status"] for row in rows] == ["DELIVERD"], timeout_s=20)
    assert texts(rack, f"+{US}") == ["Grüße aus PHP & co. 100%"]
