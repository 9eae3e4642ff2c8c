"""SIMs, their PINs, their balance and their callers, with the whole process on emulated modems."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.control import ask, control_path
from modem.emulator.actions.card import LockSim
from modem.emulator.actions.money import Charge
from modem.emulator.actions.people import Call
from modem.emulator.actions.ussd import BeginUssd
from modem.emulator.network import AnswerRule
from modem.emulator.network.answer import OPERATOR_BARRING, Answer
from modem.emulator.numbering import identity
from modem.emulator.rack.rack import Rack
from tests.acceptance.conftest import MakeRack
from tests.support.box import Box, running_box

QUICK = "[dispatch]\npatience_s = 2\nevidence_s = 2\nsubmit_timeout_s = 20\n"


async def cli(box: Box, *words: str) -> tuple[int, str, str]:
    """Run `gsm-gateway WORDS --config …` as a person would; exit status, output, errors."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import gateway.cli; gateway.cli.main()", *words, "--config", str(box.config),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode(), errors.decode()


async def until_logged(box: Box, words: str, *, timeout_s: float = 20) -> None:
    async with asyncio.timeout(timeout_s):
        while words not in box.log.read_text():
            await asyncio.sleep(0.05)  # a file has no event to wait for


def locked(rack: Rack, pin: str) -> None:
    LockSim(modem=0, pin=pin).run(rack)


def sim(pin_file: Path) -> str:
    return f'[[modems.sim]]\niccid = "{identity(0).iccid}"\npin_file = "{pin_file}"\n'


@pytest.mark.timeout(120)
async def test_a_wrong_pin_costs_one_try_over_restarts_and_a_corrected_file_opens_the_sim(
    tmp_path: Path, make_rack: MakeRack
) -> None:
    rack = await make_rack(count=2)
    locked(rack, "4711")
    pin_file = tmp_path / "pin"
    box = Box(tmp_path, ports=[str(port) for port in rack.ports], settings=sim(pin_file) + QUICK)
    secret = rack.machines[0].equipment.sim.pin

    # No file: the other modem sends all the same.
    await box.start()
    await box.until_spans_ready(1)
    await until_logged(box, f"PIN file {pin_file} cannot be read: No such file or directory")
    pin_file.write_text("1111\n")
    pin_file.chmod(0o600)
    await until_logged(box, "PIN refused by the SIM")
    assert secret.tries_left == 2
    await box.kill()
    box.log.write_text("")
    await box.start()
    await box.until_spans_ready(1)
    await until_logged(box, "the SIM refused the configured PIN; it is not tried again")
    assert secret.tries_left == 2
    pin_file.write_text("4711\n")
    await box.until_spans_ready(2)
    assert secret.tries_left == 3
    await box.stop()
    assert "4711" not in box.log.read_text()


@pytest.mark.timeout(120)
async def test_balance_menus_and_calls_of_a_span(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=1)
    Charge.model_validate({"modem": 0, "tariff": {"balance_cents": 500, "price_cents": 9}}).run(rack)
    rules = '[[modems.balance]]\noperator = "Emul*"\nmccmnc = "00101"\ncode = "*100#"\nlow = 10\n'
    async with running_box(tmp_path, ports=[str(rack.ports[0])], settings=rules + QUICK) as box:
        await box.until_spans_ready(1)
        await until_logged(box, "balance of the SIM is low")
        assert "balance        5.00, low, read 20" in (await cli(box, "span", "show", "1"))[1]
        assert (await cli(box, "ussd", "1", "*100#"))[:2] == (0, "Your balance is 5.00.\n")
        code, output, errors = await cli(box, "ussd", "1", "*101#", "--reply", "2")
        assert (code, output) == (
            0,
            "> *101#\n1 Balance\n2 My number\n0 End\n> 2\nYour number is +33639980001.\n9 Back\n",
        )
        assert "gsm-gateway ussd 1 --reply" in errors
        code, output, _ = await cli(box, "ussd", "1", "--reply", "9", "--json")
        assert (code, json.loads(output)["state"]) == (0, "answer wanted")
        assert (await cli(box, "ussd", "1", "--cancel"))[0] == 0
        code, _, errors = await cli(box, "ussd", "1", "*999#")
        assert (code, errors) == (1, "(the network does not know this code)\n")
        assert (await cli(box, "ussd", "7", "*100#"))[0] == 1

        Call(modem=0, caller="+491711234567").run(rack)
        await until_logged(box, "incoming call")
        assert "+491711234567" not in box.log.read_text()
        pages = {"start": {"text": "Please rate us.", "choices": {"*": "end"}}, "end": {"text": "Thank you."}}
        BeginUssd.model_validate({"modem": 0, "service": {"code": "*0#", "pages": pages}}).run(rack)
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(10):
            while not found or found[0]["state"] != "answer wanted":
                found = await ask(control_path(tmp_path / "gateway.db"), "ussd list", {"port": 1, "limit": 1})
        assert found[0]["turns"][0]["reply"] == "Please rate us."
        await box.send("+491710000001", "sends all the same")
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=15)


@pytest.mark.timeout(120)
async def test_a_barred_sim_stays_stopped_over_a_restart(tmp_path: Path, make_rack: MakeRack) -> None:
    rack = await make_rack(count=2)
    box = Box(tmp_path, ports=[str(port) for port in rack.ports], settings=QUICK)
    await box.start()
    await box.until_spans_ready(2)
    barred = AnswerRule(imsi=identity(0).imsi, answer=Answer(cause=OPERATOR_BARRING))
    rack.change(lambda network, _: network.rule(barred))
    for index in range(4):
        await box.send(f"+49171000001{index}", f"message {index}")
    await box.until_outbox(lambda rows: sum(row["status"] == "DELIVERD" for row in rows) == 4, timeout_s=30)
    await until_logged(box, "SIM left alone")
    await box.kill()
    box.log.write_text("")
    await box.start()
    await box.until_spans_ready(1)
    await until_logged(box, "SIM left alone")
    await box.stop()
