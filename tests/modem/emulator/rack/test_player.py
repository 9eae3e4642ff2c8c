"""A transcript on a real port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from modem.at.transcript import parse_transcript
from modem.emulator.rack.player import Player
from modem.emulator.rack.port_watch import PortWatch
from tests.modem.emulator.host import Host

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("delay", ["", "1.02"], ids=["no times", "recorded times"])
async def test_a_program_hears_what_was_recorded_and_we_hear_what_differs(tmp_path: Path, delay: str) -> None:
    text = "host AT\ndevice OK\nhost AT+CSQ\ndevice +CSQ: 21,0\ndevice OK\n"
    if delay:
        text = text.replace("host", "1.00 host").replace("device", f"{delay} device")
    differences: list[str] = []
    watch = PortWatch()
    player = Player(parse_transcript(text), directory=tmp_path, differ=differences.append)
    player.start(watch)
    try:
        with Host(player.addresses[0]) as host:
            assert await host.ask("") == []
            assert await host.ask("+CSQ") == ["+CSQ: 21,0"]
            host.write(b"AT+COPS?\r")
            await host.hear(b"\r\nERROR\r\n")
    finally:
        player.stop()
        watch.close()

    assert differences == [
        "modem0: the transcript is at its end, the host said AT+COPS?, which is nowhere in it; it gets ERROR"
    ]
    assert list(tmp_path.iterdir()) == []
