"""Slow lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from modem.emulator.fault import Fault, option
from modem.emulator.machine.wire import Pace


@dataclass(frozen=True, kw_only=True, slots=True)
class Bytewise(Fault):
    """Octets arrive one by one, both ways."""

    name: ClassVar[str] = "bytewise"
    is_lasting: ClassVar[bool] = True

    gap_s: float = option("time between two octets", default=0.002, unit="s", least=0.0001, most=60)

    @property
    def pace(self) -> Pace | None:
        """One by one."""
        return Pace(gap_s=self.gap_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class SlowLine(Fault):
    """Octets take the time that they take on a serial line of some speed, both ways."""

    name: ClassVar[str] = "slow_line"
    is_lasting: ClassVar[bool] = True

    baud: int = option("speed of the line, ten bits to an octet", default=9600, unit="bit/s", least=50, most=4000000)

    @property
    def pace(self) -> Pace | None:
        """As fast as the line."""
        return Pace.of_baud(self.baud)
