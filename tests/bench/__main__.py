"""`python -m tests.bench [--runs N] [--only WORD] [--no-peers] [--profile] [--json FILE]`: print the table of figures.

Every run measures ours and, right behind it, the same of each other gateway that is installed, so that a machine that
is slow for a while is slow for all of them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import emulator, figures, size
from tests.bench.dialects import BULK_FACTOR, BY_API, SHARE_OF_YARDSTICK, api_rows
from tests.bench.figure import Figure, Measure, Values
from tests.bench.peers import PEERS
from tests.bench.profile import profile_table

OURS = "gsm-gateway"


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs per figure; the median is shown (default 3)")
    parser.add_argument("--only", default="", help="only figures whose name has this word")
    parser.add_argument("--no-peers", action="store_true", help="only ours")
    parser.add_argument("--profile", action="store_true", help="only where our processor time goes, by part")
    parser.add_argument("--json", type=Path, help="write every run's values here")
    options = parser.parse_args()
    # In a file or a pipe there is no width to keep to.
    console = Console(width=None if sys.stdout.isatty() else 220)
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    console.print(
        f"{machine}, SQLite {sqlite3.sqlite_version}, synchronous=full; median of {options.runs} runs (min-max)"
    )
    missing = [maker.name for maker in PEERS if not maker.is_here]
    if missing and not options.no_peers:
        console.print(f"Not installed, so not compared with: {', '.join(missing)} (`make programs` as root)")
    if options.profile:
        console.print(asyncio.run(profile_table()))
        return
    table = Table("figure", OURS, *(maker.name for maker in PEERS), "ours : best of them", "budget", "")
    tables = [table]
    values: dict[str, dict[str, list[Values]]] = {}
    for figure in (*figures.FIGURES, *emulator.FIGURES, *size.FIGURES):
        if options.only not in figure.name:
            continue
        runs = values[figure.name] = _measure(figure, runs=options.runs, has_peers=not options.no_peers)
        if figure.name == BY_API:
            tables.append(_by_api(runs[OURS]))
            continue
        peers = [_shown(runs[maker.name]) if maker.name in runs else "" for maker in PEERS]
        ours, mark = _shown(runs[OURS]), _mark(figure, runs[OURS])
        table.add_row(figure.name, ours, *peers, _ratio(figure, runs), figure.budget, mark)
    for one in tables:
        if one.row_count:
            console.print(one)
    if not options.only:
        console.print(asyncio.run(profile_table()))
    if options.json is not None:
        options.json.write_text(json.dumps(values, indent=2), encoding="utf-8")


def _measure(figure: Figure, *, runs: int, has_peers: bool) -> dict[str, list[Values]]:
    """All runs of ours and of the others by name; one of the others that fails is said, and left out."""
    measures: dict[str, Measure] = {OURS: figure.measure, **(figure.peers if has_peers else {})}
    found: dict[str, list[Values]] = {name: [] for name in measures}
    for run in range(runs):
        for name, measure in measures.items():
            print(f"{figure.name}: {name}, run {run + 1} of {runs} ...", file=sys.stderr, flush=True)
            try:
                found[name].append(asyncio.run(_once(measure)))
            except (AssertionError, TimeoutError) as error:
                if name == OURS:
                    raise
                print(f"{figure.name}: {name} did not get there: {error!r}", file=sys.stderr, flush=True)
    measured = {name: values for name, values in found.items() if values}
    # With the others the whole takes more than an hour: whoever ends it earlier has seen what there is.
    for name, series in measured.items():
        print(f"{figure.name}: {name}: {_shown(series)}", file=sys.stderr, flush=True)
    return measured


async def _once(measure: Measure) -> Values:
    return await measure()


def _medians(runs: list[Values]) -> Values:
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def _mark(figure: Figure, runs: list[Values]) -> str:
    is_reached = figure.is_reached(_medians(runs))
    return "" if is_reached is None else "ok" if is_reached else "MISSED"


def _by_api(runs: list[Values]) -> Table:
    """One row for each API: messages per second one by one and a thousand at once."""
    budget = f">= {SHARE_OF_YARDSTICK:.0%}, bulk >= {BULK_FACTOR} x"
    table = Table(BY_API, "one by one, per s", "of OpenVox POST", "in bulk, per s", "bulk factor", budget)
    for row in api_rows(_medians(runs)):
        mark = "ok" if row.is_reached else "MISSED"
        table.add_row(
            row.name,
            f"{row.single_per_s:.0f}",
            f"{row.share:.1%}",
            f"{row.bulk_per_s:.0f}",
            f"{row.bulk_factor:.1f} x",
            mark,
        )
    return table


def _ratio(figure: Figure, runs: dict[str, list[Values]]) -> str:
    """How many times better ours is than the best of the others, by the first value of each."""
    key = next(iter(runs[OURS][0]))
    medians = {name: statistics.median(values[key] for values in series) for name, series in runs.items()}
    ours = medians.pop(OURS)
    if not medians:
        return ""
    best = max(medians.values()) if figure.is_more_better else min(medians.values())
    above, below = (ours, best) if figure.is_more_better else (best, ours)
    return f"{above / below:.1f} x" if below else "-"


def _shown(runs: list[Values]) -> str:
    parts = []
    for key in runs[0]:
        series = [run[key] for run in runs]
        spread = f" ({_digits(min(series))}-{_digits(max(series))})" if len(series) > 1 else ""
        parts.append(f"{key} {_digits(statistics.median(series))}{spread}")
    return ", ".join(parts)


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    main()
