"""Memories that something else fills."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.fault import Fault, option

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment

# A DELIVER of +33639989999 with the text "full" (3GPP TS 23.040 9.2.2.1).
_FOREIGN: Final = bytes.fromhex("040B913336998999F900004201502100000004E6" + "3A9B0D")


class Memory(Enum):
    """The memories that hold messages: the card's and the modem's."""

    SM = "SM"
    ME = "ME"


@dataclass(frozen=True, kw_only=True, slots=True)
class StorageFull(Fault):
    """A message memory fills up with messages that nobody announced; what arrives then waits at the network."""

    name: ClassVar[str] = "storage_full"

    memory: Memory = option("which memory, as in +CPMS", default=Memory.SM)
    leaves: int = option("how many slots stay free", default=0, least=0)

    def begin(self, equipment: Equipment, /) -> Any:
        """Fill it. They are messages like others: the host reads and deletes them."""
        memory = equipment.memory(self.memory.value)
        while memory.capacity - len(memory) > self.leaves:
            memory.add(StoredMessage(tpdu=_FOREIGN, smsc="", status=MessageStatus.READ))
