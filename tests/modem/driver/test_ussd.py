"""USSD dialogues with scripted modems, beside submits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, UssdFailed, UssdReply, UssdSaid, UssdStatus
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

UCS2 = {
    **PLAIN,
    "AT+CSCS?": ['+CSCS: "GSM"', "OK"],
    'AT+CSCS="UCS2"': ["OK"],
    'AT+CSCS="GSM"': ["OK"],
    "AT+CUSD=1": ["OK"],
    "AT+CUSD=2": ["OK"],
}
CODE = 'AT+CUSD=1,"002A0031003000300023",15'
PLAIN_CODE = 'AT+CUSD=1,"*100#",15'


class Charset(ScriptedModem):
    """Keeps what +CSCS was set to."""

    def _obey(self, command: str) -> None:
        if command.startswith('AT+CSCS="') and self.answers.get(command) == ["OK"]:
            self.answers["AT+CSCS?"] = [f"+CSCS: {command.partition('=')[2]}", "OK"]
        super()._obey(command)


async def test_code_is_asked_in_ucs2_and_the_character_set_put_back(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        scripted.say('+CUSD: 0,"0035002E0035002020AC",15')
        assert await asking == UssdReply(status=UssdStatus.DONE, text="5.5 €")
        assert scripted.answers["AT+CSCS?"] == ['+CSCS: "GSM"', "OK"]


async def test_modem_that_knows_no_ucs2_is_asked_in_plain_text(link: Path) -> None:
    answers = {**PLAIN, "AT+CSCS?": ['+CSCS: "IRA"', "OK"], PLAIN_CODE: ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(PLAIN_CODE)
        scripted.say('+CUSD: 0,"Balance: 5.00",15')
        assert await asking == UssdReply(status=UssdStatus.DONE, text="Balance: 5.00")


@pytest.mark.parametrize("refusal", ["ERROR", "+CME ERROR: 50", "+CME ERROR: 4"])
async def test_modem_that_wants_no_dcs_is_asked_without(link: Path, refusal: str) -> None:
    answers = {**PLAIN, PLAIN_CODE: [refusal], 'AT+CUSD=1,"*100#"': ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard('AT+CUSD=1,"*100#"')
        scripted.say('+CUSD: 0,"ok"')
        assert await asking == UssdReply(status=UssdStatus.DONE, text="ok")


async def test_packed_texts_both_ways(link: Path) -> None:
    """chan_dongle's dialogue with an E173: packed septets with +CSCS "GSM"."""
    packed = 'AT+CUSD=1,"AA180C3602",15'
    profile = replace(PROFILE, is_ussd_packed=True)
    async with (
        Charset(link=link, answers={**UCS2, packed: ["OK"]}) as scripted,
        driven(scripted, profile=profile) as (modem, _),
    ):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(packed)
        scripted.say('+CUSD: 0,"C8329BFD06",15')
        assert await asking == UssdReply(status=UssdStatus.DONE, text="Hello")
        assert 'AT+CSCS="UCS2"' not in scripted.heard


async def test_dialogue_of_several_steps(link: Path) -> None:
    answers = {**UCS2, CODE: ["OK"], 'AT+CUSD=1,"0031",15': ["OK"]}
    async with Charset(link=link, answers=answers) as scripted, driven(scripted) as (modem, owner):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        scripted.say('+CUSD: 1,"00310020004D0065",15')
        assert await asking == UssdReply(status=UssdStatus.ANSWER_WANTED, text="1 Me")
        answering = asyncio.create_task(modem.ussd("1", is_answer=True))
        await scripted.until_heard('AT+CUSD=1,"0031",15')
        assert await modem.ussd("*100#") == UssdFailed(reason="another USSD request is under way")
        scripted.say('+CUSD: 2,"00420079",15')
        assert await answering == UssdReply(status=UssdStatus.TERMINATED, text="By")
        assert await modem.ussd("1", is_answer=True) == UssdFailed(reason="no USSD dialogue is open any more")
        assert owner.all(UssdSaid) == []


async def test_new_code_ends_the_dialogue_that_is_open(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, owner):
        scripted.say('+CUSD: 1,"Please rate us",15')
        assert await owner.until(UssdSaid) == UssdSaid(
            reply=UssdReply(status=UssdStatus.ANSWER_WANTED, text="Please rate us")
        )
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        assert scripted.heard.index("AT+CUSD=2") < scripted.heard.index(CODE)
        scripted.say("+CUSD: 4")
        assert await asking == UssdReply(status=UssdStatus.NOT_SUPPORTED, text=None)


async def test_submit_goes_out_while_the_network_thinks(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        assert await modem.submit(TPDU) == Accepted(mr=1)
        scripted.say('+CUSD: 0,"0041",15')
        assert await asking == UssdReply(status=UssdStatus.DONE, text="A")


async def test_code_waits_for_a_submit_that_is_under_way(link: Path) -> None:
    answers = {**UCS2, CODE: ["OK"]}
    async with Charset(link=link, answers=answers, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        asking = asyncio.create_task(modem.ussd("*100#"))
        scripted.say('+CUSD: 0,"0042",15')  # a word that nobody asked for does no harm to the submit
        scripted.say("+CMGS: 7", "OK")
        assert await sending == Accepted(mr=7)
        await scripted.until_heard(CODE)
        scripted.say('+CUSD: 0,"0041",15')
        assert (await asking).__class__ is UssdReply


async def test_line_that_a_submit_holds_is_waited_for_as_long_as_the_caller_wants(link: Path) -> None:
    answers = {**UCS2, CODE: ["OK"]}
    async with Charset(link=link, answers=answers, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        assert await modem.ussd("*100#", timeout_s=0.1) == UssdFailed(
            reason="the modem was busy with a message for 0.1 s"
        )
        scripted.say("+CMGS: 7", "OK")
        assert await sending == Accepted(mr=7)
        assert CODE not in scripted.heard


async def test_ok_that_comes_only_with_the_answer_is_waited_for(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: []}) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        scripted.say('+CUSD: 0,"0041",15', "OK")
        assert await asking == UssdReply(status=UssdStatus.DONE, text="A")
        assert await modem.submit(TPDU) == Accepted(mr=1)


async def test_network_that_does_not_answer_is_given_up_and_the_dialogue_cancelled(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, _):
        assert await modem.ussd("*100#", timeout_s=0.5) == UssdFailed(reason="the network did not answer within 0.5 s")
        assert "AT+CUSD=2" in scripted.heard
        assert scripted.answers["AT+CSCS?"] == ['+CSCS: "GSM"', "OK"]


async def test_refusal_of_the_network_is_told_at_once(link: Path) -> None:
    async with (
        Charset(link=link, answers={**UCS2, CODE: ["+CME ERROR: 30"]}) as scripted,
        driven(scripted) as (modem, _),
    ):
        assert await modem.ussd("*100#") == UssdFailed(
            reason="the modem refuses it: +CME ERROR: 30 (no network service)"
        )
        assert PLAIN_CODE not in scripted.heard


async def test_cancel_ends_the_waiting(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        await modem.cancel_ussd()
        assert await asking == UssdFailed(reason="cancelled")
        assert "AT+CUSD=2" in scripted.heard


async def test_restart_and_loss_end_the_waiting(link: Path) -> None:
    profile = replace(PROFILE, restart_urcs=frozenset({"RDY"}))
    async with (
        Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted,
        driven(scripted, profile=profile) as (modem, _),
    ):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        scripted.say("RDY")
        assert await asking == UssdFailed(reason="the modem restarted (RDY)")


async def test_lost_port_ends_the_waiting(link: Path) -> None:
    async with Charset(link=link, answers={**UCS2, CODE: ["OK"]}) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(CODE)
        scripted.unplug()
        assert isinstance(await asking, UssdFailed)
        assert isinstance(await modem.ussd("*100#"), UssdFailed)


async def test_text_of_several_lines_is_one_reply(link: Path) -> None:
    """A modem without UCS2 writes the menu as it is, line ends and all."""
    answers = {**PLAIN, PLAIN_CODE: ["OK"]}
    async with ScriptedModem(link=link, answers=answers) as scripted, driven(scripted) as (modem, _):
        asking = asyncio.create_task(modem.ussd("*100#"))
        await scripted.until_heard(PLAIN_CODE)
        scripted.say_raw(b'\r\n+CUSD: 1,"Menu\n1 Balance\r\n2 "Top" up\n\n0 End",15\r\n')
        assert await asking == UssdReply(status=UssdStatus.ANSWER_WANTED, text='Menu\n1 Balance\n2 "Top" up\n0 End')
