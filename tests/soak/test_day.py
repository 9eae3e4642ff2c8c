"""The promise of a day, on a short one; `make soak` lives through a whole day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.audit import audit
from tests.soak.day import Plan, live

PLAN = Plan(seed=1, hours=0.25, trouble_every_s=20.0)


@pytest.mark.timeout(180)
def test_a_quarter_of_an_hour_full_of_troubles_loses_and_doubles_nothing(tmp_path: Path) -> None:
    lines: list[str] = []
    day = live(PLAN, tmp_path, lines.append)
    verdict = audit(day)
    assert sum(day.begun.values()) >= 40
    assert verdict.broken == [], f"{PLAN}, {verdict.figures}, gateway.log in {tmp_path}"
