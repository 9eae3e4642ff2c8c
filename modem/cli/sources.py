"""Where commands and bodies come from: the arguments of the command line, or lines of standard input."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CTRL_Z: Final = "\x1a"
ESC: Final = "\x1b"

# +CMGS=<length> and +CNMA=<n>,<length> of PDU mode; text mode names a number there, which is longer (27.005 4.3, 4.7).
_WANTS_PDU: Final = re.compile(r"\+CMG[SW]=\s*\d{1,3}\s*(?:,\s*\d+\s*)?$|\+CNMA=\s*\d\s*,\s*\d+\s*$", re.IGNORECASE)


def wants_pdu(command: str) -> bool:
    """Tell whether the body that `command` prompts for is a PDU, which is one line, and not a text."""
    return _WANTS_PDU.search(command) is not None


class Source(Protocol):
    """Gives commands, one after the other, and a body where the modem asks for one."""

    ends_at_error: bool
    """Whether nothing more is sent after a command that failed."""
    is_keyboard: bool
    """Whether a person types, so that Ctrl-C ends what is under way and not the program."""

    def next_command(self) -> str | None:
        """Return the next command, None at the end."""

    def body(self, command: str) -> str | None:
        """Return the body for the prompt of `command`, None to give up."""


class ArgumentSource:
    """The commands of --command; where the modem prompts, the next one is the body."""

    ends_at_error = True
    is_keyboard = False

    def __init__(self, commands: Iterable[str]) -> None:
        self._commands = deque(commands)

    def next_command(self) -> str | None:
        """Return the next command, None at the end."""
        return self._commands.popleft() if self._commands else None

    def body(self, command: str) -> str | None:  # noqa: ARG002 - every body is one argument
        """Return the next argument, None when there is none."""
        return self._commands.popleft().rstrip(CTRL_Z) if self._commands else None


class StreamSource:
    """Lines of a file or pipe, ended by LF, CR LF or CR."""

    ends_at_error = False
    is_keyboard = False

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = (piece for line in lines for piece in line.replace("\r\n", "\n").replace("\r", "\n").splitlines())

    def next_command(self) -> str | None:
        """Return the next line, None at the end."""
        return next(self._lines, None)

    def body(self, command: str) -> str | None:
        """Return the next line for a PDU, else the lines up to Ctrl-Z; None at ESC, or when the lines end before."""
        return read_body(command, lambda: next(self._lines, None))


def read_body(command: str, next_line: Callable[[], str | None]) -> str | None:
    """Return the body of a prompt out of lines, without its Ctrl-Z; None at ESC, or when the lines end before."""
    lines = []
    while (line := next_line()) is not None:
        if ESC in line:
            return None
        text, end, _ = line.partition(CTRL_Z)
        lines.append(text)
        if end or wants_pdu(command):
            # V.250 ends a line with CR; so does a text of several lines.
            return "\r".join(lines)
    return None
