"""`gsm-modem at`: a terminal to a modem, which says what its answers mean."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

import click

from modem.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.cli.line import Line
    from modem.cli.screen import Screen
    from modem.cli.sources import Source

# A modem with a thousand commands on a slow line needs a while; a person who pressed Tab does not wait longer.
_CLAC_TIMEOUT_S: Final = 5.0

EXAMPLES = """
\b
Examples:
  gsm-modem at /dev/ttyUSB2
  gsm-modem at socket://10.0.0.7:4001 --command AT+CSQ --command AT+COPS?
  gsm-modem at /dev/ttyUSB2 --command AT+CMGS=17 --command 0001000B914316565811F9000004E8373B0C
  gsm-modem at /dev/ttyUSB2 --raw < commands.txt

\b
A command that sends (AT+CMGS, AT+CMGW) makes the modem prompt with > for the body:
  a PDU is sent by Enter or Ctrl-Z, a text by Ctrl-Z; Ctrl-C or Esc Esc gives up.
  With --command the next one is the body. From standard input it is the next line
  for a PDU, for a text all lines up to a Ctrl-Z; an ESC gives up.

\b
Exit status: 0 when the modem carried out every command, 1 when not.
"""


@click.command(name="at", epilog=EXAMPLES)
@click.argument("port")
@click.option(
    "-c",
    "--command",
    "commands",
    multiple=True,
    metavar="LINE",
    help="Send this instead of what is typed, print the answer; may be repeated. Ends at the first error.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 3600),
    metavar="SECONDS",
    help="How long to wait for an answer.  [default: 30; 120 behind a body, 180 for AT+COPS=?]",
)
@click.option("--raw", is_flag=True, help="Show only what the modem says: no PDUs and no error codes in words.")
@click.option("--baud", default=115200, show_default=True, type=click.IntRange(50, 4_000_000), help="Speed of PORT.")
def at(*, port: str, commands: tuple[str, ...], timeout: float | None, raw: bool, baud: int) -> None:
    """Talk to the modem at PORT, a path or socket://HOST:PORT.

    Sends the lines that are typed and shows answers, and what the modem says by itself, as they come; behind # stands
    what PDUs and error codes mean. Nothing is sent that was not typed, but for AT+CLAC when Tab is pressed.
    Ctrl-D ends. Commands may also come from standard input or from --command.
    """
    try:
        is_all_well = _talk(port, commands, timeout, baud, notes=not raw)
    except PortError as error:
        raise click.ClickException(str(error)) from error
    sys.exit(0 if is_all_well else 1)


def _talk(port: str, commands: tuple[str, ...], timeout_s: float | None, baud: int, *, notes: bool) -> bool:
    from modem.cli.line import Line  # noqa: PLC0415 - loaded only when it runs, so that --help is quick
    from modem.cli.screen import Screen  # noqa: PLC0415
    from modem.cli.terminal import Terminal  # noqa: PLC0415

    # For scripts the answers stand alone on standard output.
    screen = Screen(sys.stdout, sys.stderr if commands else sys.stdout)
    terminal = Terminal(screen, timeout_s=timeout_s, notes=notes)
    with ExitStack() as stack:
        line = stack.enter_context(Line(port, baudrate=baud, on_news=terminal.tell))
        return terminal.run(line, _source(commands, screen, line, stack))


def _source(commands: tuple[str, ...], screen: Screen, line: Line, stack: ExitStack) -> Source:
    from modem.cli.sources import ArgumentSource, StreamSource  # noqa: PLC0415

    if commands:
        return ArgumentSource(commands)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return StreamSource(iter(sys.stdin))
    from modem.cli.keyboard import KeyboardSource, line_editing  # noqa: PLC0415

    stack.enter_context(line_editing())
    greeting = f"# {line.url} is open. Tab completes, Ctrl-D ends."
    return KeyboardSource(screen, lambda: _known_commands(line), greeting=greeting)


def _known_commands(line: Line) -> Sequence[str]:
    from modem.at.host import Answer  # noqa: PLC0415
    from modem.cli.completion import read_commands  # noqa: PLC0415

    outcome = line.command("AT+CLAC", timeout_s=_CLAC_TIMEOUT_S)
    if isinstance(outcome, Answer):
        return read_commands(outcome.lines) if outcome.is_ok else []
    line.give_up()
    return []


COMMAND = at
