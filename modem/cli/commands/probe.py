"""`gsm-modem probe`: which modems are plugged in, what each port is for, and what the gateway would make of them."""

from __future__ import annotations

import asyncio
import json
import sys

import click

EXAMPLES = """
\b
Examples:
  gsm-modem probe
  gsm-modem probe --no-ask
  gsm-modem probe --json | jq -r '.[] | select(.modem) | .modem.imei + " " + .name'
  gsm-modem probe /dev/ttyUSB2
  gsm-modem probe /dev/ttyS1
  gsm-modem probe socket://10.0.0.7:4001

\b
Nothing is changed: only commands that read are sent, and never a PIN. A port that
another program has open, and one for diagnostics, satellite data or audio, is not
touched.

\b
Exit status: 0 when a modem was found (at PORT: when it answered), 1 when not.
"""


@click.command(name="probe", epilog=EXAMPLES)
@click.argument("port", required=False)
@click.option("--json", "is_json", is_flag=True, help="Print JSON, for programs.")
@click.option("--no-ask", is_flag=True, help="Only look: open no port, ask no modem.")
@click.option(
    "--baud",
    type=click.IntRange(50, 4_000_000),
    metavar="N",
    help="Speed of serial lines.  [default: 115200; at PORT the usual ones are tried]",
)
@click.option("--force", is_flag=True, help="Ask PORT even if it is not for commands.")
def probe(*, port: str | None, is_json: bool, no_ask: bool, baud: int | None, force: bool) -> None:
    """Show the modems that are plugged in and what each would become, or everything about the one at PORT."""
    if port is None:
        sys.exit(0 if _all(is_json=is_json, is_asking=not no_ask, baud=baud) else 1)
    if no_ask:
        raise click.UsageError("--no-ask is for the list of all devices, without PORT")
    sys.exit(0 if _one(port, is_json=is_json, baud=baud, is_forced=force) else 1)


def _all(*, is_json: bool, is_asking: bool, baud: int | None) -> bool:
    from modem.cli.survey import survey  # noqa: PLC0415 - loaded only when it runs, so that --help is quick
    from modem.cli.survey_tables import records, show  # noqa: PLC0415
    from modem.ports.choice import Verdict  # noqa: PLC0415
    from modem.ports.sysfs import Sysfs  # noqa: PLC0415

    _log_to_stderr()
    found = asyncio.run(survey(Sysfs(), baudrate=baud or 115200, is_asking=is_asking))
    if is_json:
        click.echo(records(found))
    else:
        show(found, sys.stdout)
    return any(one.choice.verdict is Verdict.MODEM for one in found)


def _one(url: str, *, is_json: bool, baud: int | None, is_forced: bool) -> bool:
    from rich.table import Table  # noqa: PLC0415

    from modem.cli.one_port import look_at  # noqa: PLC0415
    from modem.cli.survey_tables import console_on  # noqa: PLC0415
    from modem.ports.sysfs import Sysfs  # noqa: PLC0415

    _log_to_stderr()
    found = asyncio.run(look_at(url, Sysfs(), baudrate=baud, is_forced=is_forced))
    if is_json:
        click.echo(json.dumps(found.record, indent=2))
        return found.said is not None
    console = console_on(sys.stdout)
    table = Table("what", "value", title=url)
    for name, value in found.rows:
        table.add_row(name, value)
    if table.row_count:
        console.print(table)
    for advice in found.advice:
        console.print(advice)
    return found.said is not None


def _log_to_stderr() -> None:
    """Keep standard output for the answer; warnings of the driver go beside it."""
    import logging  # noqa: PLC0415

    import structlog  # noqa: PLC0415

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


COMMAND = probe
