"""A program that was recorded finds the recorded modem in the replay."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.at.transcript import parse_transcript
from modem.emulator.rack.player import Player
from modem.emulator.rack.port_watch import PortWatch
from tests.interop.program import needs, run

pytestmark = [pytest.mark.interop, pytest.mark.timeout(60), needs("gammu", "gammu")]

TRANSCRIPT = Path(__file__).parent.parent / "modem" / "transcripts" / "programs" / "gammu.at"


async def test_gammu_identifies_the_modem_of_its_transcript(tmp_path: Path) -> None:
    differences: list[str] = []
    watch = PortWatch()
    player = Player(parse_transcript(TRANSCRIPT.read_text("utf-8")), directory=tmp_path, differ=differences.append)
    player.start(watch)
    try:
        config = tmp_path / "gammurc"
        config.write_text(f"[gammu]\nport = {player.addresses[0]}\nconnection = at115200\n")
        printed = await run("gammu", "-c", str(config), "identify", home=tmp_path)
    finally:
        player.stop()
        watch.close()

    for fact in ("Example", "Modem", "490154203237518", "001010000000001"):
        assert fact in printed
    assert differences == []
