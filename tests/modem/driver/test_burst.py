"""+CMMS: set where submits follow each other on a circuit-switched link, and nowhere else. 3GPP TS 27.005 3.5.6."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.driver import Accepted, Ready
from modem.driver import burst as burst_module
from tests.modem.driver.driving import TPDU, driven
from tests.support.scripted_modem import PLAIN, ScriptedModem

if TYPE_CHECKING:
    from pathlib import Path

# 27.007 7.3 <AcT>.
GSM, UMTS, HSPA, LTE, NR = "0", "2", "6", "7", "11"


def answers(act: str, offered: str = "(0-2)") -> dict[str, list[str]]:
    return {
        **PLAIN,
        "AT+COPS?": [f'+COPS: 0,0,"Example Net",{act}', "OK"],
        "AT+CMMS=?": [f"+CMMS: {offered}", "OK"],
        "AT+CMMS=1": ["OK"],
    }


@pytest.mark.parametrize("act", [GSM, UMTS, HSPA])
async def test_link_is_kept_for_a_burst_and_asked_for_once(link: Path, act: str) -> None:
    async with ScriptedModem(link=link, answers=answers(act)) as scripted, driven(scripted) as (modem, _):
        await scripted.until_heard("AT+CSQ")  # the technology is asked before it
        for mr in (1, 2, 3):
            assert await modem.submit(TPDU, is_more_coming=mr < 3) == Accepted(mr=mr)
        assert scripted.heard.count("AT+CMMS=1") == 1
        assert scripted.heard.index("AT+CMMS=1") < scripted.heard.index(f"AT+CMGS={len(TPDU)}")


async def test_a_burst_after_a_gap_asks_again(link: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(burst_module, "_GAP_S", 0.0)  # every gap is one after which the modem may have let go
    async with ScriptedModem(link=link, answers=answers(GSM)) as scripted, driven(scripted) as (modem, _):
        await scripted.until_heard("AT+CSQ")
        for _ in range(2):
            await modem.submit(TPDU, is_more_coming=True)
        assert scripted.heard.count("AT+CMMS=1") == 2
        assert scripted.heard.count("AT+CMMS=?") == 1


async def test_a_restarted_modem_has_let_the_link_go(link: Path) -> None:
    async with ScriptedModem(link=link, answers=answers(GSM)) as scripted, driven(scripted) as (modem, owner):
        await scripted.until_heard("AT+CSQ")
        await modem.submit(TPDU, is_more_coming=True)
        scripted.say("RDY")
        await owner.until(Ready, count=2)
        await scripted.until_heard("AT+CSQ", times=2)
        await modem.submit(TPDU, is_more_coming=True)
        assert scripted.heard.count("AT+CMMS=1") == 2


@pytest.mark.parametrize(
    ("table", "is_more_coming"),
    [
        pytest.param(answers(GSM), False, id="one message alone"),
        pytest.param(answers(LTE), True, id="LTE"),
        pytest.param(answers(NR), True, id="NR"),
        pytest.param({**answers(GSM), "AT+COPS?": ['+COPS: 0,0,"Example Net"', "OK"]}, True, id="technology not told"),
        pytest.param(answers(GSM, "(0)"), True, id="only 0 is offered"),
        pytest.param(answers(GSM, "(0,2)"), True, id="1 is not offered"),
        pytest.param({**answers(GSM), "AT+CMMS=?": ["ERROR"]}, True, id="unknown command"),
    ],
)
async def test_link_is_left_alone_otherwise(link: Path, table: dict[str, list[str]], is_more_coming: bool) -> None:
    async with ScriptedModem(link=link, answers=table) as scripted, driven(scripted) as (modem, _):
        await scripted.until_heard("AT+CSQ")
        for mr in (1, 2):
            assert await modem.submit(TPDU, is_more_coming=is_more_coming) == Accepted(mr=mr)
        assert [command for command in scripted.heard if command.startswith("AT+CMMS=") and "?" not in command] == []


async def test_a_modem_that_refuses_it_is_asked_once(link: Path) -> None:
    table = {**answers(GSM), "AT+CMMS=1": ["+CMS ERROR: 303"]}
    async with ScriptedModem(link=link, answers=table) as scripted, driven(scripted) as (modem, _):
        await scripted.until_heard("AT+CSQ")
        for mr in (1, 2):
            assert await modem.submit(TPDU, is_more_coming=True) == Accepted(mr=mr)
        assert scripted.heard.count("AT+CMMS=1") == 1
