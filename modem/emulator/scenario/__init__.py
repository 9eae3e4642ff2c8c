"""Scenario files: modems, network, people and what happens when, in TOML."""

from __future__ import annotations

from modem.emulator.scenario.document import Scenario
from modem.emulator.scenario.reader import Finding, ScenarioError, read_scenario
from modem.emulator.scenario.stage import make_rack, play

__all__ = ["Finding", "Scenario", "ScenarioError", "make_rack", "play", "read_scenario"]
