"""The result of a submit that an earlier process had under way, found on the re-opened port."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, Inbound, LateAnswer, ModemEvent, NoLateAnswer, Ready, Refused
from tests.modem.driver.driving import DELIVER, FAST, TPDU, Owner, driven
from tests.support.scripted_modem import ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path


def first_and_ready(events: list[ModemEvent]) -> list[ModemEvent]:
    """Return what was found, with a Ready behind it if there is one."""
    return [event for event in events if isinstance(event, LateAnswer | NoLateAnswer | Ready)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["+CMGS: 77", "OK"], LateAnswer(mr=77, refused=None)),
        (
            ["+CMS ERROR: 41"],
            LateAnswer(mr=None, refused=Refused(kind="cms", code=41, text="temporary failure", is_local=False)),
        ),
    ],
    ids=["accepted", "refused"],
)
async def test_result_that_waits_in_the_input_queue_is_found(
    link: Path, lines: list[str], expected: LateAnswer
) -> None:
    async with ScriptedModem(link=link) as scripted:
        os.write(scripted._master, "".join(f"\r\n{line}\r\n" for line in lines).encode())
        async with driven(scripted, listen_first_s=20) as (modem, owner):
            assert first_and_ready(owner.events)[0] == expected
            assert await modem.submit(TPDU) == Accepted(mr=1)
            assert len(owner.all(LateAnswer)) == 1


async def test_result_that_comes_while_listening_is_told_at_once(link: Path) -> None:
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted, listen_first_s=20, is_ready_expected=False) as (modem, owner),
    ):
        while "listening" not in modem.state_reason:
            await asyncio.sleep(0.01)
        assert scripted.heard == []
        scripted.say("+CMGS: 78", "OK")
        assert await owner.until(LateAnswer) == LateAnswer(mr=78, refused=None)
        await owner.until(Ready)


async def test_free_modem_owes_nothing(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted, listen_first_s=0.05) as (_, owner):
        found = first_and_ready(owner.events)[0]
        assert isinstance(found, NoLateAnswer)
        assert not found.is_unsent


async def test_busy_modem_is_listened_to_for_as_long_as_a_submit_may_take(link: Path) -> None:
    async with (
        ScriptedModem(link=link, is_silent=True) as scripted,
        driven(scripted, listen_first_s=0.05, is_ready_expected=False, options=replace(FAST, submit_timeout_s=30)) as (
            _,
            owner,
        ),
    ):
        await asyncio.sleep(0.2)
        scripted.is_silent = False
        scripted.say("+CMGS: 79", "OK", "OK")
        assert await owner.until(LateAnswer) == LateAnswer(mr=79, refused=None)
        await owner.until(Ready)


async def test_open_prompt_shows_that_nothing_was_sent(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        scripted._obey("AT+CMGS=15")
        async with driven(scripted, listen_first_s=20) as (_, owner):
            found = first_and_ready(owner.events)[0]
            assert isinstance(found, NoLateAnswer)
            assert found.is_unsent
            assert scripted.bodies == []


async def test_silence_to_the_end_is_told(link: Path) -> None:
    options = replace(FAST, submit_timeout_s=0.2)
    async with (
        ScriptedModem(link=link, is_silent=True) as scripted,
        driven(scripted, listen_first_s=0.05, is_ready_expected=False, options=options) as (_, owner),
    ):
        found = await owner.until(NoLateAnswer)
        assert not found.is_unsent
        scripted.is_silent = False
        await owner.until(Ready)


@pytest.mark.parametrize("is_unplugged", [True, False], ids=["unplugged", "restarted"])
async def test_modem_that_starts_anew_while_listened_to_owes_nothing(link: Path, is_unplugged: bool) -> None:
    async with (
        ScriptedModem(link=link, is_silent=not is_unplugged) as scripted,
        driven(scripted, listen_first_s=10 if is_unplugged else 0.02, is_ready_expected=False) as (modem, owner),
    ):
        while "listening" not in modem.state_reason:
            await asyncio.sleep(0.01)
        if is_unplugged:
            scripted.unplug()
            scripted.plug()
        else:
            await asyncio.sleep(0.1)
            scripted.is_silent = False
            scripted.say("RDY")
        await owner.until(Ready)
        assert len(owner.all(NoLateAnswer)) == 1


async def test_closing_while_listening_proves_nothing(link: Path) -> None:
    async with (
        ScriptedModem(link=link) as scripted,
        driven(scripted, listen_first_s=10, is_ready_expected=False) as (modem, owner),
    ):
        while "listening" not in modem.state_reason:
            await asyncio.sleep(0.01)
        await modem.close()
        assert owner.all(NoLateAnswer) == []


async def test_an_old_result_says_nothing_when_nothing_is_owed(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        os.write(scripted._master, b"\r\n+CMGS: 77\r\n\r\nOK\r\n")
        async with driven(scripted) as (_, owner):
            assert owner.all(LateAnswer) == []


# +CDS, 27.005 3.4.1; the TPDU is a status report for TP-MR 7 (23.040 9.2.2.3).
CDS = "0006070C919471214365874230620121000042306201210000" + "00"
CDS_HEADER = f"+CDS: {len(CDS) // 2 - 1}"
# The message of the driver's other tests is three septets long; with the length of its first part it is a text as well.
CMT_HEADER = f"+CMT: ,{len(DELIVER) // 2 - 1}"


def waiting(scripted: ScriptedModem, *lines: str) -> None:
    """Have lines wait in the port, without the loop: nobody can have read them before it is opened."""
    os.write(scripted._master, "".join(f"\r\n{line}\r\n" for line in lines).encode())


def received(owner: Owner) -> list[tuple[str, bool]]:
    return [(one.pdu, one.is_report) for one in owner.all(Inbound) if one.stored is None]


async def test_what_came_while_nobody_had_the_port_is_handed_up(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        waiting(scripted, CDS_HEADER, CDS, CMT_HEADER, DELIVER)
        async with driven(scripted) as (_, owner):
            assert received(owner) == [(CDS, True), (DELIVER, False)]


async def test_what_came_before_a_lost_port_was_opened_again_is_handed_up(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.unplug()
        scripted.plug()
        waiting(scripted, "RDY", CDS_HEADER, CDS)
        await owner.until(Ready, count=2)
        assert received(owner) == [(CDS, True)]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([CDS[10:]], id="the second half of a report"),
        pytest.param([CDS_HEADER, CDS[:30]], id="the first half of a report"),
        pytest.param([CDS_HEADER, CDS[:-2]], id="a report without its last octet"),
        pytest.param([CMT_HEADER, DELIVER[:-2]], id="a text without its last octet"),
        pytest.param([CMT_HEADER, DELIVER[:-4]], id="a text that ends early"),
        pytest.param([CMT_HEADER], id="a header alone"),
        pytest.param([CDS_HEADER, "00" + TPDU.hex().upper() * 3], id="the echo of a submit behind a header"),
        pytest.param([f"+CDS: {len(TPDU)}", "00" + TPDU.hex().upper()], id="what no network says"),
    ],
)
async def test_what_is_not_whole_of_what_waited_is_dropped_and_what_follows_is_not(
    link: Path, lines: list[str]
) -> None:
    async with ScriptedModem(link=link) as scripted:
        waiting(scripted, *lines, "OK", CDS_HEADER, CDS)
        async with driven(scripted) as (_, owner):
            assert received(owner) == [(CDS, True)]


async def test_a_length_that_a_modem_counts_too_short_cuts_nothing_of_what_waited(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted:
        waiting(scripted, f"+CDS: {len(CDS) // 2 - 3}", CDS)
        async with driven(scripted) as (_, owner):
            assert received(owner) == [(CDS, True)]


async def test_what_comes_once_the_modem_answers_is_kept_whatever_it_is(link: Path) -> None:
    async with ScriptedModem(link=link) as scripted, driven(scripted) as (_, owner):
        scripted.say(CMT_HEADER, DELIVER[:-2])
        await owner.until(Inbound)
        assert received(owner) == [(DELIVER[:-2], False)]
