"""What comes in from outside as JSON or TOML: checked whole, every mistake with its place and what is allowed."""

from __future__ import annotations

from modem.emulator.border.checked import MADE, CellName, Checked, ModemNumber, Octets, Pin
from modem.emulator.border.fault_tables import FaultTable
from modem.emulator.border.mistake import Mistake, check
from modem.emulator.border.one_of import OneOf
from modem.emulator.border.record import FromTable, plain

__all__ = [
    "MADE",
    "CellName",
    "Checked",
    "FaultTable",
    "FromTable",
    "Mistake",
    "ModemNumber",
    "Octets",
    "OneOf",
    "Pin",
    "check",
    "plain",
]
