"""Plays the models of store and dispatcher (`tests/gateway/model`) for as long as somebody has time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.gateway.model.settings import EXAMPLES, STEPS

ROOT: Final = Path(__file__).parents[2]
EXAMPLES_AT_ONCE: Final = 50
STEPS_OF_EACH: Final = 60


def play(seed: int, minutes: float, report: Callable[[str], None]) -> tuple[int, list[str]]:
    """Play one round after the other, each with a seed of its own, until one fails or the time is over.

    Gives how many examples of each model were played, and the output of the round that failed.
    """
    began = time.monotonic()
    played = 0
    environment = {**os.environ, EXAMPLES: str(EXAMPLES_AT_ONCE), STEPS: str(STEPS_OF_EACH)}
    while time.monotonic() - began < minutes * 60:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=0", "--show-capture=no"]
        round_seed = f"--hypothesis-seed={seed + played}"
        done = subprocess.run(
            [*command, round_seed, "tests/gateway/model"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return played, [f"the models, {round_seed}:\n{done.stdout[-6000:]}{done.stderr[-2000:]}"]
        played += EXAMPLES_AT_ONCE
        report(f"{(time.monotonic() - began) / 60:5.1f} min  {played} examples of each model")
    return played, []
