"""The promises of the README, kept by the whole process on emulated modems."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from modem.pdu import Submit
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box
from tests.support.receiver import PushReceiver
from tests.support.waiting import until

FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GIRL}\N{ZERO WIDTH JOINER}\N{BOY}"
QUICK = "[dispatch]\npatience_s = 2\nevidence_s = 2\nsubmit_timeout_s = 20\n"

TEXTS = {
    "plain": "Hello from the gateway",
    "extension": "€[]{}~^|\\ and back",
    "turkish": "Şişli'de İğne ığdır: çağrı geldi",
    "hindi": "नमस्ते दुनिया, यह एक संदेश है",
    "arabic": "مرحبا بالعالم هذه رسالة",
    "family at a border": "x" * 64 + FAMILY + "y" * 10,
    "160": "a" * 160,
    "161": "b" * 161,
    "1530": "0123456789" * 153,
    "markup and line ends": '<b>"quoted"</b>\r\n\ttab & more\n',
}


@pytest.mark.timeout(120)
async def test_every_text_arrives_as_it_was_sent(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=4)
    async with running_box(tmp_path, ports=[str(port) for port in rack.ports]) as box:
        await box.until_spans_ready(4)
        numbers = {f"+49171000{index:04}": text for index, text in enumerate(TEXTS.values())}
        for number, text in numbers.items():
            await box.send(number, text)
        rows = await box.until_outbox(
            lambda rows: all(row["status"] == "DELIVERD" for row in rows) and len(rows) == len(TEXTS), timeout_s=15
        )
        assert {row["phonenumber"]: row["message"] for row in rows} == numbers
        assert {number: _texts(rack, number) for number in numbers} == {
            number: [text] for number, text in numbers.items()
        }


async def test_modems_behind_a_terminal_server_are_used_like_others(tmp_path: Path) -> None:
    rack = Rack(count=2, tcp=[("127.0.0.1", 0), ("127.0.0.1", 0)])
    await rack.start()
    try:
        ports = [address for index in range(2) for address in rack.addresses(index)]
        async with running_box(tmp_path, ports=ports) as box:
            await box.until_spans_ready(2)
            await box.send("+491710000001", "over a socket")
            await box.until_outbox(lambda rows: [row["status"] for row in rows] == ["DELIVERD"], timeout_s=15)
            assert _texts(rack, "+491710000001") == ["over a socket"]
    finally:
        await rack.stop()


@pytest.mark.parametrize("number", ["12345", "110", "0800123456", "+8821612345678"])
async def test_short_codes_and_odd_numbers_are_sent_as_written(
    tmp_path: Path, make_rack: MakeRack, number: str
) -> None:
    rack = await make_rack(count=1)
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        await box.send(number, "ping")
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=15)
        assert _texts(rack, number) == ["ping"]


@pytest.mark.timeout(120)
async def test_a_receiver_that_was_down_gets_result_and_report_in_order(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    receiver = PushReceiver()
    async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
        await box.until_spans_ready(1)
        assert (await box.post("smsoutbox/set_config", **receiver.settings()))["code"] == 200
        numbers = [f"+4917100000{index:02}" for index in range(10)]
        for number in numbers:
            await box.send(number, "hello")
        await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=15)
        await receiver.start()  # only now; the first tries have failed
        try:
            pushes = await receiver.until(20, timeout_s=60)
        finally:
            await receiver.stop()
        by_number = {number: [push["type"] for push in pushes if push["phonenumber"] == number] for number in numbers}
        assert by_number == {number: ["SMS-Status-Result", "SMS-Status-Report"] for number in numbers}
        assert all(push["status"] in {"Sent", "Message received on handset"} for push in pushes)


async def test_parts_out_of_order_become_one_push_and_one_row(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    receiver = PushReceiver()
    await receiver.start()
    text = "".join(f"{index:03} " for index in range(100))  # 400 characters: three segments
    try:
        async with running_box(tmp_path, ports=[str(rack.ports[0])]) as box:
            await box.until_spans_ready(1)
            await box.post("smsoutbox/set_config", **receiver.settings())
            rack.write("+491710001111", identity(0).number, text, order=[3, 1, 2])
            pushes = await receiver.until(1, timeout_s=15)
            inbox = await box.post("smsinbox/get")
        assert [push["message"] for push in pushes] == [text]
        assert [(row["phonenumber"], row["message"]) for row in inbox["data"]] == [("+491710001111", text)]
    finally:
        await receiver.stop()


@pytest.mark.timeout(150)
async def test_kill_9_in_mid_run_loses_nothing_and_repeats_at_most_one_per_modem(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    modems, messages = 8, 200
    rack = await make_rack(count=modems, radio_time_s=0.2)
    box = Box(tmp_path, ports=[str(port) for port in rack.ports], settings=QUICK)
    await box.start()
    texts = [f"message {index}" for index in range(messages)]
    try:
        await box.until_spans_ready(modems)
        await asyncio.gather(*(box.send(f"+4917100{index:05}", text) for index, text in enumerate(texts)))
        await until(lambda: len(_submitted(rack)) > messages // 3, timeout_s=30)
        await box.kill()
        await box.start()
        rows = await box.until_outbox(lambda rows: all(row["status"] == "DELIVERD" for row in rows), timeout_s=90)
    finally:
        await box.stop()
    assert len(rows) == messages
    on_air = Counter(_submitted(rack))
    assert set(on_air) == set(texts)
    assert sum(count - 1 for count in on_air.values()) <= modems
    assert max(on_air.values()) <= 2


@pytest.mark.timeout(120)
async def test_an_unplugged_modem_comes_back_while_the_others_go_on(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=3, radio_time_s=0.2)
    ports = [str(port) for port in rack.ports]
    async with running_box(tmp_path, ports=ports, settings=QUICK) as box:
        await box.until_spans_ready(3)
        spans = {span["port"] for span in (await box.post("sms/get_valid_spans"))["data"]}
        for port in spans:
            for index in range(30):
                await box.send(f"+49171{port:02}0000{index:02}", f"{port}/{index}", spans=[port])
        await until(lambda: len(_submitted(rack)) >= 15, timeout_s=30)
        rack.unplug(0)
        before = Counter(_submitted_by(rack))
        gone, *others = (identity(index).imsi for index in range(3))

        def during() -> Counter[str | None]:
            return Counter(_submitted_by(rack)) - before

        await until(lambda: all(during()[imsi] >= 5 for imsi in others), timeout_s=20)
        assert during()[gone] == 0
        rack.plug(0)
        await until(lambda: during()[gone] > 0, timeout_s=20)
        # A report that comes while the modem boots is lost in the modem (+CNMI is volatile): then SENT is the truth.
        rows = await box.until_outbox(
            lambda rows: all(row["status"] in {"SENT", "DELIVERD"} for row in rows), timeout_s=60
        )
    assert len(rows) == 90
    on_air = Counter(_submitted(rack))
    assert len(on_air) == 90
    assert sum(on_air.values()) <= 91


def _texts(rack: Rack, number: str) -> list[str | None]:
    handset = rack.network.handset(number)
    return [] if handset is None else [message.text for message in handset.messages]


def _submitted(rack: Rack) -> list[str | None]:
    return [entry.tpdu.text for entry in rack.network.ledger if isinstance(entry.tpdu, Submit)]


def _submitted_by(rack: Rack) -> list[str | None]:
    return [entry.imsi for entry in rack.network.ledger if isinstance(entry.tpdu, Submit)]
