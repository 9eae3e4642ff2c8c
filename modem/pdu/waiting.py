"""Message waiting indications: there is voice mail, or no longer (3GPP TS 23.040 9.2.3.24.2, TS 23.038 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class WaitingKind(IntEnum):
    """What is waiting."""

    VOICEMAIL = 0
    FAX = 1
    EMAIL = 2
    OTHER = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """Whether something is waiting, and whether the message that says so is to be kept."""

    kind: WaitingKind
    is_active: bool
    is_stored: bool
    count: int | None = None
    """How many messages wait; only a header says so."""
