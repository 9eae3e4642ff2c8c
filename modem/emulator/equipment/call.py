"""The one voice call a modem can have, and the lists of calls it keeps (3GPP TS 27.007 6.5, 7.18, 8.11)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


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
