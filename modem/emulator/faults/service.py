"""Networks that cannot be reached from where this modem is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modem.emulator.fault import Fault, option
from modem.emulator.radio import Registration

if TYPE_CHECKING:
    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.machine.course import Course


class Loss(Enum):
    """What +CREG says meanwhile."""

    SEARCHING = "searching"
    DENIED = "denied"
    NONE = "none"


_REGISTRATION: Final = {
    Loss.SEARCHING: Registration.SEARCHING,
    Loss.DENIED: Registration.DENIED,
    Loss.NONE: Registration.NONE,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NoService(Fault):
    """The modem loses its network (antenna off, SIM refused); messages to it wait at the service centre."""

    name: ClassVar[str] = "no_service"
    is_lasting: ClassVar[bool] = True

    state: Loss = option("what +CREG says meanwhile", default=Loss.SEARCHING)

    def begin(self, equipment: Equipment, /) -> Any:
        """Leave the network."""
        equipment.bar_service(_REGISTRATION[self.state])

    def end(self, equipment: Equipment, _kept: Any, /) -> None:
        """Look for it again."""
        equipment.unbar_service(_REGISTRATION[self.state])


@dataclass(frozen=True, kw_only=True, slots=True)
class NoSignal(Fault):
    """+CSQ says 99,99 while everything else seems well."""

    name: ClassVar[str] = "no_signal"
    is_lasting: ClassVar[bool] = True

    def shape(self, command: Command, course: Course, /) -> None:
        """Answer "not known" (3GPP TS 27.007 8.5)."""
        if command.text == "+CSQ":
            course.answer = ("+CSQ: 99,99",)
