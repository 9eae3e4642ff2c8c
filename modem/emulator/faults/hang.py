"""Modems that do not answer: not at all, or not to everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from modem.at.command import Form
from modem.emulator.fault import Cure, Fault, Hush, Urcs, is_like, option
from modem.emulator.machine.course import Stage

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.machine.course import Course

_PROMPTING: Final = frozenset(("+CMGS", "+CMGW"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Hang(Fault):
    """The modem is deaf: the port is there and takes everything, and nothing is answered until it is cured."""

    name: ClassVar[str] = "hang"
    is_lasting: ClassVar[bool] = True
    cured_by: ClassVar[Cure] = Cure.POWER

    stage: Stage = option("when in the submit that it strikes; with 'sent' the message is out", default=Stage.COMMAND)
    echoes: bool = option("whether the line still echoes", default=False)
    has_urcs: bool = option("whether unsolicited lines still come", default=False)

    @property
    def strikes_at(self) -> Stage:
        """Begin there."""
        return self.stage

    @property
    def hush(self) -> Hush | None:
        """Hear nothing."""
        return Hush(echoes=self.echoes)

    @property
    def urcs(self) -> Urcs:
        """Say nothing."""
        return Urcs.POLITE if self.has_urcs else Urcs.LOST


@dataclass(frozen=True, kw_only=True, slots=True)
class HalfHang(Fault):
    """Some commands never end while the modem answers all others (AT answers, +CMGS or +CMGL does not)."""

    name: ClassVar[str] = "half_hang"
    is_lasting: ClassVar[bool] = True
    cured_by: ClassVar[Cure] = Cure.POWER

    commands: str = option("commands that never end, as typed behind AT; * stands for anything", default="+CMGS=*")
    prompts: bool = option("whether a command that has a prompt still gives it", default=True)
    sends: bool = option("whether a message goes out all the same", default=False)

    def shape(self, command: Command, course: Course, /) -> None:
        """Never end."""
        if not is_like(command.text, self.commands):
            return
        if self.prompts and command.name in _PROMPTING and command.form is Form.SET:
            course.is_sent = self.sends
            course.has_lines = course.has_result = False
        else:
            course.is_ignored = True
