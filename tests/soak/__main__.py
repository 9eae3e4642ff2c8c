"""`python -m tests.soak [--hours N] [--seed N] [--only WORD] [--dir FOLDER]`: live through a day."""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.soak.audit import audit
from tests.soak.day import Plan, live, new_folder

SHOWN = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=24.0, help="virtual hours (default 24)")
    parser.add_argument("--seed", type=int, default=None, help="makes chance repeatable (default: drawn and printed)")
    parser.add_argument("--only", default="", help="only troubles whose name has this word")
    parser.add_argument("--dir", type=Path, default=None, help="for database and log (default: a new one, in memory)")
    parser.add_argument("--log-level", default="info", help="of gateway.log (debug: every octet)")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    folder = options.dir or new_folder()
    folder.mkdir(parents=True, exist_ok=True)
    console = Console()
    console.print(f"seed {seed}, {options.hours:g} h, files in {folder}")
    began = time.monotonic()
    plan = Plan(seed=seed, hours=options.hours, only=options.only, log_level=options.log_level)
    day = live(plan, folder, lambda line: print(line, flush=True))
    took_s = time.monotonic() - began
    verdict = audit(day)
    table = Table("figure", "value")
    table.add_row("virtual hours per real minute", f"{day.leader.now / 3600 / (took_s / 60):.1f}")
    table.add_row("jumps of time", str(day.leader.jumps))
    table.add_row("troubles", f"{sum(day.begun.values())} of {len(day.begun)} kinds")
    for name, value in verdict.figures.items():
        table.add_row(name, str(value))
    console.print(table)
    for line in verdict.broken[:SHOWN]:
        console.print(f"BROKEN  {line}", markup=False, soft_wrap=True)
    if verdict.broken:
        console.print(f"{len(verdict.broken)} promises broken; again with --seed {seed} --hours {options.hours:g}")
    sys.exit(bool(verdict.broken))


if __name__ == "__main__":
    main()
