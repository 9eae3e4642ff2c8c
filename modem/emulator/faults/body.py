"""Bodies of a submit that are taken wrongly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from modem.emulator.fault import Fault

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment


@dataclass(frozen=True, kw_only=True, slots=True)
class LongPduCut(Fault):
    """A PDU longer than +CMGS announced is cut to that length without a word, where a sound modem says 304."""

    name: ClassVar[str] = "long_pdu_cut"
    is_lasting: ClassVar[bool] = True

    def begin(self, equipment: Equipment, /) -> Any:
        """Cut from now on."""
        was_cutting = equipment.personality.truncates_long_pdus
        equipment.personality = replace(equipment.personality, truncates_long_pdus=True)
        return was_cutting

    def end(self, equipment: Equipment, was_cutting: Any, /) -> None:
        """Refuse again."""
        equipment.personality = replace(equipment.personality, truncates_long_pdus=was_cutting)
