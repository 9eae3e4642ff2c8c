"""Reads a scenario file whole: everything that is wrong with it comes at once, with its line and key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from modem.emulator.border import check
from modem.emulator.scenario.document import Scenario
from modem.emulator.scenario.lines import key_lines
from modem.errors import ModemError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modem.emulator.border import Mistake
    from modem.emulator.scenario.lines import Path

_PLACE: Final = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One mistake: `key` is empty when the file is no TOML."""

    line: int
    key: str
    reason: str

    def __str__(self) -> str:
        """Return it as a line for people."""
        return f"line {self.line}: {self.key}: {self.reason}" if self.key else f"line {self.line}: {self.reason}"


class ScenarioError(ModemError):
    """A file is no scenario; `findings` are all that is wrong with it, by line."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


def read_scenario(text: str) -> Scenario:
    """Return the scenario that a file holds. Raises ScenarioError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError([_no_toml(text, str(error))]) from error
    found = check(Scenario, table, {"modem_count": _modem_count(table), "cells": _cells(table)})
    if isinstance(found, list):
        lines = key_lines(text)
        findings = [
            Finding(line=_line(lines, mistake), key=mistake.key or "the file", reason=mistake.reason)
            for mistake in found
        ]
        raise ScenarioError(sorted(findings, key=lambda finding: finding.line))
    return found


def _no_toml(text: str, message: str) -> Finding:
    place = _PLACE.search(message)
    line = int(place[1]) if place is not None and place[1] else text.count("\n") + 1
    return Finding(line=line, key="", reason=f"this is no TOML: {_PLACE.sub('', message)}")


def _line(lines: Mapping[Path, int], mistake: Mistake) -> int:
    """Return the line of a mistake, or of the table that something is missing in."""
    path = mistake.path
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _modem_count(table: Mapping[str, Any]) -> int | None:
    """Return how many modems a file asks for; None when it does not say so rightly, which is found elsewhere."""
    groups = table.get("modems")
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        return None
    counts = [group.get("count", 1) for group in groups]
    return sum(counts) if all(isinstance(count, int) for count in counts) else None


def _cells(table: Mapping[str, Any]) -> list[str]:
    """Return the names of the cells that there are, or will be."""
    network = table.get("network")
    timeline = table.get("timeline")
    cells = network.get("cells") if isinstance(network, dict) else None
    steps = [step.get("cell") for step in timeline if isinstance(step, dict)] if isinstance(timeline, list) else []
    tables = [*(cells if isinstance(cells, list) else []), *steps]
    names = [cell["name"] for cell in tables if isinstance(cell, dict) and isinstance(cell.get("name"), str)]
    return ["home", *names]
