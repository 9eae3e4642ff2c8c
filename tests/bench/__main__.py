"""`python -m tests.bench [--runs N] [--only WORD] [--json FILE]`: print the table of figures."""

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

from tests.bench import emulator, figures
from tests.bench.figures import Figure


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.bench", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="runs per figure; the median is shown (default 3)")
    parser.add_argument("--only", default="", help="only figures whose name has this word")
    parser.add_argument("--json", type=Path, help="write every run's values here")
    options = parser.parse_args()
    console = Console()
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    console.print(
        f"{machine}, SQLite {sqlite3.sqlite_version}, synchronous=full; median of {options.runs} runs (min-max)"
    )
    table = Table("figure", "measured", "budget")
    values: dict[str, list[dict[str, float]]] = {}
    for figure in (*figures.FIGURES, *emulator.FIGURES):
        if options.only not in figure.name:
            continue
        runs = values[figure.name] = []
        for run in range(options.runs):
            print(f"{figure.name}: run {run + 1} of {options.runs} ...", file=sys.stderr, flush=True)
            runs.append(asyncio.run(_measure(figure)))
        table.add_row(figure.name, _shown(runs), figure.budget)
    console.print(table)
    if options.json is not None:
        options.json.write_text(json.dumps(values, indent=2), encoding="utf-8")


async def _measure(figure: Figure) -> dict[str, float]:
    return await figure.measure()


def _shown(runs: list[dict[str, float]]) -> str:
    parts = []
    for key in runs[0]:
        series = [run[key] for run in runs]
        parts.append(f"{key} {_digits(statistics.median(series))} ({_digits(min(series))}-{_digits(max(series))})")
    return ", ".join(parts)


def _digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}"


if __name__ == "__main__":
    main()
