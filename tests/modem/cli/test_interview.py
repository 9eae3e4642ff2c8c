"""A modem is asked who it is; nothing that changes anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.cli.interview import interview
from tests.support.scripted_modem import ICCID, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack.blocking import GsmNetwork


async def test_a_modem_tells_everything_and_is_only_asked_by_commands_that_read(tmp_path: Path) -> None:
    async with ScriptedModem(link=tmp_path / "modem") as modem:
        said = await interview(str(modem.link), baudrate=115200, is_thorough=True)
        heard = list(modem.heard)
    assert said is not None
    assert (said.manufacturer, said.model, said.imei) == ("Example", "Scripted", "490154203237518")
    assert (said.sim, said.iccid, said.operator, said.signal_dbm) == ("READY", ICCID, "Example Net", -73)
    assert said.registration
    assert said.profile == "generic"
    assert said.capabilities["indications it offers"] == "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)"
    assert "AT+CPIN?" in heard
    assert not [line for line in heard if "=" in line.replace("=?", "") and not line.startswith("AT+CRSM=176")]


async def test_a_sim_that_wants_its_pin_says_so_and_none_is_entered(tmp_path: Path) -> None:
    async with ScriptedModem(link=tmp_path / "modem") as modem:
        modem.answers["AT+CPIN?"] = ["+CPIN: SIM PIN", "OK"]
        said = await interview(str(modem.link), baudrate=115200)
        assert said is not None
        assert said.sim == "SIM PIN"
        assert not [line for line in modem.heard if line.startswith("AT+CPIN=")]


@pytest.mark.parametrize(
    ("operator", "name"),
    [("0045006D0075006C0061007400650064", "Emulated"), ("26201", "26201"), ("Cafe Net", "Cafe Net"), ("DEAF", "DEAF")],
)
async def test_an_operator_reads_as_a_name_also_where_the_character_set_is_ucs2(
    tmp_path: Path, operator: str, name: str
) -> None:
    """As ModemManager leaves a modem; seen on an EC25 that it had probed."""
    async with ScriptedModem(link=tmp_path / "modem") as modem:
        modem.answers["AT+COPS?"] = [f'+COPS: 0,0,"{operator}",7', "OK"]
        said = await interview(str(modem.link), baudrate=115200)
    assert said is not None
    assert said.operator == name


async def test_a_missing_sim_is_told_in_words(tmp_path: Path) -> None:
    async with ScriptedModem(link=tmp_path / "modem") as modem:
        modem.answers["AT+CPIN?"] = ["+CME ERROR: 10"]
        said = await interview(str(modem.link), baudrate=115200)
        assert said is not None
        assert "SIM not inserted" in said.sim


async def test_what_keeps_silent_is_no_modem(tmp_path: Path) -> None:
    async with ScriptedModem(link=tmp_path / "modem", is_silent=True) as modem:
        assert await interview(str(modem.link), baudrate=115200) is None


@pytest.mark.parametrize(
    ("model", "profile"), [("sim800", "sim800"), ("quectel-ec25", "quectel-ec25"), ("huawei-e173", "huawei-e173")]
)
async def test_an_emulated_model_is_known_by_what_it_says(gsm_network: GsmNetwork, model: str, profile: str) -> None:
    modem = gsm_network.add_modem(model)
    said = await interview(modem.port, baudrate=115200)
    assert said is not None
    assert (said.profile, said.iccid, said.imei) == (profile, modem.iccid, modem.imei)
