"""`gsm-modem udev`: the udev rules for all modems that have a profile."""

from __future__ import annotations

from pathlib import Path

import click

EXAMPLES = """
\b
Examples:
  gsm-modem udev
  gsm-modem udev --output /usr/lib/udev/rules.d/60-gsm-modem.rules
  udevadm control --reload && udevadm trigger      (afterwards)
"""


@click.command(name="udev", epilog=EXAMPLES)
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
def udev(*, output: Path | None) -> None:
    """Print udev rules: a name for the AT port of every known modem, and ModemManager kept away from it."""
    from modem.cli.udev_rules import render  # noqa: PLC0415 - loaded only when it runs, so that --help is quick
    from modem.profiles import load_profiles  # noqa: PLC0415

    text = render(load_profiles())
    if output is None:
        click.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error


COMMAND = udev
