"""Which model is behind a port: what modems really answer chooses their profile, and everything goes by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from modem.driver import Ready
from modem.driver.model import Model
from modem.driver.options import ModemOptions
from modem.profiles import load_profiles
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.driver.driving import TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem, read_transcript

if TYPE_CHECKING:
    from pathlib import Path

PROFILES = load_profiles()
EC25 = PROFILES["quectel-ec25"]
HINT = replace(GENERIC, name="hint")


def test_a_hint_is_in_force_until_the_modem_has_answered() -> None:
    model = Model(fallback=GENERIC, hint=HINT)
    assert model.profile is HINT

    assert model.meet("Quectel", "EC25")
    assert model.profile is EC25
    # Another modem in its place, of a make that nobody knows.
    assert not model.meet("Example", "X1")
    assert model.profile is GENERIC


@pytest.mark.parametrize(
    ("lines", "profile", "manufacturer", "name"),
    [
        # ModemManager src/tests and gammu/gammu#126; EC25, BGS2 and SIM7600 manuals, ATI.
        (["Manufacturer: huawei", "Model: E1752", "Revision: 11.126.85"], "huawei-e173", "huawei", "E1752"),
        (["Quectel", "EC25", "Revision: EC25EFAR06A03M4G"], "quectel-ec25", "", "EC25"),
        (["Cinterion", "BGS2-W", "REVISION 01.301"], "cinterion-bgs2", "", "BGS2-W"),
        (
            ["Manufacturer: SIMCOM INCORPORATED", "Model: SIMCOM_SIM7600E-H", "IMEI: 861"],
            "sim7600",
            "SIMCOM INCORPORATED",
            "SIMCOM_SIM7600E-H",
        ),
        (["Manufacturer: INCORPORATED", "Model: A7670E-FASE"], "a7670", "INCORPORATED", "A7670E-FASE"),
        (["Example", "EC25-like"], "generic", "", ""),
        ([], "generic", "", ""),
    ],
)
def test_identification_helps_where_the_standard_commands_do_not(
    lines: list[str], profile: str, manufacturer: str, name: str
) -> None:
    model = Model(fallback=GENERIC)
    assert not model.meet("", "")
    model.meet_by_identification(lines)

    assert (model.profile.name, model.manufacturer, model.name) == (profile, manufacturer, name)


def test_a_network_that_is_slower_than_the_owner_is_waited_for() -> None:
    model = Model(fallback=replace(GENERIC, submit_timeout_s=180))

    patient = model.patient(ModemOptions())
    assert (patient.submit_timeout_s, patient.hung_after_s) == (180, 180)
    assert model.patient(ModemOptions(submit_timeout_s=300)).submit_timeout_s == 300


async def test_the_driver_goes_by_what_the_modem_says_and_says_so(link: Path) -> None:
    answers, _ = read_transcript("quectel_ec25.at")
    with capture_logs() as logs:
        async with (
            ScriptedModem(link=link, answers=answers, memories={}) as scripted,
            driven(scripted) as (modem, owner),
        ):
            assert modem.profile is EC25
            assert (await owner.until(Ready)).identity.profile == "quectel-ec25"
            # Its own commands; the one that it refuses does no harm.
            assert 'AT+QURCCFG="urcport","all"' in scripted.heard
            assert "ATI" not in scripted.heard
            await modem.submit(TPDU)
    (line,) = [line for line in logs if line.get("action") == "ready"]
    assert (line["model"], line["profile"]) == ("EC25", "quectel-ec25")


async def test_a_modem_that_nobody_knows_runs_on_the_fallback(link: Path) -> None:
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted, hint=EC25) as (modem, _),
    ):
        assert modem.profile is GENERIC
        assert "ATI" in scripted.heard
        assert not [command for command in scripted.heard if "QURCCFG" in command]


async def test_a_modem_that_refuses_the_standard_commands_is_known_by_its_identification(link: Path) -> None:
    answers = {**PLAIN, "AT+CGMI": ["ERROR"], "AT+CGMM": ["ERROR"], "ATI": ["Quectel", "EC21", "Revision: 1", "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, owner):
        identity = (await owner.until(Ready)).identity
        assert (identity.model, identity.profile) == ("EC21", "quectel-ec25")
        assert modem.profile is EC25


async def test_lines_of_a_start_count_by_the_profile_in_force(link: Path) -> None:
    """Sierra's say nothing at a start, so what looks like another model's word for it does not restart them."""
    answers = {**PLAIN, "AT+CGMI": ["Telit", "OK"], "AT+CGMM": ["LE910-EUG", "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (_, owner):
        scripted.say("RDY")
        await scripted.until_heard("AT+CSQ", times=1)
        answers["AT+CGMM"] = ["Scripted", "OK"]
        scripted.unplug()
        scripted.plug()
        await owner.until(Ready, count=2)
        scripted.say("RDY")  # a modem that nobody knows: any model's word is taken for it
        await owner.until(Ready, count=3)
