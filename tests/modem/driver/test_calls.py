"""Calls that come in: told once each, and refused so that they keep nobody from sending."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, IncomingCall
from modem.driver.calls import Calls
from tests.modem.driver.driving import FAST, TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

SILENT = replace(FAST, hang_up_calls=False)
# 27.007 7.11: +CLIP: <number>,<type>[,<subaddr>,<satype>[,[<alpha>][,<CLI validity>]]]
CLIP = '+CLIP: "+491711234567",145,"",,"",0'


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("RING", CLIP), "+491711234567"),
        (("+CRING: VOICE", '+CLIP: "491711234567",145'), "+491711234567"),
        (("RING", '+CLIP: "01711234567",129'), "01711234567"),
        (("RING", '+CLIP: "",128,,,,1'), None),
        ((CLIP, "RING"), "+491711234567"),
        (("RING", "NO CARRIER"), None),
        (("RING", "RING", CLIP), "+491711234567"),
    ],
    ids=[
        "RING",
        "+CRING",
        "national",
        "withheld",
        "number first",
        "ended before its number",
        "number behind the second",
    ],
)
async def test_call_is_told_once_with_its_number(link: Path, lines: tuple[str, ...], number: str | None) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=SILENT) as (_, owner):
        scripted.say(*lines)
        assert await owner.until(IncomingCall) == IncomingCall(number=number)
        scripted.say("RING", CLIP, "RING", CLIP)
        scripted.say('+CMTI: "SM",1')
        await scripted.until_heard("AT+CMGR=1")
        assert len(owner.all(IncomingCall)) == 1 + (lines[-1] == "NO CARRIER")


async def test_call_without_a_number_is_told_after_a_moment(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modem.driver.calls._NUMBER_PATIENCE_S", 0.05)
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=SILENT) as (_, owner):
        scripted.say("RING")
        assert await owner.until(IncomingCall) == IncomingCall(number=None)


async def test_second_call_is_another_event(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted, options=SILENT) as (_, owner):
        scripted.say("RING", CLIP, "NO CARRIER", "RING", '+CLIP: "+491719999999",145')
        assert await owner.until(IncomingCall, count=2) == IncomingCall(number="+491719999999")
        assert len(owner.all(IncomingCall)) == 2


@pytest.mark.parametrize(
    ("answers", "command"),
    [({"AT+CHUP": ["OK"]}, "AT+CHUP"), ({"ATH": ["OK"]}, "ATH")],
    ids=["+CHUP", "a modem that knows only ATH"],
)
async def test_ringing_line_is_freed_for_submits(link: Path, answers: dict[str, list[str]], command: str) -> None:
    async with ScriptedModem(link=link, answers={**PLAIN, **answers}) as scripted, driven(scripted) as (modem, owner):
        scripted.say("RING", CLIP)
        await scripted.until_heard(command)
        assert await modem.submit(TPDU) == Accepted(mr=1)
        assert len(owner.all(IncomingCall)) == 1


async def test_call_in_the_middle_of_a_submit_does_no_harm_to_it(link: Path) -> None:
    def ring_and_accept(_: str) -> list[str]:
        return ["RING", CLIP, '+CCWA: "+491719999999",145,1', "NO CARRIER", "+CMGS: 9", "OK"]

    async with ScriptedModem(link=link, on_body=ring_and_accept) as scripted, driven(scripted) as (modem, owner):
        assert await modem.submit(TPDU) == Accepted(mr=9)
        assert owner.all(IncomingCall) == [IncomingCall(number="+491711234567")]


async def test_silence_between_rings_ends_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[IncomingCall] = []
    calls = Calls(on_call=told.append, on_hang_up=lambda: None)
    monkeypatch.setattr("modem.driver.calls._BETWEEN_RINGS_S", -1.0)
    calls._ring()
    calls._ring()
    calls.forget()
    assert told == [IncomingCall(number=None), IncomingCall(number=None)]
