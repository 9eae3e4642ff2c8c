"""Tables of dialogues: what a host writes behind AT, and the lines it reads."""

from __future__ import annotations

from typing import TypeAlias

from tests.modem.emulator.bench import Bench

Dialogue: TypeAlias = list[tuple[str, list[str]]]
OK: list[str] = ["OK"]
ERROR: list[str] = ["ERROR"]


def play(dialogue: Dialogue, bench: Bench | None = None) -> None:
    """Give the commands in turn and compare every answer."""
    bench = bench or Bench()
    for command, expected in dialogue:
        assert bench.at(command) == expected, command
