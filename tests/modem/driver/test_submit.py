"""One submit in every way it can go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, Inbound, LateAnswer, NoAnswer, NoLateAnswer, Ready, Refused
from modem.driver.submit import Durations
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import FAST, REPORT, TPDU, driven
from tests.support.scripted_modem import WIRES, ScriptedModem, Wire

if TYPE_CHECKING:
    from pathlib import Path

QUICK = replace(PROFILE, prompt_timeout_s=0.2, final_timeout_s=0.1)


@pytest.mark.parametrize("wire", WIRES.values(), ids=WIRES.keys())
async def test_submit_is_accepted_over_any_wire(link: Path, wire: Wire) -> None:
    async with ScriptedModem(link=link, wire=wire) as scripted, driven(scripted) as (modem, _):
        assert [await modem.submit(TPDU) for _ in range(3)] == [Accepted(mr=1), Accepted(mr=2), Accepted(mr=3)]
        assert scripted.bodies == ["00" + TPDU.hex().upper()] * 3
        assert f"AT+CMGS={len(TPDU)}" in scripted.heard


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (["+CMGS: 255", "OK"], Accepted(mr=255)),
        pytest.param(['+CMGS: 7,"24/05/01,12:00:00+08"', "OK"], Accepted(mr=7), id="phase 2+"),
        pytest.param(["OK"], Accepted(mr=None), id="mr lost"),
        pytest.param(["+CMGS: 7"], Accepted(mr=7), id="OK lost"),
        (["+CMS ERROR: 38"], Refused(kind="cms", code=38, text="network out of order", is_local=False)),
        (["+CME ERROR: 30"], Refused(kind="cme", code=30, text="no network service", is_local=False)),
        (["ERROR"], Refused(kind="error", code=None, text="ERROR", is_local=False)),
    ],
)
async def test_result_is_told(link: Path, answer: list[str], expected: object) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: answer) as s, driven(s, profile=QUICK) as (modem, _):
        assert await modem.submit(TPDU) == expected
        assert await modem.submit(TPDU) == expected


async def test_refusal_before_the_prompt_is_local(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, _):
        scripted.answers[f"AT+CMGS={len(TPDU)}"] = ["+CMS ERROR: 302"]
        assert await modem.submit(TPDU) == Refused(kind="cms", code=302, text="operation not allowed", is_local=True)


async def test_missing_prompt_is_escaped_and_nothing_was_sent(link: Path) -> None:
    async with ScriptedModem(link=link, prompt=b"") as scripted, driven(scripted, profile=QUICK) as (modem, _):
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        assert not result.is_sent
        scripted.prompt = b"\r\n> "
        assert await modem.submit(TPDU) == Accepted(mr=1)
        assert scripted.bodies == ["00" + TPDU.hex().upper()]


async def test_prompt_that_comes_after_the_escape_is_escaped_again(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted, profile=QUICK) as (modem, _):
        await scripted.until_heard("AT+CMGL=4", times=2)
        scripted.is_silent = True
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        scripted.is_silent = False
        scripted._is_body = True
        scripted.say_raw(b"\r\n> ")
        assert await modem.submit(TPDU) == Accepted(mr=1)
        assert scripted.bodies == ["00" + TPDU.hex().upper()]


async def test_report_before_the_result_comes_up_before_it(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, owner):

        def answer(_: str) -> list[str]:
            scripted.say_pdu("+CDS: 25", REPORT)
            return ["+CMGS: 1", "OK"]

        scripted.on_body = answer
        assert await modem.submit(TPDU) == Accepted(mr=1)
        assert owner.all(Inbound) == [Inbound(pdu=REPORT, length=25, stored=None, is_report=True)]


async def test_modem_that_forgot_the_submit_is_found_out_by_asking(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, True)
        scripted.on_body = None
        assert await modem.submit(TPDU) == Accepted(mr=1)


async def test_busy_modem_is_waited_for_though_it_was_asked(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        scripted.is_silent = True  # the parser is busy: what is asked now is answered later
        await asyncio.wait({sending}, timeout=2 * FAST.patience_s)
        scripted.is_silent = False
        scripted.say("+CMGS: 9", "OK", "OK")
        assert await sending == Accepted(mr=9)
        scripted.on_body = lambda _: ["+CMGS: 10", "OK"]
        assert await modem.submit(TPDU) == Accepted(mr=10)


async def test_profile_may_forbid_asking(link: Path) -> None:
    profile = replace(PROFILE, is_probe_allowed=False)
    options = replace(FAST, submit_timeout_s=0.5)
    async with (
        ScriptedModem(link=link, on_body=lambda _: None) as scripted,
        driven(scripted, profile=profile, options=options) as (modem, _),
    ):
        asked = scripted.heard.count("AT")
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, False)
        assert scripted.heard.count("AT") == asked


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+CMGS: 9", LateAnswer(mr=9, refused=None)),
        (
            "+CMS ERROR: 38",
            LateAnswer(mr=None, refused=Refused(kind="cms", code=38, text="network out of order", is_local=False)),
        ),
    ],
)
async def test_answer_after_the_last_moment_is_told_as_late(link: Path, line: str, expected: LateAnswer) -> None:
    options = replace(FAST, submit_timeout_s=0.4)
    async with (
        ScriptedModem(link=link, on_body=lambda _: None) as scripted,
        driven(scripted, options=options) as (modem, owner),
    ):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        scripted.is_silent = True
        result = await sending
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, False)
        scripted.is_silent = False
        scripted.say(line)
        assert await owner.until(LateAnswer) == expected
        scripted.on_body = lambda _: ["+CMGS: 10", "OK"]
        assert await modem.submit(TPDU) == Accepted(mr=10)
        assert owner.all(LateAnswer) == [expected]


@pytest.mark.parametrize(("is_prompted", "is_sent"), [(False, False), (True, True)])
async def test_port_lost_in_mid_submit_tells_whether_it_may_have_gone_out(
    link: Path, is_prompted: bool, is_sent: bool
) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, _):
        if not is_prompted:
            scripted.prompt = b""
        sending = asyncio.create_task(modem.submit(TPDU))
        await (scripted.until_bodies(1) if is_prompted else scripted.until_heard(f"AT+CMGS={len(TPDU)}"))
        scripted.unplug()
        result = await sending
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (is_sent, False)


async def test_restart_in_mid_submit_ends_it_at_once(link: Path) -> None:
    options = replace(FAST, patience_s=30, submit_timeout_s=60)
    async with (
        ScriptedModem(link=link, on_body=lambda _: None) as scripted,
        driven(scripted, options=options) as (modem, _),
    ):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        scripted.say("RDY")
        async with asyncio.timeout(5):
            result = await sending
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, True)


async def test_cancelled_submit_does_not_disturb_the_next(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, owner):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        sending.cancel()
        scripted.say("+CMGS: 9", "OK")
        assert await owner.until(LateAnswer) == LateAnswer(mr=9, refused=None)
        scripted.on_body = lambda _: ["+CMGS: 10", "OK"]
        assert await modem.submit(TPDU) == Accepted(mr=10)


async def test_submits_at_once_go_out_one_by_one(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, _):
        results = await asyncio.gather(*(modem.submit(TPDU) for _ in range(5)))
        assert results == [Accepted(mr=mr) for mr in range(1, 6)]


async def test_submit_without_a_port_is_not_sent(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (modem, _):
        scripted.unplug()
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        assert not result.is_sent


def test_patience_grows_with_a_slow_sim() -> None:
    durations = Durations()
    assert durations.patience_s(15) == 15
    for _ in range(100):
        durations.add(1)
    assert durations.patience_s(15) == 15
    durations.add(20)
    durations.add(20)
    assert durations.patience_s(15) == 80


def test_one_hang_does_not_make_the_next_one_longer() -> None:
    durations = Durations()
    for _ in range(5):
        durations.add(1)
    durations.add(14)
    assert durations.patience_s(15) == 15


async def test_modem_that_is_silent_after_its_submit_may_still_answer_it_later(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, owner):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        scripted.is_silent = True
        result = await sending
        assert isinstance(result, NoAnswer)
        assert (result.is_sent, result.is_modem_free) == (True, False)
        assert 0 < result.may_answer_s <= FAST.submit_timeout_s
        assert not modem.is_ready
        scripted.say("+CMGS: 9", "OK")
        assert await owner.until(LateAnswer) == LateAnswer(mr=9, refused=None)
        scripted.is_silent, scripted.on_body = False, None
        await owner.until(Ready, count=2)
        assert owner.all(NoLateAnswer) == []
        assert len(scripted.bodies) == 1


async def test_modem_that_answers_again_owes_nothing_and_is_said_so(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, owner):
        sending = asyncio.create_task(modem.submit(TPDU))
        await scripted.until_bodies(1)
        scripted.is_silent = True
        await sending
        scripted.is_silent, scripted.on_body = False, None
        await owner.until(Ready, count=2)
        assert len(owner.all(NoLateAnswer)) == 1
        assert await modem.submit(TPDU) == Accepted(mr=1)


async def test_modem_that_restarted_unseen_into_text_mode_is_set_up_before_it_gets_another_submit(link: Path) -> None:
    async with ScriptedModem(link=link, on_body=lambda _: None) as scripted, driven(scripted) as (modem, owner):
        scripted.answers["AT+CMGF?"] = ["+CMGF: 1", "OK"]
        set_up = scripted.heard.count("AT+CMGF=0")
        result = await modem.submit(TPDU)
        assert isinstance(result, NoAnswer)
        scripted.on_body = None
        follower = await modem.submit(TPDU)
        assert scripted.bodies == ["00" + TPDU.hex().upper()]
        assert follower == NoAnswer(reason=follower.reason, is_sent=False, is_modem_free=False)  # type: ignore[union-attr]
        await owner.until(Ready, count=2)
        assert scripted.heard.count("AT+CMGF=0") == set_up + 1
        assert await modem.submit(TPDU) == Accepted(mr=1)
