"""`python -m tests.crash [--kills N] [--seed N] [--minutes N] [--model-minutes N]`: kill it again and again."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.crash.audit import audit
from tests.crash.box import can_cut
from tests.crash.life import Life, Plan
from tests.crash.models import play
from tests.crash.trace import PROGRAM

SHOWN = 60


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=1000, help="how often (default 1000)")
    parser.add_argument("--minutes", type=float, default=60.0, help="but no more after so long (default 60)")
    parser.add_argument("--seed", type=int, default=None, help="draws the moments (default: another one, printed)")
    parser.add_argument("--modems", type=int, default=4, help="how many (default 4)")
    parser.add_argument("--cuts", type=float, default=0.3, help="share of kills that are power cuts (default 0.3)")
    parser.add_argument("--dir", type=Path, default=None, help="for database and log (default: a new one)")
    parser.add_argument("--model-minutes", type=float, default=0.0, help="then play the models so long (default 0)")
    parser.add_argument("--json", action="store_true", help="print figures and broken promises as JSON, nothing else")
    options = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if options.seed is None else options.seed
    folder = options.dir or Path(tempfile.mkdtemp(prefix="gsm-crash-"))
    folder.mkdir(parents=True, exist_ok=True)
    report = print_nothing if options.json else print_line
    cuts = options.cuts
    if cuts and not can_cut():
        print(f"SKIPPED: no power cuts, {PROGRAM} is not here (apt-get install {PROGRAM})", file=sys.stderr)
        cuts = 0.0
    plan = Plan(seed=seed, kills=options.kills, minutes=options.minutes, modems=options.modems, cuts=cuts)
    report(f"seed {seed}, {options.kills} kills in {options.minutes:g} minutes at most, files in {folder}")
    life = Life(plan, folder, report)
    asyncio.run(life.live())
    verdict = audit(life)
    if options.model_minutes:
        played, failed = play(seed, options.model_minutes, report)
        verdict.figures["examples of each model"] = played
        verdict.broken += failed
    if options.json:
        json.dump({"seed": seed, "figures": verdict.figures, "broken": verdict.broken}, sys.stdout, indent=1)
        print()
        sys.exit(bool(verdict.broken))
    table = Table("figure", "value")
    for name, value in verdict.figures.items():
        table.add_row(name, str(value))
    console = Console()
    console.print(table)
    for line in verdict.broken[:SHOWN]:
        console.print(f"BROKEN  {line}", markup=False, soft_wrap=True)
    if verdict.broken:
        console.print(f"{len(verdict.broken)} promises broken; again with --seed {seed}")
    sys.exit(bool(verdict.broken))


def print_line(line: str) -> None:
    print(line, flush=True)


def print_nothing(_line: str) -> None:
    pass


if __name__ == "__main__":
    main()
