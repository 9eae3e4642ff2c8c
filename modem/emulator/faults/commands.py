"""Any command refused, not heard, or answered with something else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from modem.at.device import Result
from modem.emulator.fault import Fault, Occasion, option
from modem.emulator.refusal import CmeError, CmsError

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.machine.course import Course


class Kind(Enum):
    """How a command is refused."""

    CME = "cme"
    CMS = "cms"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandRefused(Fault):
    """A command is refused."""

    name: ClassVar[str] = "command_refused"
    occasion: ClassVar[Occasion] = Occasion.COMMAND

    kind: Kind = option("which error", default=Kind.CME)
    code: int = option("its number (not for a plain ERROR)", default=100, least=0, most=65535)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Refuse."""
        course.refusal = CmsError(self.code) if self.kind is Kind.CMS else CmeError(self.code)
        if self.kind is Kind.ERROR:
            course.result = Result.ERROR


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandUnanswered(Fault):
    """A command gets no answer, and the modem takes the next one."""

    name: ClassVar[str] = "command_unanswered"
    occasion: ClassVar[Occasion] = Occasion.COMMAND

    def shape(self, _command: Command, course: Course, /) -> None:
        """Hear nothing."""
        course.is_ignored = True


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongAnswer(Fault):
    """A command gets these information responses instead of its own, and OK."""

    name: ClassVar[str] = "wrong_answer"
    occasion: ClassVar[Occasion] = Occasion.COMMAND

    lines: tuple[str, ...] = option("the information responses", default=())

    def shape(self, _command: Command, course: Course, /) -> None:
        """Answer something else."""
        course.answer = self.lines
