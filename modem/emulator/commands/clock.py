"""Time of day and time zone (3GPP TS 27.007 8.15, 8.41, 8.42)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment.local_time import format_time, parse_time
from modem.emulator.equipment.number_settings import ZONE_REPORT, ZONE_UPDATE
from modem.emulator.equipment.parameters import Parameters
from modem.emulator.refusal import Cme, CmeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

SHELF.numbers(ZONE_UPDATE)
SHELF.numbers(ZONE_REPORT)
SHELF.constant("+CCLK", Form.TEST)


@SHELF.on("+CCLK", Form.READ)
def read(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the time of day with its zone."""
    return [f'+CCLK: "{format_time(equipment.local_time.read(equipment.now))}"']


@SHELF.on("+CCLK", Form.SET)
def set_time(equipment: Equipment, command: Command) -> Sequence[str]:
    """Set it."""
    try:
        shown = parse_time(Parameters(command, most=1).text(0))
    except ValueError:
        raise CmeError(Cme.INCORRECT_PARAMETERS) from None
    equipment.local_time.set(shown, equipment.now)
    return []
