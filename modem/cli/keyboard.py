"""A person at a terminal: line editing, history and completion by readline; Ctrl-Z and ESC end a body."""

from __future__ import annotations

import os
import re
import readline
import sys
import termios
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from modem.cli.completion import USUAL, completions
from modem.cli.sources import read_body, wants_pdu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from modem.cli.screen import Screen

_HISTORY_LINES: Final = 1000
# A PIN or password must not lie about in a file.
_SECRET: Final = re.compile(r"\+(?:CPIN|CPWD|CLCK)\s*=|\*CPIN|\^CPIN|\+ZPINPUK", re.IGNORECASE)
_DISABLED: Final = b"\0"  # _POSIX_VDISABLE on Linux

# Ctrl-Z and Esc Esc put their own octet into the line and end it; by itself ESC begins the arrow keys.
_BINDINGS: Final = (
    r'"\C-z": "\C-v\C-z\C-m"',
    r'"\e\e": "\C-v\e\C-m"',
    "tab: complete",
    "set enable-bracketed-paste off",
)

HELP_TEXT: Final = "# The modem waits for the text. Enter begins a new line, Ctrl-Z sends, Ctrl-C or Esc Esc gives up."
HELP_PDU: Final = "# The modem waits for the PDU. Enter or Ctrl-Z sends, Ctrl-C or Esc Esc gives up."


class KeyboardSource:
    """Lines that a person types; `known` asks the modem for its commands, when Tab is first pressed."""

    ends_at_error = False
    is_keyboard = True

    def __init__(self, screen: Screen, known: Callable[[], Sequence[str]], *, greeting: str) -> None:
        self._screen = screen
        self._known = known
        self._greetings = [greeting]
        self._names: Sequence[str] | None = None
        self._found: list[str] = []

    def next_command(self) -> str | None:
        """Return the next command, None at Ctrl-D. Raises KeyboardInterrupt at Ctrl-C."""
        if self._greetings:
            self._screen.show([self._greetings.pop()])
        try:
            command = self._read("")
        except EOFError:
            self._screen.show([""])
            return None
        if command.strip() and not _SECRET.search(command):
            readline.add_history(command)
        return command

    def body(self, command: str) -> str | None:
        """Return what is typed up to Ctrl-Z, None when it was given up."""
        self._screen.show([HELP_PDU if wants_pdu(command) else HELP_TEXT])
        return read_body(command, self._next_body_line)

    def _next_body_line(self) -> str | None:
        try:
            return self._read("> ")
        except EOFError:
            return None

    def _read(self, prompt: str) -> str:
        readline.set_completer(None if prompt else self._complete)
        with self._screen.typing(prompt, readline.get_line_buffer):
            return input(prompt)

    def _complete(self, text: str, state: int) -> str | None:
        if state == 0:
            if self._names is None:
                self._names = self._known() or USUAL
            self._found = completions(text, self._names)
        return self._found[state] if state < len(self._found) else None


@contextmanager
def line_editing() -> Iterator[None]:
    """Set the terminal up for KeyboardSource, with the history of earlier times; all is put back at the end."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    attributes = termios.tcgetattr(terminal)
    # Ctrl-Z is for the modem here, not for the shell.
    attributes[6][termios.VSUSP] = _DISABLED
    # What is typed while an answer is waited for reaches readline as it is: in canonical mode a Ctrl-D would be lost.
    attributes[3] &= ~termios.ICANON
    attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)
    for binding in _BINDINGS:
        readline.parse_and_bind(binding)
    readline.set_completer_delims("")
    readline.set_auto_history(False)
    readline.set_history_length(_HISTORY_LINES)
    history = _history_file()
    with suppress(FileNotFoundError):
        readline.read_history_file(history)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        _save_history(history)


def _history_file() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "gsm-modem" / "history"


def _save_history(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        readline.write_history_file(file)
    except OSError as error:
        # A home that cannot be written to is no reason to fail at the end of the work.
        print(f"The history is not kept: {error}", file=sys.stderr)  # noqa: T201
