"""Prompts that are missing, slow, split or not quite right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from modem.at.device import PROMPT
from modem.emulator.fault import Fault, Occasion, option

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.machine.course import Course

_BEFORE_SPACE: Final = PROMPT[:-1]
_SPACE: Final = PROMPT[-1:]


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptMissing(Fault):
    """A submit gets no prompt (Huawei sticks after a storm of unsolicited lines)."""

    name: ClassVar[str] = "prompt_missing"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    takes_body: bool = option(
        "whether the modem waits for the body all the same; else it forgets the command", default=True
    )

    def shape(self, _command: Command, course: Course, /) -> None:
        """Write no prompt."""
        course.prompt = ()
        course.is_ignored = not self.takes_body


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptSlow(Fault):
    """The prompt comes late (the SIM is busy); the modem is deaf until then."""

    name: ClassVar[str] = "prompt_slow"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    delay_s: float = option("how late", default=5.0, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Delay the prompt."""
        course.prompt = ((self.delay_s, PROMPT),)


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptSplit(Fault):
    """The prompt comes in two pieces: the blank follows after a while."""

    name: ClassVar[str] = "prompt_split"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    gap_s: float = option("how long after the first piece", default=0.2, unit="s", least=0)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Split the prompt."""
        course.prompt = ((0.0, _BEFORE_SPACE), (self.gap_s, _SPACE))


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptWithoutSpace(Fault):
    """The prompt has no blank behind its > (some Nokia and Siemens phones)."""

    name: ClassVar[str] = "prompt_without_space"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    def shape(self, _command: Command, course: Course, /) -> None:
        """Shorten the prompt."""
        course.prompt = ((0.0, _BEFORE_SPACE),)
