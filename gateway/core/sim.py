"""What is kept of a SIM, whatever modem it is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.core.types import EpochMs


@dataclass(frozen=True, kw_only=True, slots=True)
class PinTry:
    """A PIN that was tried on a SIM and did not open it, by its salted digest.

    `is_rejected`: the SIM refused it; otherwise the answer was lost. `is_costly`: it may have used up one of the tries
    that the card's counter still lacks.
    """

    salt: bytes
    digest: bytes
    is_rejected: bool
    is_costly: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class SimStop:
    """Why and how long a SIM is left alone; `until` None means until a person says otherwise.

    `strikes` counts the messages that the network barred since the SIM last sent one. With strikes and an `until` that
    is over the SIM is on trial.
    """

    sim: str
    reason: str
    since: EpochMs
    until: EpochMs | None
    strikes: int

    def blocks(self, now: EpochMs) -> bool:
        """Whether the SIM must not send now."""
        return self.until is None or now < self.until
