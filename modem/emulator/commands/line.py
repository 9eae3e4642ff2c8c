"""The line between host and modem, which needs no setting here (ITU-T V.250 6.2.10 to 6.2.12)."""

from __future__ import annotations

from modem.at.command import Form
from modem.emulator.command import Shelf
from modem.emulator.equipment.number_settings import CHARACTER_FRAME, FLOW_CONTROL, LINE_RATE

SHELF = Shelf()

SHELF.numbers(FLOW_CONTROL)
SHELF.numbers(CHARACTER_FRAME)
SHELF.numbers(LINE_RATE)
# V.250 6.2.10 gives two lists: what is found by itself, and what can only be set.
SHELF.constant("+IPR", Form.TEST, f"+IPR: (),({','.join(map(str, LINE_RATE.allowed[0]))})")
