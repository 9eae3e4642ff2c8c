"""Numbers as cards and hosts write them: with their type, and those that need no card at all."""

from __future__ import annotations

from typing import Final

# What needs no card (3GPP TS 22.101 10.1.1).
EMERGENCY_NUMBERS: Final = ("112", "911")
INTERNATIONAL_TYPE: Final = 145
UNKNOWN_TYPE: Final = 129


def type_of(number: str) -> int:
    """Return the type of a number as it is written: 145 with a plus, else 129 (3GPP TS 24.008 10.5.4.7)."""
    return INTERNATIONAL_TYPE if number.startswith("+") else UNKNOWN_TYPE
