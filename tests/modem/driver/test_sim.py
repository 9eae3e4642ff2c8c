"""PIN, busy and missing SIMs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import NotReady, Ready, SimOptions
from tests.modem.driver.driving import FAST, driven
from tests.support.scripted_modem import ICCID, PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

WITH_PIN = replace(FAST, sims={ICCID: SimOptions(pin="1234")})
ENTER = 'AT+CPIN="1234"'
LOCKED = {**PLAIN, "AT+CPIN?": ["+CPIN: SIM PIN", "OK"], ENTER: ["OK"]}


class LockedModem(ScriptedModem):
    """Says READY once the right PIN was entered."""

    def _obey(self, command: str) -> None:
        if command == ENTER and self.answers[ENTER] == ["OK"]:
            self.answers["AT+CPIN?"] = PLAIN["AT+CPIN?"]
        super()._obey(command)


@pytest.mark.parametrize(
    "counter",
    [
        {'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,3,3", "OK"]},
        {'AT+CSIM=10,"0020000100"': ['+CSIM: 4,"63C3"', "OK"]},
        {},
    ],
    ids=["+CPINR", "+CSIM", "counter not told"],
)
async def test_pin_is_entered_once(link: Path, counter: dict[str, list[str]]) -> None:
    async with LockedModem(link=link, answers={**LOCKED, **counter}) as scripted, driven(scripted, options=WITH_PIN):
        assert scripted.heard.count(ENTER) == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (
            {'AT+CPINR="SIM PIN"': ["+CPINR: SIM PIN,2,3", "OK"]},
            "the SIM has only 2 PIN tries left; the configured PIN is not risked",
        ),
        ({'AT+CSIM=10,"0020000100"': ['+CSIM: 4,"63C1"', "OK"]}, "the SIM has only 1 PIN tries left"),
        ({"AT+CPIN?": ["+CPIN: SIM PUK", "OK"]}, "the SIM wants its PUK"),
        ({"AT+CPIN?": ["+CME ERROR: 10"]}, "no SIM inserted"),
        ({"AT+CPIN?": ["+CME ERROR: SIM failure"]}, "SIM failure"),
    ],
    ids=["two tries left", "one try left", "PUK", "no SIM", "SIM failure"],
)
async def test_sim_that_needs_a_person_is_told_and_no_pin_is_risked(
    link: Path, answers: dict[str, list[str]], reason: str
) -> None:
    async with (
        LockedModem(link=link, answers={**LOCKED, **answers}) as scripted,
        driven(scripted, options=WITH_PIN, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason.startswith(reason))
        assert ENTER not in scripted.heard


async def test_missing_pin_is_told(link: Path) -> None:
    async with (
        LockedModem(link=link, answers=dict(LOCKED)) as scripted,
        driven(scripted, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "none is configured" in event.reason)


async def test_refused_pin_is_never_tried_again(link: Path) -> None:
    answers = {**LOCKED, ENTER: ["+CME ERROR: 16"]}
    async with (
        LockedModem(link=link, answers=answers) as scripted,
        driven(scripted, options=WITH_PIN, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: "refused" in event.reason)
        scripted.say("RDY")
        await scripted.until_heard("AT+CPIN?", times=2)
        await scripted.until_heard("AT+CMEE=1", times=2)
        assert scripted.heard.count(ENTER) == 1


async def test_inserted_sim_starts_the_modem_up(link: Path) -> None:
    answers = {**PLAIN, "AT+CPIN?": ["+CME ERROR: 10"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (_, owner),
    ):
        await owner.until(NotReady, matching=lambda event: event.reason == "no SIM inserted")
        scripted.answers["AT+CPIN?"] = PLAIN["AT+CPIN?"]
        scripted.say("+CPIN: READY")
        await owner.until(Ready)


async def test_busy_sim_is_asked_again_when_it_says_that_it_is_ready(link: Path) -> None:
    answers = {**PLAIN, "AT+CPIN?": ["+CME ERROR: 14"], "AT+CIMI": ["+CME ERROR: 515"]}
    async with (
        ScriptedModem(link=link, answers=answers) as scripted,
        driven(scripted, is_ready_expected=False) as (modem, owner),
    ):
        await scripted.until_heard("AT+CPIN?")
        scripted.answers.update(PLAIN)
        scripted.say("SMS Ready")
        await owner.until(Ready)
        assert modem.identity is not None
        assert modem.identity.imsi == "262010000000001"


async def test_pin_of_another_sim_is_not_risked(link: Path) -> None:
    options = replace(FAST, sims={"8949000000000000000": SimOptions(pin="1234")})
    async with (
        LockedModem(link=link, answers=LOCKED) as scripted,
        driven(scripted, options=options, is_ready_expected=False) as (
            _,
            owner,
        ),
    ):
        await owner.until(NotReady, matching=lambda event: "none is configured for ICCID" in event.reason)
        assert ENTER not in scripted.heard


@pytest.mark.parametrize("state", ["READY", '"READY"', "Ready"])
async def test_sim_without_a_pin_is_ready_however_it_is_written(link: Path, state: str) -> None:
    answers = {**PLAIN, "AT+CPIN?": [f"+CPIN: {state}", "OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        assert modem.is_ready
