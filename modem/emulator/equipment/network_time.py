"""What becomes of the time that the network gives: clock and host follow it (3GPP TS 27.007 8.41, 8.42)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.equipment.local_time import format_time, zone_quarters
from modem.emulator.equipment.number_settings import ZONE_REPORT, ZONE_UPDATE

if TYPE_CHECKING:
    from datetime import datetime

    from modem.emulator.equipment.equipment import Equipment

_ZONE_ONLY: Final = 1


def hear(equipment: Equipment, local: datetime) -> None:
    """Set the clock if +CTZU lets the network do that, and tell of it if +CTZR asks for it."""
    if ZONE_UPDATE.values(equipment.settings)[0]:
        equipment.local_time.set(local, equipment.now)
    report = ZONE_REPORT.values(equipment.settings)[0]
    zone = f"{zone_quarters(local):+03d}"
    if report == _ZONE_ONLY:
        equipment.device.send_urc(f'+CTZV: "{zone}"')
    elif report:
        equipment.device.send_urc(f'+CTZE: "{zone}",0,"{format_time(local)[:-3]}"')
