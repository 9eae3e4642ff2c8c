"""The gateway is killed a few dozen times under load, and loses its power; `make crash` does it thousands of times."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.crash.audit import audit
from tests.crash.box import can_cut
from tests.crash.life import Life, Plan
from tests.crash.points import POINTS
from tests.crash.trace import PROGRAM


def _live(plan: Plan, folder: Path) -> Life:
    lines: list[str] = []
    life = Life(plan, folder, lines.append)
    asyncio.run(life.live())
    verdict = audit(life)
    assert verdict.broken == [], f"{plan}\n{json.dumps(verdict.figures, indent=1)}"
    return life


@pytest.mark.timeout(600)  # three quarters of a minute, unless others have the processor
def test_kills_at_all_kinds_of_moments_lose_nothing_and_double_only_what_is_marked(tmp_path: Path) -> None:
    life = _live(Plan(seed=1, kills=len(POINTS) + 14), tmp_path)
    assert set(life.points) >= set(POINTS)


@pytest.mark.timeout(600)
@pytest.mark.skipif(not can_cut(), reason=f"{PROGRAM} is not installed")
def test_power_cuts_lose_nothing_and_double_only_what_is_marked(tmp_path: Path) -> None:
    life = _live(Plan(seed=2, kills=10, cuts=1.0), tmp_path)
    assert sum(kill.was_cut for kill in life.kills) >= 9
