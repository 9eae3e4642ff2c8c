"""Writes the ledger into a file as it goes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from modem.emulator.rack.rack import Rack


class LedgerFile:
    """A new file with one line of JSON for every TPDU on the air of a rack, from now on. Raises OSError."""

    def __init__(self, path: Path, rack: Rack) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._ledger = rack.network.ledger
        self._written = 0
        self._stop = rack.listen(lambda _touched: self._write())
        self._write()

    def close(self) -> None:
        """Write no more."""
        self._stop()
        self._file.close()

    def _write(self) -> None:
        if self._ledger.count == self._written:
            return
        for entry in self._ledger.since(self._written):
            self._file.write(json.dumps(entry.as_json()) + "\n")
        self._written = self._ledger.count
        self._file.flush()
