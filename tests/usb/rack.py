"""Emulated modems as a process of its own, as `gsm-modem emulate` is started by hand, and its control."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any, Self


class Rack:
    """Modems on PTYs. `models` are names of profiles, one modem each."""

    def __init__(self, folder: Path, models: list[str], *, radio_time_s: float = 0.5) -> None:
        self.folder = folder
        options = [f"--model={model}" for model in models]
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", "import modem.cli; modem.cli.main()", "emulate"),
                *(f"--dir={folder}", f"--count={len(models)}", *options),
                *(f"--radio-time={radio_time_s}", "--report-delay=1", "--control=127.0.0.1:0"),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        words = next(line for line in self._process.stdout if line.startswith("control")).split()
        self.address = words[1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()

    def port(self, modem: int) -> Path:
        """Give the link to a modem's PTY; it is there while the modem is plugged in."""
        return self.folder / f"modem{modem}"

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """Ask the control; the answer as it is, JSON taken apart."""
        request = urllib.request.Request(
            f"{self.address}{path}",
            data=json.dumps(body).encode() if body else None,
            method=method,
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read().decode()
        return [json.loads(line) for line in text.splitlines()] if "/ledger" in path else json.loads(text or "null")

    def modems(self) -> list[dict[str, Any]]:
        """Give what the control says of each modem: imei, imsi, number and more."""
        found: list[dict[str, Any]] = self.ask("GET", "/modems")
        return found

    def set_radio_time(self, seconds: float) -> None:
        """Change how long a submit is on the air."""
        self.ask("POST", "/network/radio_time", radio_time=seconds)

    def on_air(self) -> Counter[str]:
        """Count how often the network took a message for each recipient."""
        return Counter(
            entry["destination"]
            for entry in self.ask("GET", "/ledger")
            if entry["kind"] == "submit" and entry["is_taken"]
        )

    def sender(self, recipient: str) -> int:
        """Give the number of the modem whose SIM sent the last message to `recipient`."""
        (*_, last) = (
            entry
            for entry in self.ask("GET", "/ledger")
            if entry["kind"] == "submit" and entry["destination"] == recipient
        )
        return [one["imsi"] for one in self.modems()].index(last["imsi"])
