"""A bare AT tells a modem from something else, and nothing but AT is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from modem.driver import Inbound, LateAnswer
from modem.driver.asking import answers_at
from modem.driver.kept_input import KeptInput
from tests.modem.driver.driving import FAST, REPORT, driven
from tests.support.scripted_modem import WIRES, ScriptedModem, length_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("wire", WIRES)
async def test_a_modem_answers_and_has_heard_nothing_but_at(link: Path, wire: str) -> None:
    async with ScriptedModem(link=link, wire=WIRES[wire]) as modem:
        assert await answers_at(str(link), baudrate=115200)
        assert set(modem.heard) == {"AT"}


async def test_what_keeps_silent_is_none(link: Path) -> None:
    async with ScriptedModem(link=link, is_silent=True):
        assert not await answers_at(str(link), baudrate=115200, tries=2, timeout_s=0.05)


async def test_what_is_gone_is_none(link: Path) -> None:
    assert not await answers_at(str(link), baudrate=115200)


async def test_what_a_modem_said_before_and_while_it_was_asked_is_left_to_the_driver(
    link: Path, tmp_path: Path
) -> None:
    options = replace(FAST, input_file=tmp_path / "input" / "a")
    async with ScriptedModem(link=link) as modem:
        modem.say("+CMGS: 77", "OK")
        modem.say_pdu(f"+CDS: {length_of(REPORT)}", REPORT)
        assert await answers_at(str(link), baudrate=115200, input_file=options.input_file)
        async with driven(modem, options=options, listen_first_s=20) as (_, owner):
            assert owner.all(LateAnswer) == [LateAnswer(mr=77, refused=None)]
            assert [one.pdu for one in owner.all(Inbound)] == [REPORT]


async def test_nothing_is_left_of_what_does_not_answer(link: Path, tmp_path: Path) -> None:
    path = tmp_path / "input" / "a"
    async with ScriptedModem(link=link, is_silent=True) as device:
        device.say("$GPGGA,,,,,,0,,,,,,,,*66")
        assert not await answers_at(str(link), baudrate=115200, tries=2, timeout_s=0.05, input_file=path)
    assert KeptInput(path).left == b""
