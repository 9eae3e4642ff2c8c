"""Clients of other services, written from the vendors' documents alone, up to the handset."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.control import RemoteAccounts, control_path
from modem.emulator.rack.rack import Rack
from tests.acceptance.conftest import MakeRack
from tests.support.box import PASSWORD, Box, running_box
from tests.support.receiver import PushReceiver

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(shutil.which("curl") is None, reason="SKIPPED: curl is not installed"),
]


async def curl(*words: str) -> Any:
    """Run curl as the vendor's examples do; gives the answer's document."""
    return json.loads(await curl_text(*words))


async def curl_text(*words: str) -> str:
    """Run curl as the vendor's examples do; gives the answer as it is."""
    return await _run("curl", "-s", "--max-time", "40", *words)


async def gsm_gateway(box: Box, *words: str) -> str:
    """Run the command line beside the running gateway."""
    python = (sys.executable, "-c", "import gateway.cli; gateway.cli.main()")
    return await _run(*python, *words, "--config", str(box.config))


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def texts(rack: Rack, number: str) -> list[str | None]:
    """What the phone of a number shows."""
    handset = rack.network.handset(number)
    return [] if handset is None else [message.text for message in handset.messages]


async def test_onezeroart_with_curl(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        login = json.dumps({"email": "demo", "password": PASSWORD})
        kind = ("-H", "Content-Type: application/json", "-H", "Accept: application/json")
        answer = await curl(f"{box.address}/api/v1/auth/login", *kind, "-d", login)
        bearer = ("-H", f"Authorization: Bearer {answer['data']['token']}")

        body = {"isp_id": 1, "branch_id": 1, "user_id": 1, "phone": "+8801712345678", "message": "Your bill is due."}
        sent = await curl(f"{box.address}/api/v1/sms/send", *bearer, *kind, "-d", json.dumps(body))
        assert sent["success"] is True
        assert sent["data"]["message_id"].startswith("MSG")

        ids = []
        for index in range(3):
            contact = json.dumps({"fullname": f"Person {index}", "phone": f"+88017123456{index:02}"})
            made = await curl(f"{box.address}/api/v1/subscribers", *bearer, *kind, "-d", contact)
            ids.append(made["data"]["subscriber"]["id"])
        body = {"subscriber_ids": [*ids, 999], "message": "রক্ষণাবেক্ষণ আজ রাতে"}
        bulk = await curl(f"{box.address}/api/v1/sms/send-bulk", *bearer, *kind, "-d", json.dumps(body))
        assert bulk["data"] == {"total": 4, "sent": 3, "failed": 1}

        await box.until_outbox(
            lambda rows: len(rows) == 4 and all(row["status"] == "DELIVERD" for row in rows), timeout_s=20
        )
        assert texts(rack, "+8801712345678") == ["Your bill is due."]
        assert [texts(rack, f"+88017123456{index:02}") for index in range(3)] == [["রক্ষণাবেক্ষণ আজ রাতে"]] * 3


async def test_smsplus_with_curl_over_the_spans_of_the_sender_name(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(2)
        await gsm_gateway(box, "directory", "sender", "add", "--name", "ACME", "--spans", "2", "--approved", "yes")
        text = "Hello {1}, your code is {2}."
        await gsm_gateway(box, "directory", "template", "add", "--id", "9", "--name", "welcome", "--text", text)
        await gsm_gateway(box, "directory", "template", "approve", "welcome")
        token = (await gsm_gateway(box, "account", "token", "demo")).strip()
        body = {
            "sender_name": "ACME",
            "message_template_id": 9,
            "mobile_numbers": ["994501234567", "994551234567"],
            "first_parameters": ["Əli", "Leyla"],
            "second_parameters": ["1234", "5678"],
        }
        answer = await curl(
            f"{box.address}/api/sms/send", "-H", f"Authorization: Bearer {token}", "-d", json.dumps(body)
        )
        assert answer == {"success": True, "code": "100", "message": "Messages sent successfully"}
        rows = await box.until_outbox(
            lambda rows: len(rows) == 2 and all(row["status"] == "DELIVERD" for row in rows), timeout_s=20
        )
        assert {row["port"] for row in rows} == {2}
        assert texts(rack, "+994501234567") == ["Hello Əli, your code is 1234."]
        assert texts(rack, "+994551234567") == ["Hello Leyla, your code is 5678."]


async def test_openvox_get_with_curl(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    receiver = PushReceiver()
    await receiver.start()
    try:
        async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
            await box.until_spans_ready(2)
            await _drive_openvox_get(box, rack, receiver)
    finally:
        await receiver.stop()


async def _drive_openvox_get(box: Box, rack: Rack, receiver: PushReceiver) -> None:
    await gsm_gateway(box, "account", "set", "demo", "--role", "admin")
    settings = [f"{name}={value}" for name, value in receiver.settings().items()]
    await gsm_gateway(box, "account", "push", "demo", "openvox", *settings)
    login = f"username=demo&password={PASSWORD.replace(' ', '%20')}"

    # As a hasty script has it: raw octets and a raw plus (blanks curl itself does not let pass).
    hasty = "phonenumber=+491711234567&message=Grüße%20an%20alle&port=1&id=e3e79a93"
    sent = await curl(f"{box.address}/sendsms?{login}&{hasty}")
    (records,) = sent["report"]
    assert sent["message"] == "Grüße an alle"
    assert [(key, one["port"], one["id"], one["result"]) for key, (one,) in records.items()] == [
        ("1", "1", "e3e79a93", "sending")
    ]
    form: tuple[str, ...] = ("--data-urlencode", f"password={PASSWORD}", "-d", "username=demo", "-d", "message=two")
    form += ("-d", "phonenumber=10086,10010", "-d", "port=gsm-1,gsm-1.2", "-d", "report=No")
    words = await curl_text(f"{box.address}/sendsms", *form)
    assert words == "sendingsending"
    rows = await box.until_outbox(
        lambda rows: len(rows) == 3 and all(row["status"] == "DELIVERD" for row in rows), timeout_s=20
    )
    assert {row["phonenumber"]: row["port"] for row in rows} == {"+491711234567": 1, "10086": 1, "10010": 2}
    assert texts(rack, "+491711234567") == ["Grüße an alle"]

    status = await curl(f"{box.address}/smsstatus?{login}&phonenumber=%2B491711234567&id=e3e79a93")
    sims = await curl(f"{box.address}/simstatus?{login}")
    assert (status["id"], status["status"], status["port"]) == ("e3e79a93", "DELIVERD", "1")
    assert [one["status"] for (one,) in sims.values()] == ["Registered (Home network)"] * 2
    assert status["imsi"] == sims["1"][0]["imsi"]
    assert (
        await curl_text(f"{box.address}/smsremain?{login}") == '{"Total_channel":"2","Smsremain":[{"1":"0","2":"0"}]}'
    )
    await receiver.until(6, timeout_s=20)
    results = [one for one in receiver.pushes if one["type"] == "SMS-Status-Result"]
    assert {one["phonenumber"]: one["status"] for one in results} == dict.fromkeys(
        ("+491711234567", "10086", "10010"), "Sent"
    )

    asked = await curl(f"{box.address}/sendussd?{login}&message=*100%23&port=2&id=u1")
    assert asked["report"][0]["1"][0]["result"] == "sending"
    ussd = (await receiver.until(7, timeout_s=20))[-1]
    assert (ussd["type"], ussd["port"], ussd["id"], ussd["status"], ussd["code"]) == (
        "USSD-Result", "2", "u1", "Success", "0",
    )  # fmt: skip
    assert ussd["message"].startswith("Your balance is ")

    # The same client of a device with older firmware.
    await gsm_gateway(box, "account", "push", "demo", "openvox", "profile=legacy")
    portal = f"{box.address}/sendsms?{login}&phonenumber=%2B491711234567&message=hello&report=JSON&smslog_id=77"
    (records,) = (await curl("--http1.0", portal))["report"]
    (record,) = records["0"]
    assert (record["result"], record["port"][:6], record["id"]) == ("success", "gsm-1.", "null")
    asked = await curl(f"{box.address}/sendussd?{login}&message=*100%23&port=gsm-1.1")
    (record,) = asked["report"][0]["0"]
    assert (record["port"], record["result"]) == ("gsm-1.1", "success")
    assert record["response"].startswith("Your balance is ")


async def test_a_message_survives_a_power_cut_right_behind_its_answer(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    box = Box(tmp_path, ports=[str(port) for port in rack.ports])
    await box.start()
    try:
        await box.until_spans_ready(1)
        rack.unplug(0)  # the message waits, so that nothing of it can be on the air
        token = await RemoteAccounts(control_path(tmp_path / "gateway.db")).create_token("demo", label="")
        body = json.dumps({"phone": "+8801712345678", "message": "once"})
        sent = await curl(f"{box.address}/api/v1/sms/send", "-H", f"Authorization: Bearer {token}", "-d", body)
        assert sent["success"] is True
        await box.kill()
        rack.plug(0)
        await box.start()
        await box.until_outbox(lambda rows: [row["status"] for row in rows] == ["DELIVERD"], timeout_s=30)
    finally:
        await box.stop()
    assert texts(rack, "+8801712345678") == ["once"]
