"""Contract of the files in `commands/`: the AT commands of the emulated modem, by topic.

A file in `commands/`
1. MUST define `SHELF = Shelf()` and put each of its handlers there: `@SHELF.on("+CSQ", Form.EXECUTE)`;
2. MUST NOT import another file of the folder, nor define a command another one has (the table refuses to load);
3. MAY return information lines (a list, empty for a bare OK), or
4. MAY be a generator that yields steps (`Prompt`, `Transmission`, `Pause`, `Dialled`), gets each step's answer from
   `yield`, and returns the information lines at the end;
5. MUST refuse by raising a `RefusedError`; the machine writes the final result in every case;
6. MAY say what it needs of the card (`needs`, see `access.py`), of all its commands or of one;
7. SHOULD leave a command that only keeps numbers to `Shelf.numbers` (see `number_settings.py`).

The folder is walked: a new file is all that a new topic needs. A command nobody defines, or a form a command lacks,
is refused with +CME ERROR: 4 (plain ERROR at +CMEE=0).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from modem.at.command import Command, Form
from modem.emulator.equipment.equipment import Equipment
from modem.emulator.equipment.parameters import Parameters, number_list
from modem.emulator.radio import Dialled, Transmission

if TYPE_CHECKING:
    from modem.emulator.equipment.number_settings import NumberSetting
    from modem.emulator.equipment.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """Ask the host for a body; the answer is a `BodyReceived`. `is_text`: it can be edited and has lines."""

    is_text: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Pause:
    """Be busy for some seconds; the answer is None."""

    seconds: float


Step: TypeAlias = Prompt | Transmission | Pause | Dialled
# The answer depends on the step: that of a Transmission is None when the network took it, else the number for
# +CMS ERROR; that of a Dialled is None when somebody took the call, else its Clearing; the others say it themselves.
Dialogue: TypeAlias = Generator[Step, Any, Sequence[str]]
Handler: TypeAlias = Callable[[Equipment, Command], Sequence[str] | Dialogue]
Needs: TypeAlias = Callable[[Equipment], None]
Table: TypeAlias = dict[tuple[str, Form], Handler]


class Shelf:
    """The commands of one file; `needs` is what each must find before it is looked at (see `access.py`)."""

    def __init__(self, *, needs: Needs | None = None) -> None:
        self.handlers: Table = {}
        self._needs = needs

    def on(self, name: str, *forms: Form, needs: Needs | None = None) -> Callable[[Handler], Handler]:
        """Make the decorated function answer `name` in these forms; `needs` stands for that of the shelf."""
        wanted = needs or self._needs

        def keep(handler: Handler) -> Handler:
            for form in forms:
                self.handlers[name, form] = handler if wanted is None else _behind(wanted, handler)
            return handler

        return keep

    def constant(self, name: str, form: Form, *lines: str) -> None:
        """Answer one form of a command with always the same lines."""
        self.handlers[name, form] = lambda _equipment, _command: lines

    def numbers(self, setting: NumberSetting) -> None:
        """Let a command that only keeps numbers be tested, read and set; what is omitted stays."""
        name = setting.name
        self.constant(name, Form.TEST, f"{name}: {','.join(number_list(numbers) for numbers in setting.allowed)}")

        @self.on(name, Form.READ)
        def _read(equipment: Equipment, _command: Command) -> Sequence[str]:
            return [f"{name}: {','.join(map(str, setting.values(equipment.settings)))}"]

        @self.on(name, Form.SET)
        def _set(equipment: Equipment, command: Command) -> Sequence[str]:
            equipment.settings.numbers[name] = chosen_numbers(setting, equipment.settings, command)
            return []


def chosen_numbers(setting: NumberSetting, settings: Settings, command: Command) -> tuple[int, ...]:
    """Return what a set command asks for: nothing at all asks for the factory's choice (V.250 5.4.2.3)."""
    parameters = Parameters(command, most=len(setting.allowed))
    now = setting.default if parameters.is_empty else setting.values(settings)
    return tuple(
        parameters.number(position, allowed, now[position]) for position, allowed in enumerate(setting.allowed)
    )


def _behind(needs: Needs, handler: Handler) -> Handler:
    def guarded(equipment: Equipment, command: Command) -> Sequence[str] | Dialogue:
        needs(equipment)
        return handler(equipment, command)

    return guarded


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
