"""Contract of the files in `faults/`: everything that can be wrong with an emulated modem, by topic.

A file in `faults/`
1. MUST define each fault as a frozen, keyword-only, slotted dataclass that is derived from `Fault`, with a `name` no
   other file uses and a docstring whose first line tells a tester what the modem then does;
2. MUST make each of its fields with `option`, which gives default, text, unit and range, so that a fault can be listed,
   shown as a form and built from a scenario or from JSON;
3. MUST keep no state: what a strike has to remember, `begin` returns and `end` gets back;
4. MUST NOT import another file of the folder, and MUST NOT ask for the time: the board keeps it;
5. MAY say when it strikes unless the tester does (`occasion`, `times`), how long it goes on (`is_lasting`, `lasting_s`)
   and what ends it (`cured_by`);
6. MAY use these hooks; the others keep their defaults:
       begin, end     change and restore the equipment                    once per strike
       acts           make the machine restart, lose its port or write    once per strike
       strikes_at     the stage of a submit where it begins                if it strikes a submit
       shape          change the course of a command                      a lasting fault: every command while it lasts;
                                                                          any other: the command that it struck
       hush, urcs     make the modem deaf, its own lines rude or lost     while it lasts
       garble, pace   change or slow down octets on the wire              while it lasts
       blocks_port    make the port take nothing of the host              while it lasts

The folder is walked: a new file is all that a new family needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, IntEnum, auto
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from modem.emulator.machine.course import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.machine.course import Course
    from modem.emulator.machine.wire import Pace

T = TypeVar("T")

ENDLESS: Final = 0
"""`times` of a fault that strikes again and again."""


class Occasion(Enum):
    """What a fault waits for."""

    NOW = "now"
    """Nothing but `after_s`."""
    SUBMIT = "submit"
    """A message that the host wants to send: +CMGS or +CMSS."""
    COMMAND = "command"
    """A command that matches `command`."""
    BOOT = "boot"
    """The next end of a start, after power-up or a reset."""


class Cure(IntEnum):
    """What the host, or the person at the modem, must do; each also does what the ones before it do."""

    ESCAPE = 1
    """ESC."""
    REOPEN = 2
    """Close the port: the next opening finds the modem well."""
    CFUN = 3
    """+CFUN=..., also a reset by it."""
    POWER = 4
    """Switch the power off and on, or pull the plug."""
    NEVER = 5
    """Nothing: the fault ends by its own time, or when it is removed."""


class Direction(Enum):
    """Which way octets go."""

    TO_HOST = "to_host"
    TO_MODEM = "to_modem"
    BOTH = "both"


class Urcs(Enum):
    """What becomes of the modem's own unsolicited lines."""

    POLITE = auto()
    """They wait for the end of an answer."""
    RUDE = auto()
    """They do not wait."""
    LOST = auto()
    """They do not come."""


class FaultError(ValueError):
    """A fault cannot be built; `field` names what is wrong."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}")
        self.field = field_name
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """What a form or a scenario has to know of a field besides its type and default."""

    text: str
    unit: str = ""
    least: float | None = None
    most: float | None = None


def option(text: str, *, default: T, unit: str = "", least: float | None = None, most: float | None = None) -> T:
    """Make a field of a fault or of a trigger."""
    return field(default=default, metadata={"option": Option(text=text, unit=unit, least=least, most=most)})


def is_like(text: str, pattern: str) -> bool:
    """Tell whether a command, as typed behind AT, is like `pattern`, in which * stands for anything."""
    return _compiled(pattern).fullmatch(text) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    """When a fault strikes, how often, how long, and what ends it; None means what the fault itself says."""

    on: Occasion | None = option("what it waits for", default=None)
    command: str = option("only commands like this, as typed behind AT; * stands for anything", default="")
    after_s: float = option("do nothing and count nothing before", default=0.0, unit="s", least=0)
    after_submits: int = option("let so many submits go well first", default=0, least=0)
    after_commands: int = option("let so many of those commands go well first", default=0, least=0)
    every: int = option("then strike each n-th of them", default=1, least=1)
    every_s: float = option("strike again after so long (without submits or commands)", default=0.0, unit="s", least=0)
    times: int | None = option("how many strikes in all; 0: without end", default=None, least=0)
    lasting_s: float | None = option(
        "how long a strike lasts, or strikes are dealt; 0: without end", default=None, unit="s", least=0
    )
    cured_by: Cure | None = option("what ends it", default=None)

    def check(self) -> None:
        """Raise FaultError when the fields are at odds with each other."""
        if self.after_submits and (self.on not in (None, Occasion.SUBMIT) or self.command or self.after_commands):
            raise FaultError("after_submits", "goes with submits only, not with other occasions or commands")
        if (self.after_commands or self.command) and self.on not in (None, Occasion.COMMAND):
            raise FaultError("on", "must be command, or be left out, when commands are named or counted")
        if self.every_s and (self.on not in (None, Occasion.NOW) or self.command or self.after_submits):
            raise FaultError("every_s", "goes with neither submits nor commands: every counts them")


class PortEvent(Enum):
    """What a machine's port has to do."""

    GONE = auto()
    """Vanish: the host gets an error."""
    BACK = auto()
    """Be there again, under another name if it has one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unplug:
    """Act: the port vanishes; it comes back under another terminal unless `returns_after_s` is None."""

    returns_after_s: float | None
    keeps_power: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """Act: the modem starts again by itself, as after a dip of its supply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """Act: octets go to the host, whatever the modem is doing."""

    octets: bytes


Act = Unplug | Restart | Write


@dataclass(frozen=True, kw_only=True, slots=True)
class Hush:
    """The modem is deaf; `echoes`: the line still echoes."""

    echoes: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that can be wrong with a modem."""

    name: ClassVar[str] = ""
    occasion: ClassVar[Occasion] = Occasion.NOW
    times: ClassVar[int] = 1
    is_lasting: ClassVar[bool] = False
    lasting_s: ClassVar[float | None] = None
    cured_by: ClassVar[Cure] = Cure.NEVER

    @property
    def strikes_at(self) -> Stage:
        """When it begins in the submit that it strikes."""
        return Stage.COMMAND

    @property
    def hush(self) -> Hush | None:
        """How deaf the modem is, None when it hears."""
        return None

    @property
    def urcs(self) -> Urcs:
        """What becomes of unsolicited lines."""
        return Urcs.POLITE

    @property
    def pace(self) -> Pace | None:
        """How slowly octets go, None for at once."""
        return None

    @property
    def blocks_port(self) -> bool:
        """Whether the port takes no octet of the host."""
        return False

    def begin(self, _equipment: Equipment, /) -> Any:
        """Change the equipment; return what `end` needs."""

    def end(self, _equipment: Equipment, _kept: Any, /) -> None:
        """Undo what `begin` did."""

    def acts(self, _chance: Random, /) -> Sequence[Act]:
        """Return what the machine has to do as a strike begins."""
        return ()

    def shape(self, _command: Command, _course: Course, /) -> None:
        """Change how a command goes."""

    def garble(self, octets: bytes, _direction: Direction, _chance: Random, /) -> bytes:
        """Return what arrives of octets that go TO_HOST or TO_MODEM."""
        return octets
