"""Unsolicited lines in the wrong place, too many of them, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from modem.emulator.fault import Fault, Occasion, Urcs, Write, option
from modem.emulator.machine.course import Place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from modem.at.command import Command
    from modem.emulator.fault import Act
    from modem.emulator.machine.course import Course


@dataclass(frozen=True, kw_only=True, slots=True)
class RudeUrcs(Fault):
    """The modem's own unsolicited lines do not wait for the end of an answer or of a body."""

    name: ClassVar[str] = "rude_urcs"
    is_lasting: ClassVar[bool] = True

    @property
    def urcs(self) -> Urcs:
        """Let them through."""
        return Urcs.RUDE


@dataclass(frozen=True, kw_only=True, slots=True)
class UrcsLost(Fault):
    """No unsolicited line comes though all settings say so (they went to another port of the modem)."""

    name: ClassVar[str] = "urcs_lost"
    is_lasting: ClassVar[bool] = True

    @property
    def urcs(self) -> Urcs:
        """Lose them."""
        return Urcs.LOST


@dataclass(frozen=True, kw_only=True, slots=True)
class Intrusion(Fault):
    """An unsolicited line stands inside an answer."""

    name: ClassVar[str] = "intrusion"
    occasion: ClassVar[Occasion] = Occasion.COMMAND

    line: str = option("the line", default="^RSSI:18")
    place: Place = option("behind the echo, the prompt, a header, or before the final result", default=Place.RESULT)

    def shape(self, _command: Command, course: Course, /) -> None:
        """Put the line there."""
        course.intrusions[self.place] = (*course.intrusions.get(self.place, ()), self.line)


@dataclass(frozen=True, kw_only=True, slots=True)
class UrcStorm(Fault):
    """Unsolicited lines come in a burst, whatever the modem is doing (^BOOT of old Huawei sticks: every 20 s)."""

    name: ClassVar[str] = "urc_storm"

    line: str = option("the line", default="^BOOT:12345678,0,0,0,70")
    count: int = option("how often in one burst", default=1, least=1, most=10000)

    def acts(self, _chance: Random, /) -> Sequence[Act]:
        """Write them."""
        return (Write(octets=f"\r\n{self.line}\r\n".encode("latin-1", "replace") * self.count),)


@dataclass(frozen=True, kw_only=True, slots=True)
class BootBurst(Fault):
    """The lines of a start come in the middle of the first command that the host gives."""

    name: ClassVar[str] = "boot_burst"
    occasion: ClassVar[Occasion] = Occasion.COMMAND

    lines: tuple[str, ...] = option("the lines", default=("RDY", "+CFUN: 1", "+CPIN: READY", "Call Ready", "SMS Ready"))

    def shape(self, _command: Command, course: Course, /) -> None:
        """Put the lines between echo and answer."""
        course.intrusions[Place.ECHO] = (*course.intrusions.get(Place.ECHO, ()), *self.lines)
