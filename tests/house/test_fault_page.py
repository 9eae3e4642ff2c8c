"""docs/faults.md tells what the shelf holds."""

from __future__ import annotations

import re

from modem.emulator.breakage.shelf import fault_kinds
from tests.house.fault_page import PAGE, rewritten


def test_the_drawn_part_is_up_to_date() -> None:
    text = PAGE.read_text(encoding="utf-8")

    assert text == rewritten(text), "python -m tests.house.fault_page"


def test_each_fault_belongs_to_a_scenario_and_each_scenario_to_a_fault() -> None:
    scenarios = PAGE.read_text(encoding="utf-8").partition("## Which fault")[2].partition("What the network does")[0]
    last_cells = [row.split("|")[-2] for row in scenarios.splitlines() if row.startswith("|")][2:]
    named = [set(re.findall(r"`(\w+)`", cell)) for cell in last_cells]
    names = {kind.name for kind in fault_kinds()}

    assert names - set().union(*named) == set()
    assert [cell for cell, words in zip(last_cells, named, strict=True) if not words & names] == []
