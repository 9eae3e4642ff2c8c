"""Indicators: what they are, which are reported, and when (3GPP TS 27.007 8.9, 8.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment import indicators
from modem.emulator.equipment.number_settings import INDICATOR_REPORTS
from modem.emulator.equipment.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.command import Command
    from modem.emulator.equipment.equipment import Equipment

SHELF = Shelf()

_RANGES = ",".join(f'("{name}",({"0,1" if most == 1 else f"0-{most}"}))' for name, most, _ in indicators.INDICATORS)
SHELF.constant("+CIND", Form.TEST, f"+CIND: {_RANGES}")
SHELF.numbers(INDICATOR_REPORTS)


@SHELF.on("+CIND", Form.READ)
def read(equipment: Equipment, _command: Command) -> Sequence[str]:
    """Give the values in the order of the test answer."""
    return [f"+CIND: {','.join(map(str, indicators.read(equipment)))}"]


@SHELF.on("+CIND", Form.SET)
def choose(equipment: Equipment, command: Command) -> Sequence[str]:
    """Switch the reports of single indicators on (1) or off (0); what is omitted stays."""
    parameters = Parameters(command, most=len(indicators.INDICATORS))
    muted = equipment.settings.muted_indicators
    numbers = range(1, len(indicators.INDICATORS) + 1)
    equipment.settings.muted_indicators = frozenset(
        number for number in numbers if not parameters.number(number - 1, range(2), int(number not in muted))
    )
    return []
