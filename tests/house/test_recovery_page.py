"""docs/recovery.md says what the driver does."""

from __future__ import annotations

import re

from modem.driver.ladder import Limits
from modem.driver.rungs import LADDER
from modem.driver.symptoms import SYMPTOMS
from tests.house.recovery_page import step_rows, symptom_rows
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "recovery.md").read_text()


def test_tables_are_those_of_the_driver() -> None:
    assert symptom_rows() in PAGE
    assert step_rows() in PAGE
    # Besides: two heads, and the tables of the USB helper and of log lines with theirs.
    assert len(re.findall(r"^\| .* \|$", PAGE, re.MULTILINE)) == len(SYMPTOMS) + len(LADDER) + 2 + 5 + 5


def test_limits_are_those_of_the_driver() -> None:
    limits = Limits()
    assert (limits.first_pause_s, limits.resets_per_hour, limits.rounds) == (60, 8, 3)
    assert (limits.quarantine_s, limits.longest_quarantine_s) == (3600, 24 * 3600)
