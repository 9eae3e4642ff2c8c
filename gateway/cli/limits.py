"""What `span` and `account` have in common about limits: the options that set them and the table that shows them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.context import open_pacing, run, settings_or_exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

Command = TypeVar("Command", bound=Callable[..., Any])
QUOTAS = ("per_minute", "per_hour", "per_day", "per_month")
NO_LIMIT, AS_BEFORE = "none", "default"


def quota_options(command: Command) -> Command:
    """Add the options that both kinds of owners have."""
    options = [
        *(
            click.option(
                f"--{name.replace('_', '-')}", metavar="SEGMENTS", help=f"Most segments {name.replace('_', ' ')}."
            )
            for name in QUOTAS
        ),
        click.option("--contract-day", metavar="DAY", help="Day of the month on which a month begins, 1 to 31."),
        click.option("--periods", metavar="KIND", help="calendar (from midnight, the full hour), or sliding."),
        click.option("--timezone", metavar="ZONE", help="Zone of the calendar, e.g. Europe/Berlin."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def gap_options(command: Command) -> Command:
    """Add the options that only a SIM has."""
    options = [
        click.option("--gap", "gap_s", metavar="SECONDS", help="Pause between two segments."),
        click.option("--gap-jitter", "gap_jitter_s", metavar="SECONDS", help="Up to so much more, at random."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def read_changes(options: Mapping[str, str | None]) -> dict[str, Any]:
    """Give what the options change: 0 for "none", None for "default", numbers as numbers."""
    changes: dict[str, Any] = {}
    for name, text in options.items():
        if text is None:
            continue
        if text == AS_BEFORE:
            changes[name] = None
        elif text == NO_LIMIT and name in {*QUOTAS, "gap_s", "gap_jitter_s"}:
            changes[name] = 0
        else:
            changes[name] = text if name in {"periods", "timezone"} else _number(name, text)
    if not changes:
        raise click.UsageError("nothing to change: name at least one option")
    return changes


def _number(name: str, text: str) -> float | int:
    kind = float if name in {"gap_s", "gap_jitter_s"} else int
    try:
        return kind(text)
    except ValueError:
        hint = f"--{name.removesuffix('_s').replace('_', '-')}"
        raise click.BadParameter(f'not a number, "{NO_LIMIT}" or "{AS_BEFORE}": {text}', param_hint=hint) from None


def ask_pacing(config: Path | None, call: str, **arguments: object) -> Any:
    """Have a call about limits answered, by the running gateway or from the store."""

    async def work() -> Any:
        async with open_pacing(settings_or_exit(config)) as pacing:
            return await pacing.call(call, arguments)

    return run(work(), names_field=True)


def show_quotas(reports: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    """Print who may send how much, what is used, and when there will be more room."""
    if as_json:
        click.echo(json.dumps(reports, indent=2))
        return
    head = ("PORT", "SIM", "PERIOD", "USED", "LIMIT", "MORE ROOM AT (UTC)", "KIND")
    if all(one["kind"] == "account" for one in reports):
        head = ("PORT", "ACCOUNT", *head[2:])
    lines = [head, *(line for one in reports for line in _lines(one))]
    wanted = [index for index in range(len(head)) if any(line[index] for line in lines[1:])] or [1, 2, 3, 4]
    widths = {index: max(len(line[index]) for line in lines) for index in wanted}
    for line in lines:
        click.echo("  ".join(line[index].ljust(widths[index]) for index in wanted).rstrip())


def _lines(report: Mapping[str, Any]) -> list[tuple[str, ...]]:
    who = ("" if report["port"] is None else str(report["port"]), report["name"])
    limits = report["limits"]
    lines: list[tuple[str, ...]] = [
        (*who, one["period"], str(one["used"]), str(one["limit"]), one["ends_at"] or "", _kind(one["period"], limits))
        for one in report["quotas"]
    ]
    if limits["gap_s"] or limits["gap_jitter_s"]:
        jitter = f" to {limits['gap_s'] + limits['gap_jitter_s']:g}" if limits["gap_jitter_s"] else ""
        lines.append((*who, "gap", "", f"{limits['gap_s']:g}{jitter} s", "", ""))
    return lines or [(*who, "no limits", "", "", "", "")]


def _kind(period: str, limits: Mapping[str, Any]) -> str:
    if limits["periods"] == "sliding":
        return "sliding"
    begins = f", begins on day {limits['contract_day']}" if period == "month" else ""
    return f"calendar {limits['timezone']}{begins}"
