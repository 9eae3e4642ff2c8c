"""docs/sims.md says what a person has to do about each reason, in the words that the span shows."""

from __future__ import annotations

import re

import pytest

from gateway.dispatch.stops import BARRING
from tests.house.tree import ROOT

PAGE = (ROOT / "docs" / "sims.md").read_text()
SOURCES = "".join(
    (ROOT / path).read_text() for path in ("modem/driver/sim.py", "modem/driver/pins.py", "gateway/config/pin_file.py")
)
REASONS = re.findall(r"^\| (.+?) \|", PAGE, re.MULTILINE)[2:]


@pytest.mark.parametrize("reason", REASONS)
def test_reasons_of_the_page_are_those_of_the_code(reason: str) -> None:
    # A number or an ICCID stands where the code has a field.
    for words in re.split(r" …|\d| / ", reason):
        assert words.strip() in SOURCES, words


def test_codes_of_the_page_are_those_of_the_code() -> None:
    found = re.search(r"`\+CMS ERROR` ([\d, and]+) mean", PAGE)
    assert found is not None
    assert {f"+CMS ERROR {code}" for code in re.findall(r"\d+", found[1])} == BARRING
