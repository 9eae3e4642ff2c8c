"""A bare AT tells a modem from something else, and nothing but AT is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.driver.asking import answers_at
from tests.support.scripted_modem import WIRES, ScriptedModem

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
