"""Tables as people read them on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable


def print_table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """Print rows in columns as wide as they need; empty columns are left out."""
    lines = [head, *rows]
    wanted = [index for index in range(len(head)) if index == 0 or any(line[index] for line in lines[1:])]
    widths = {index: max(len(line[index]) for line in lines) for index in wanted}
    for line in lines:
        click.echo("  ".join(line[index].ljust(widths[index]) for index in wanted).rstrip())
