"""gammu, unmodified, identifies an emulated modem, sends through it and reads what arrived."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.interop.program import needs, run

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack import Rack

pytestmark = [pytest.mark.interop, pytest.mark.timeout(60), needs("gammu", "gammu")]

SHORT = "Price: 5 € [net] {a|b} ~^\\"
LONG = "The quick brown fox jumps over the lazy dog, €50. " * 8
UNICODE = "Привет, мир 😀"
ANSWER = "Grüße zurück, 10 €"


class Gammu:
    """gammu on one modem."""

    def __init__(self, rack: Rack, index: int, home: Path) -> None:
        self._home = home
        self._config = home / f"gammurc{index}"
        self._config.write_text(f"[gammu]\nport = {rack.ports[index]}\nconnection = at115200\n")

    async def __call__(self, *arguments: str) -> str:
        return await run("gammu", "-c", str(self._config), *arguments, home=self._home)


async def test_gammu_identifies_the_modem(rack: Rack, tmp_path: Path) -> None:
    printed = await Gammu(rack, 0, tmp_path)("identify")

    who = rack.machines[0].equipment
    for fact in (who.personality.manufacturer, who.personality.model, who.identity.imei, who.sim.imsi):
        assert fact in printed


async def test_gammu_sends_and_receives(rack: Rack, tmp_path: Path) -> None:
    texts = {"+491711000000": SHORT, "+491711000001": LONG, "+491711000002": UNICODE}
    number = rack.machines[3].equipment.sim.number
    rack.write("+491711000003", number, ANSWER)

    async def send(index: int, recipient: str, text: str) -> None:
        options = ["-unicode"] if text is UNICODE else ["-len", "600"]
        await Gammu(rack, index, tmp_path)("sendsms", "TEXT", recipient, "-textutf8", text, "-report", *options)

    sending = [send(index, recipient, text) for index, (recipient, text) in enumerate(texts.items())]
    reading = asyncio.create_task(Gammu(rack, 3, tmp_path)("getallsms"))
    await asyncio.gather(*sending)
    received = await reading

    for recipient, text in texts.items():
        (message,) = await rack.messages(recipient)
        assert message.text == text
    (long,) = await rack.messages("+491711000001")
    assert long.segment_count == 3
    assert ANSWER in received
    assert "+491711000003" in received
