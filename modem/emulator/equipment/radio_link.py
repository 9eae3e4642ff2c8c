"""The link that +CMMS keeps open between messages, and when it closes by itself (3GPP TS 27.005 3.5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment

CLOSED, KEPT_FOR_A_WHILE, KEPT = range(3)
# The standard leaves 1 to 5 seconds to the maker; u-blox says 5.
PATIENCE_S: Final = 5.0


def mode(equipment: Equipment) -> int:
    """Return <n> as it is now: 1 has become 0 when no message followed the last one in time."""
    until = equipment.link_until
    if equipment.settings.more_messages == KEPT_FOR_A_WHILE and until is not None and equipment.now >= until:
        choose(equipment, CLOSED)
    return equipment.settings.more_messages


def choose(equipment: Equipment, wanted: int) -> None:
    """Set <n>; the clock runs only from the answer to a message on."""
    equipment.settings.more_messages = wanted
    equipment.link_until = None


def note_answer(equipment: Equipment) -> None:
    """Note that a message was answered just now."""
    equipment.link_until = equipment.now + PATIENCE_S
