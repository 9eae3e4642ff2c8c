"""The answer to a message comes while no process is there to hear it, and the next one takes it up (`dispatch`)."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from modem.emulator.fault import Trigger
from modem.emulator.machine.course import Stage
from modem.emulator.rack.rack import Rack
from modem.pdu import Submit
from tests.crash.points import AtStage
from tests.support.box import Box

RADIO_TIME_S = 4.0
SETTINGS = "[dispatch]\npatience_s = 8\nevidence_s = 2\nsubmit_timeout_s = 20\n"


@pytest.fixture
async def rack(tmp_path: Path) -> AsyncIterator[Rack]:
    made = Rack(count=1, directory=tmp_path / "modems", radio_time_s=RADIO_TIME_S)
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("is_down_when_it_comes", [False, True], ids=["while it listens", "before it is started"])
@pytest.mark.timeout(120)
async def test_an_answer_to_an_earlier_process_is_taken_up_by_the_next(
    tmp_path: Path, rack: Rack, is_down_when_it_comes: bool
) -> None:
    box = Box(tmp_path, ports=[str(rack.ports[0])], settings=SETTINGS)
    await box.start()
    try:
        await box.until_spans_ready(1)
        is_given = asyncio.Event()
        rack.arm(0, AtStage(stage=Stage.BODY, kill=is_given.set), Trigger())
        await box.send("+491710000001", "once")
        await asyncio.wait_for(is_given.wait(), 20)
        await box.kill()
        assert _on_air(rack) == []
        if is_down_when_it_comes:
            async with asyncio.timeout(20):
                while not _on_air(rack):
                    await asyncio.sleep(0.05)
        await box.start()
        await box.until_outbox(lambda rows: rows[0]["status"] == "DELIVERD", timeout_s=30)
    finally:
        await box.stop()
    assert _on_air(rack) == ["once"]
    ((outcome, mr),) = _attempts(tmp_path)
    (submit,) = (entry.tpdu for entry in rack.network.ledger if isinstance(entry.tpdu, Submit))
    assert (outcome, mr) == ("accepted", submit.mr)


def _attempts(folder: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{folder / 'gateway.db'}?mode=ro", uri=True)) as reader:
        return reader.execute("SELECT outcome, mr FROM attempt").fetchall()


def _on_air(rack: Rack) -> list[str | None]:
    return [entry.tpdu.text for entry in rack.network.ledger if isinstance(entry.tpdu, Submit)]
