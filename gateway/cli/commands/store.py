"""`gsm-gateway store`: how large the database is, what it holds, and whether there is room for more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from gateway.cli.context import call_store, config_option, run, settings_or_exit

if TYPE_CHECKING:
    from pathlib import Path

MB: Final = 1_000_000


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
def command(*, as_json: bool, config: Path | None) -> None:
    """Show the database: its size, the messages in it, the free disk.

    \b
    Asks the running gateway. When none runs, looks for itself.
    Exit status: 0, or 1 when new messages are refused (disk full or nearly so, database locked or read-only).
    Examples:
      gsm-gateway store
      gsm-gateway store --json
    """
    found = run(call_store(settings_or_exit(config)))
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for label, value in _facts(found):
            click.echo(f"{label:14} {value}")
    if found["refusing"]:
        raise SystemExit(1)


def _facts(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        ("database", found["path"]),
        ("size", f"{_mb('database_octets', found)}, {_mb('spare_octets', found)} of it free"),
        ("log", _mb("log_octets", found)),
        ("disk", f"{_mb('free_octets', found)} free, {_mb('wanted_octets', found)} must be"),
        ("outbound", f"{found['outbound']} messages, {found['waiting']} of them wait"),
        ("inbound", f"{found['inbound']} messages"),
        ("new messages", f"refused: {found['refusing']}" if found["refusing"] else "taken"),
    ]


def _mb(name: str, found: dict[str, Any]) -> str:
    return f"{found[name] / MB:.0f} MB"
