"""Contract of the files in `commands/`: the AT commands of the emulated modem, by topic.

A file in `commands/`
1. MUST define `SHELF = Shelf()` and put each of its handlers there: `@SHELF.on("+CSQ", Form.EXECUTE)`;
2. MUST NOT import another file of the folder, nor define a command another one has (the table refuses to load);
3. MAY return information lines (a list, empty for a bare OK), or
4. MAY be a generator that yields steps (`Prompt`, `Transmission`, `Pause`), gets each step's answer from `yield`,
   and returns the information lines at the end;
5. MUST refuse by raising `CmeError` or `CmsError`; the machine writes the final result in every case.

The folder is walked: a new file is all that a new topic needs. A command nobody defines, or a form a command lacks,
is refused with +CME ERROR: 4 (plain ERROR at +CMEE=0).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias

from modem.at.command import Command, Form
from modem.emulator.equipment import Equipment
from modem.emulator.radio import Transmission


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """Ask the host for a body; the answer is a `BodyReceived`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Be busy for some seconds; the answer is None."""

    seconds: float


Step: TypeAlias = Prompt | Transmission | Pause
# The answer depends on the step: that of a Transmission is None when the network took it, else the number for
# +CMS ERROR; the others say it themselves.
Dialogue: TypeAlias = Generator[Step, Any, Sequence[str]]
Handler: TypeAlias = Callable[[Equipment, Command], Sequence[str] | Dialogue]
Table: TypeAlias = dict[tuple[str, Form], Handler]


class Shelf:
    """The commands of one file."""

    def __init__(self) -> None:
        self.handlers: Table = {}

    def on(self, name: str, *forms: Form) -> Callable[[Handler], Handler]:
        """Make the decorated function answer `name` in these forms."""

        def keep(handler: Handler) -> Handler:
            for form in forms:
                self.handlers[name, form] = handler
            return handler

        return keep

    def constant(self, name: str, form: Form, *lines: str) -> None:
        """Answer one form of a command with always the same lines."""
        self.handlers[name, form] = lambda _equipment, _command: lines


@cache
def load_table() -> Table:
    """Walk the folder and return every command; raises ValueError when two files define the same one."""
    package = importlib.import_module("modem.emulator.commands")
    table: Table = {}
    for entry in pkgutil.iter_modules(package.__path__):
        shelf: Shelf = importlib.import_module(f"{package.__name__}.{entry.name}").SHELF
        if doubled := table.keys() & shelf.handlers.keys():
            message = f"{entry.name}: {sorted(name for name, _ in doubled)} is defined by another file"
            raise ValueError(message)
        table.update(shelf.handlers)
    return table
