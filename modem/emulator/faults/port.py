"""Ports that vanish or take nothing, and modems that start again by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from modem.emulator.fault import Cure, Fault, Hush, Restart, Unplug, Urcs, option
from modem.emulator.machine.course import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.fault import Act


@dataclass(frozen=True, kw_only=True, slots=True)
class Unplugged(Fault):
    """The port vanishes, and comes back under another name behind the same link."""

    name: ClassVar[str] = "unplug"

    returns: bool = option("whether it comes back by itself", default=True)
    returns_after_s: float = option("how long it is away", default=3.0, unit="s", least=0)
    keeps_power: bool = option("whether only the port is lost: the modem goes on and forgets nothing", default=False)
    stage: Stage = option("when in the submit that it strikes; with 'sent' the message is out", default=Stage.COMMAND)

    @property
    def strikes_at(self) -> Stage:
        """Begin there."""
        return self.stage

    def acts(self, _chance: Random, /) -> Sequence[Act]:
        """Pull the plug."""
        return (Unplug(returns_after_s=self.returns_after_s if self.returns else None, keeps_power=self.keeps_power),)


@dataclass(frozen=True, kw_only=True, slots=True)
class PortBlocked(Fault):
    """The port is there and takes no octet: a write of the host blocks or gives EAGAIN (firmware dead, queue full)."""

    name: ClassVar[str] = "port_blocked"
    is_lasting: ClassVar[bool] = True
    cured_by: ClassVar[Cure] = Cure.POWER

    stage: Stage = option("when in the submit that it strikes; with 'sent' the message is out", default=Stage.COMMAND)
    has_urcs: bool = option("whether unsolicited lines still come", default=False)

    @property
    def strikes_at(self) -> Stage:
        """Begin there."""
        return self.stage

    @property
    def blocks_port(self) -> bool:
        """Take nothing."""
        return True

    @property
    def hush(self) -> Hush | None:
        """Do nothing either: what the host got rid of before is not answered."""
        return Hush()

    @property
    def urcs(self) -> Urcs:
        """Say nothing."""
        return Urcs.POLITE if self.has_urcs else Urcs.LOST


@dataclass(frozen=True, kw_only=True, slots=True)
class Restarted(Fault):
    """The modem starts again by itself (a dip of its supply): boot lines come, settings are gone, echo is on."""

    name: ClassVar[str] = "restart"

    stage: Stage = option("when in the submit that it strikes; with 'sent' the message is out", default=Stage.COMMAND)
    numeric: bool = option("whether it comes back with numeric results, as if ATV0 had been saved", default=False)

    @property
    def strikes_at(self) -> Stage:
        """Begin there."""
        return self.stage

    def begin(self, equipment: Equipment, /) -> Any:
        """Spoil the saved profile."""
        if self.numeric:
            equipment.saved = replace(equipment.saved, is_verbose=False)

    def acts(self, _chance: Random, /) -> Sequence[Act]:
        """Start again."""
        return (Restart(),)
