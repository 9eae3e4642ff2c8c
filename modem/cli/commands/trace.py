"""`gsm-modem trace`: record what a program and a modem say to each other."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from modem.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.transcript import Passage

EXAMPLES = """
\b
Examples:
  gsm-modem trace /dev/ttyUSB2 -o dialogue.at
  gsm-modem trace socket://10.0.0.7:4001 --link /tmp/traced

\b
Then point the program at the link that is printed, for instance:
  gammu identify        (with "port = /tmp/traced" and "connection = at" in ~/.gammurc)

\b
The recording plays as a modem:
  gsm-modem emulate --dir /tmp/modems --replay dialogue.at
"""


@click.command(name="trace", epilog=EXAMPLES)
@click.argument("port")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the transcript here, a new file that only you can read.  [default: standard output]",
)
@click.option(
    "--link",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="The port that the program shall open.  [default: a new one, which is printed]",
)
@click.option("--baud", default=115200, show_default=True, type=click.IntRange(50, 4_000_000), help="Speed of PORT.")
@click.option(
    "--plain",
    is_flag=True,
    help="Keep numbers, identities, PINs and texts. Without it they are replaced, the same ones by the same.",
)
def trace(*, port: str, output: Path | None, link: Path | None, baud: int, plain: bool) -> None:
    """Record a dialogue with the modem at PORT, a path or socket://HOST:PORT.

    A program opens the printed link instead of PORT; every octet is passed on at once, and written down as a
    transcript with direction and time. Stop with Ctrl-C. Without --plain nothing of people is in it.
    """
    from modem.cli.redaction import Redactor  # noqa: PLC0415 - loaded only when it runs, so that --help is quick

    redactor = None if plain else Redactor()
    with ExitStack() as stack:
        if link is None:
            link = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gsm-trace-"))) / "modem"
        file = stack.enter_context(_create(output)) if output is not None else None

        def write(line: str) -> None:
            click.echo(line, file=file)
            if file is not None:
                file.flush()

        def passed(passage: Passage) -> None:
            write(str(passage if redactor is None else redactor.redact(passage)))

        what = "numbers, identities, PINs and texts are as they were" if plain else "what belongs to people is replaced"
        write(f"# Recorded from {port} by gsm-modem trace, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {what}.")
        try:
            asyncio.run(_tap(port, link, baud, passed))
        except (PortError, OSError) as error:
            raise click.ClickException(str(error)) from error


async def _tap(port: str, link: Path, baud: int, passed: Callable[[Passage], None]) -> None:
    from modem.cli.tap import Tap  # noqa: PLC0415 - loaded only when it runs

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tap = Tap(port, link, baudrate=baud, on_passage=passed)
    await tap.run(stopped, lambda: click.echo(f"Let the program open {link}; Ctrl-C ends.", err=True))


def _create(path: Path) -> IO[str]:
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii")
    except FileExistsError as error:
        message = f"{path} is there already; name a new file"
        raise click.ClickException(message) from error
    except OSError as error:
        raise click.ClickException(str(error)) from error


COMMAND = trace
