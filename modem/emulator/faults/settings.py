"""Settings that a modem loses without a word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from modem.emulator.equipment.settings import Indications
from modem.emulator.fault import Fault

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment


@dataclass(frozen=True, kw_only=True, slots=True)
class IndicationsLost(Fault):
    """+CNMI falls back to nothing: messages are stored, and no +CMTI or +CDS tells of them."""

    name: ClassVar[str] = "indications_lost"

    def begin(self, equipment: Equipment, /) -> Any:
        """Forget +CNMI."""
        equipment.settings.indications = Indications()


@dataclass(frozen=True, kw_only=True, slots=True)
class EchoOnAgain(Fault):
    """The echo that the host had switched off is on again."""

    name: ClassVar[str] = "echo_on_again"

    def begin(self, equipment: Equipment, /) -> Any:
        """Forget ATE0."""
        equipment.settings.is_echo = equipment.device.is_echo = True


@dataclass(frozen=True, kw_only=True, slots=True)
class NumericResults(Fault):
    """Final results come as numbers, as after ATV0."""

    name: ClassVar[str] = "numeric_results"

    def begin(self, equipment: Equipment, /) -> Any:
        """Forget ATV1."""
        equipment.settings.is_verbose = equipment.device.is_verbose = False
