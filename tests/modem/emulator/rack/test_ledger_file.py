"""The ledger in a file, as it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from modem.emulator.rack.ledger_file import LedgerFile
from modem.emulator.rack.rack import Rack

if TYPE_CHECKING:
    from pathlib import Path

PERSON = "+491711234567"


async def test_each_entry_is_in_the_file_as_soon_as_it_was_on_the_air(tmp_path: Path) -> None:
    rack = Rack(count=1, directory=tmp_path / "modems")
    written = LedgerFile(tmp_path / "ledger.jsonl", rack)
    await rack.start()
    found = []
    for text in ("one", "two"):
        rack.write(PERSON, "+33639980001", text)
        found.append([json.loads(line)["number"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()])
    await rack.stop()
    written.close()

    assert found == [[1], [1, 2]]
