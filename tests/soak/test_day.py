"""The promise of a day, on six minutes of one; `make soak` lives through all of it."""

from __future__ import annotations

import shutil

import pytest

from tests.soak.audit import audit
from tests.soak.day import Plan, live, new_folder

PLAN = Plan(seed=1, hours=0.1, trouble_every_s=8.0)


@pytest.mark.timeout(600)  # half a minute, unless others have the processor
def test_six_minutes_full_of_troubles_lose_nothing_and_double_nothing() -> None:
    folder = new_folder()
    lines: list[str] = []
    day = live(PLAN, folder, lines.append)
    verdict = audit(day)
    assert sum(day.begun.values()) >= 40
    assert verdict.broken == [], f"{PLAN}, {verdict.figures}, see {day.service.log}"
    shutil.rmtree(folder)
