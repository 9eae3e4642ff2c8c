"""An open port: restarts, lost settings, registration, silence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from modem.driver import Accepted, Lost, NoAnswer, NotReady, Ready, RegistrationChanged, SignalChanged, StoredAt
from tests.modem.driver.driving import FAST, TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


async def test_restarted_modem_is_started_up_again(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, owner):
        await scripted.until_heard("AT+CMGL=4")
        scripted.say("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready")
        await owner.until(Ready, count=2)
        assert scripted.heard.count("AT+CMGF=0") == 2
        assert not owner.all(Lost)
        assert isinstance(await modem.submit(TPDU), Accepted)


async def test_submit_that_waited_for_the_line_does_not_go_to_a_modem_that_restarted(link: Path) -> None:
    # In text mode, which a restart may bring back, AT+CMGS=10 sends a text to the number 10.
    answers = {**PLAIN, "AT+CMGD=9": []}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        deleting = asyncio.create_task(modem.delete(StoredAt(memory="ME", index=9)))
        await scripted.until_heard("AT+CMGD=9")
        waiting = asyncio.create_task(modem.submit(TPDU))
        await asyncio.sleep(0)
        del scripted.answers["AT+CMGD=9"]
        scripted.say("RDY")
        result = await waiting
        assert isinstance(result, NoAnswer)
        assert not result.is_sent
        assert scripted.bodies == []
        await owner.until(Ready, count=2)
        await deleting


async def test_silent_modem_is_lost(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.link._SETTLE_TIMEOUT_S", 0.05)
    options = replace(FAST, poll_interval_s=0.05)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (_, owner):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.is_silent = True
        assert "does not answer" in (await owner.until(Lost)).reason


async def test_settings_lost_without_a_word_are_made_again(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.05)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (_, owner):
        asked = scripted.heard.count("AT+CNMI?")
        scripted.answers["AT+CNMI?"] = ["+CNMI: 0,0,0,0,0", "OK"]
        await scripted.until_heard("AT+CNMI?", times=asked + 1)
        scripted.answers["AT+CNMI?"] = PLAIN["AT+CNMI?"]
        await owner.until(Ready, count=2)


async def test_registration_that_goes_and_comes_is_told(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, owner):
        scripted.say("+CREG: 2")
        await owner.until(NotReady, matching=lambda event: event.reason == "searching for a network")
        assert not modem.is_ready
        scripted.say("+CREG: 5")
        await owner.until(Ready, count=2)
        assert [e.registration.name for e in owner.all(RegistrationChanged) if e.registration] == [
            "HOME",
            "SEARCHING",
            "ROAMING",
        ]


async def test_what_was_refused_during_the_boot_is_set_later_without_a_break(
    link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.driver.session._SWEEP_UNANNOUNCED_S", 0.05)
    answers = {**PLAIN, "AT+CNMI=?": ["ERROR"], "AT+CNMI=2,1,0,1,0": ["ERROR"], "AT+CNMI?": ["ERROR"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, owner):
        scripted.answers.update({name: PLAIN[name] for name in ("AT+CNMI=?", "AT+CNMI=2,1,0,1,0", "AT+CNMI?")})
        await scripted.until_heard("AT+CNMI?", times=2)
        assert scripted.heard.count("AT+CMGF=0") == 1
        assert len(owner.all(Ready)) == 1
        assert modem.is_ready


async def test_modem_that_knows_no_indications_is_not_asked_for_ever(
    link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.driver.session._SWEEP_UNANNOUNCED_S", 0.02)
    answers = {name: answer for name, answer in PLAIN.items() if "CNMI" not in name}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted):
        await scripted.until_heard("AT+CMGL=4", times=20)
        assert scripted.heard.count("AT+CNMI=?") == 4


async def test_network_that_is_found_without_a_word_is_noticed_soon(
    link: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modem.driver.session._POLL_UNREGISTERED_S", 0.05)
    options = replace(FAST, poll_interval_s=3600.0)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (_, owner):
        scripted.answers["AT+CREG?"] = ["+CREG: 1,2", "OK"]
        scripted.say("+CREG: 2")
        await owner.until(NotReady, matching=lambda event: event.reason == "searching for a network")
        scripted.answers["AT+CREG?"] = ["+CREG: 1,1", "OK"]
        await owner.until(Ready, count=2)


async def test_registration_and_signal_are_asked_now_and_then(link: Path) -> None:
    options = replace(FAST, poll_interval_s=0.05)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=options) as (_, owner):
        scripted.answers["AT+CSQ"] = ["+CSQ: 5,0", "OK"]
        await owner.until(SignalChanged, matching=lambda event: event.dbm == -103)
        scripted.answers["AT+CREG?"] = ["+CREG: 1,3", "OK"]
        await owner.until(NotReady, matching=lambda event: event.reason == "the network denies registration")
