"""The one voice call a modem can have, and the lists of calls it keeps (3GPP TS 27.007 6.5, 7.18, 8.11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

# What needs no card (3GPP TS 22.101 10.1.1).
EMERGENCY_NUMBERS: Final = ("112", "911")
INTERNATIONAL_TYPE: Final = 145
UNKNOWN_TYPE: Final = 129


class CallState(IntEnum):
    """<stat> of +CLCC."""

    ACTIVE = 0
    DIALLING = 2
    INCOMING = 4


@dataclass(slots=True, kw_only=True)
class Call:
    """A call; `number` is as dialled or as the network gave it, "" when the caller withholds it."""

    number: str
    state: CallState
    is_incoming: bool
    rings: int = 0


def type_of(number: str) -> int:
    """Return the type of a number as it is written: 145 with a plus, else 129 (3GPP TS 24.008 10.5.4.7)."""
    return INTERNATIONAL_TYPE if number.startswith("+") else UNKNOWN_TYPE
