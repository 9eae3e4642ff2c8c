"""gammu, unmodified, identifies an emulated modem, sends through it and reads what arrived."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from modem.profiles import load_profiles
from tests.interop.program import needs, run
from tests.interop.texts import (
    EXTENDED,
    LONG,
    MANUFACTURER,
    MODEL,
    PIN,
    RECIPIENTS,
    SENDERS,
    UNICODE,
    check_handsets,
    check_reports,
    let_people_write,
)

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(60), needs("gammu", "gammu")]

OPTIONS = {EXTENDED: [], UNICODE: ["-unicode"], LONG: ["-len", "600", "-report"]}


class Gammu:
    """gammu on one modem."""

    def __init__(self, rack: Rack, index: int, home: Path) -> None:
        self._home = home
        self._config = home / f"gammurc{index}"
        self._config.write_text(f"[gammu]\nport = {rack.ports[index]}\nconnection = at115200\n")

    async def __call__(self, *arguments: str) -> str:
        return await run("gammu", "-c", str(self._config), *arguments, home=self._home)


async def test_gammu_identifies_the_modem(rack: Rack, tmp_path: Path) -> None:
    printed = await Gammu(rack, 0, tmp_path)("identify")

    who = rack.machines[0].equipment
    for fact in (MANUFACTURER, MODEL, who.identity.imei, who.sim.imsi):
        assert fact in printed


async def test_gammu_sends_through_three_modems_at_once(rack: Rack, tmp_path: Path) -> None:
    async def send(index: int, recipient: str, text: str) -> None:
        await Gammu(rack, index, tmp_path)("sendsms", "TEXT", recipient, "-textutf8", text, *OPTIONS[text])

    await asyncio.gather(*(send(index, *sending) for index, sending in enumerate(RECIPIENTS.items())))

    await check_handsets(rack)
    await check_reports(rack)


async def test_gammu_reads_what_arrived(rack: Rack, tmp_path: Path) -> None:
    let_people_write(rack, 0)
    gammu = Gammu(rack, 0, tmp_path)

    segments = await gammu("getallsms")
    messages = await gammu("geteachsms")

    assert "5 SMS parts in 5 SMS sequences" in segments
    assert "5 SMS parts in 3 SMS sequences" in messages
    for sender, text in SENDERS.items():
        assert f'"{sender}"' in messages
        assert f"\n\n{text}\n" in messages


@pytest.mark.parametrize("rack", [tuple(load_profiles())], indirect=True, ids=["every model"])
async def test_gammu_works_with_every_model(rack: Rack, tmp_path: Path) -> None:
    async def work(index: int) -> None:
        gammu, who = Gammu(rack, index, tmp_path), rack.machines[index].equipment
        person = f"+4917110000{index:02}"
        rack.write(person, who.sim.number, f"to {who.personality.model}")

        identified = await gammu("identify")
        for fact in (who.personality.model, who.identity.imei, who.sim.imsi):
            assert fact in identified
        await gammu("sendsms", "TEXT", person, "-text", f"from {who.personality.model}")
        assert f"to {who.personality.model}" in await gammu("getallsms")
        assert [message.text for message in await rack.messages(person)] == [f"from {who.personality.model}"]

    async with asyncio.TaskGroup() as working:
        for index in range(len(rack.machines)):
            working.create_task(work(index))


async def test_gammu_asks_for_the_balance(rack: Rack, tmp_path: Path) -> None:
    printed = await Gammu(rack, 0, tmp_path)("getussd", "*100#")

    assert re.search(r'^Status +: No action needed\nService reply +: "Your balance is .+"$', printed, re.MULTILINE)


async def test_gammu_unlocks_the_card(locked_rack: Rack, tmp_path: Path) -> None:
    gammu = Gammu(locked_rack, 0, tmp_path)

    assert "Waiting for PIN." in await gammu("getsecuritystatus")
    await gammu("entersecuritycode", "PIN", PIN)
    assert "Nothing to enter." in await gammu("getsecuritystatus")
