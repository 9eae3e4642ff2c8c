"""Answers that are lost, late, doubled or wrong, with and without the message going out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar

from modem.emulator.fault import Fault, Occasion, option

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.machine.course import Course


class Part(Enum):
    """Which part of an answer is meant."""

    ALL = "all"
    LINE = "line"
    """The information responses, as +CMGS: <mr>."""
    RESULT = "result"
    """The final result, as OK."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LostResult(Fault):
    """The answer to a submit does not come, or a part of it, and then other commands are answered."""

    name: ClassVar[str] = "lost_result"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    part: Part = option("what is lost", default=Part.ALL)
    sends: bool = option("whether the message goes out all the same", default=True)
    busy_s: float = option("how long the modem is deaf before it takes commands again", default=0.0, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Leave a part out."""
        course.is_sent = self.sends
        course.has_lines = self.part is Part.RESULT
        course.has_result = self.part is Part.LINE
        course.result_after_s = self.busy_s


@dataclass(frozen=True, kw_only=True, slots=True)
class LateResult(Fault):
    """The answer to a submit comes late, or only its OK does."""

    name: ClassVar[str] = "late_result"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    delay_s: float = option("how late, counted from when it should come", default=20.0, unit="s", least=0)
    part: Part = option("what is late: with 'result' the line is in time, with 'line' both are late", default=Part.ALL)
    sends: bool = option("whether the message goes out", default=True)
    is_busy: bool = option("whether the modem is deaf meanwhile; else it takes other commands", default=True)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Delay a part."""
        course.is_sent = self.sends
        course.is_free = not self.is_busy
        course.result_after_s = self.delay_s
        course.lines_after_s = 0.0 if self.part is Part.RESULT else self.delay_s


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubledResult(Fault):
    """The final result of a command comes more than once."""

    name: ClassVar[str] = "doubled_result"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    count: int = option("how often it is written", default=2, least=2, most=100)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Repeat the final result."""
        course.result_count = self.count


@dataclass(frozen=True, kw_only=True, slots=True)
class SendError(Fault):
    """A submit gives +CMS ERROR though the network took the message, or without having tried.

    What the network itself refuses belongs to the network; this is a modem that says something else than happened.
    """

    name: ClassVar[str] = "send_error"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    code: int = option("number of the +CMS ERROR", default=500, least=0, most=65535)
    sends: bool = option("whether the message goes out all the same", default=True)
    delay_s: float = option("how long the modem waits before it gives up", default=0.0, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Replace the network's yes."""
        course.is_sent = self.sends
        course.cause = self.code
        course.result_after_s = self.delay_s


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultAfterEscape(Fault):
    """A submit that was given up with ESC says OK, and a +CMS ERROR seconds later."""

    name: ClassVar[str] = "result_after_escape"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    code: int = option("number of the +CMS ERROR", default=500, least=0, most=65535)
    delay_s: float = option("how long after the OK", default=3.0, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Add a result."""
        course.abort_result = f"+CMS ERROR: {self.code}"
        course.abort_after_s = self.delay_s


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportBeforeResult(Fault):
    """The answer to a submit is so slow that unsolicited lines, a status report too, come before it."""

    name: ClassVar[str] = "report_before_result"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    delay_s: float = option("how much later the answer comes", default=1.0, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Delay the answer and let everything else pass it."""
        course.lines_after_s = course.result_after_s = self.delay_s
        course.is_rude = True
