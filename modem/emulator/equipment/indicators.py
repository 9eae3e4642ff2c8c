"""The indicators of +CIND and the lines that tell of their changes, +CIEV (3GPP TS 27.007 8.9, 8.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.card.storage import MessageStatus
from modem.emulator.equipment.call import CallState
from modem.emulator.equipment.number_settings import INDICATOR_REPORTS
from modem.emulator.radio import UNKNOWN_SIGNAL, Registration

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.emulator.equipment.equipment import Equipment

_ROAMING: Final = (Registration.ROAMING, Registration.SMS_ONLY_ROAMING)
_FORWARDED: Final = 3
FULL_BATTERY: Final = 5


def _signal(equipment: Equipment) -> int:
    quality = equipment.signal_quality
    # 0..31 in six steps, as V.250 meters have 0..5.
    return 0 if quality == UNKNOWN_SIGNAL or not equipment.is_registered else min(5, (quality + 4) // 6)


def _has_unread(equipment: Equipment) -> int:
    return int(any(message.status is MessageStatus.UNREAD for _, message in equipment.receive_memory))


# Name, most, and how to look: in the order of +CIND.
INDICATORS: Final[tuple[tuple[str, int, Callable[[Equipment], int]], ...]] = (
    ("battchg", 5, lambda _equipment: FULL_BATTERY),
    ("signal", 5, _signal),
    ("service", 1, lambda equipment: int(equipment.is_registered)),
    ("message", 1, _has_unread),
    ("call", 1, lambda equipment: int(equipment.call is not None and equipment.call.state is CallState.ACTIVE)),
    ("roam", 1, lambda equipment: int(equipment.registration in _ROAMING)),
    ("smsfull", 1, lambda equipment: int(equipment.receive_memory.is_full)),
)


def read(equipment: Equipment) -> tuple[int, ...]:
    """Return the values of all indicators now."""
    return tuple(look(equipment) for _, _, look in INDICATORS)


def report(equipment: Equipment) -> None:
    """Tell the host what changed since the last look, if +CMER asked for it."""
    mode, _, _, wanted, _ = INDICATOR_REPORTS.values(equipment.settings)
    if mode != _FORWARDED or not wanted:
        equipment.shown_indicators = None
        return
    now, before = read(equipment), equipment.shown_indicators
    equipment.shown_indicators = now
    if before is None:
        return
    muted = equipment.settings.muted_indicators
    for number, (value, old) in enumerate(zip(now, before, strict=True), start=1):
        if value != old and number not in muted:
            equipment.device.send_urc(f"+CIEV: {number},{value}")
