"""Whether a PIN may be tried: a SIM gives three tries, so that ours are counted where they outlive a restart.

Theory of operation. A try is put on record before the PIN is written to the modem, and is taken off again when the SIM
turns out to be open. Between the two it is "open": the answer was lost, by a power cut or a modem that restarted. An
open try is as good as a rejected one, unless the card's own counter shows that it took none.

The rule, `objection`: a PIN that the SIM rejected is never tried again. Another one for the same SIM may be, once, if
the card's counter shows no other losses than those of our own on record (so that nobody else's PIN was wrong) and one
try remains after it. Where no command tells the counter, our record is all there is: a PIN is then tried if at most one
other is on record, and an open one never again. The last try is never ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from modem.errors import ModemError
from modem.profile import ALL_TRIES

if TYPE_CHECKING:
    from modem.profile import TriesLeft

_FEWEST_LEFT: Final = 2


class PinFate(Enum):
    """What is known of a PIN that was tried and did not open its SIM."""

    OPEN = "open"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True, slots=True)
class PinRecord:
    """What is on record of one PIN for one SIM. `others`: tries that other PINs may have used up since it was open."""

    fate: PinFate | None = None
    others: int = 0


class PinUnavailableError(ModemError):
    """The PIN cannot be had, or its try cannot be put on record; `reason` is for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class PinSource(Protocol):
    """Where the PIN of one SIM is kept."""

    async def read(self) -> str:
        """Return the PIN, four to eight digits. Raises PinUnavailableError."""


class PinLedger(Protocol):
    """The record of tries, by SIM. What it returned from is safe from a crash; raises PinUnavailableError if not."""

    async def record(self, iccid: str, pin: str) -> PinRecord:
        """Return what is on record of a PIN."""

    async def begin(self, iccid: str, pin: str) -> None:
        """Put a try on record as open; the PIN is written right after."""

    async def reject(self, iccid: str, pin: str) -> None:
        """The SIM rejected the PIN."""

    async def withdraw(self, iccid: str, pin: str) -> None:
        """The PIN did not get to the SIM."""

    async def ready(self, iccid: str) -> None:
        """The SIM is open and its counter full: open tries are forgotten, rejected PINs have cost nothing any more."""


class MemoryPinLedger:
    """A record that lasts as long as the process: for command lines that enter no PIN, and for tests."""

    def __init__(self) -> None:
        self._fates: dict[tuple[str, str], PinFate] = {}
        self._costly: set[tuple[str, str]] = set()

    async def record(self, iccid: str, pin: str) -> PinRecord:
        """Return what is on record of a PIN."""
        others = sum(key[0] == iccid and key[1] != pin for key in self._costly)
        return PinRecord(fate=self._fates.get((iccid, pin)), others=others)

    async def begin(self, iccid: str, pin: str) -> None:
        """Put a try on record."""
        self._fates[iccid, pin] = PinFate.OPEN
        self._costly.add((iccid, pin))

    async def reject(self, iccid: str, pin: str) -> None:
        """The SIM rejected the PIN."""
        self._fates[iccid, pin] = PinFate.REJECTED

    async def withdraw(self, iccid: str, pin: str) -> None:
        """The PIN did not get to the SIM."""
        self._fates.pop((iccid, pin), None)
        self._costly.discard((iccid, pin))

    async def ready(self, iccid: str) -> None:
        """The SIM is open."""
        self._costly = {key for key in self._costly if key[0] != iccid}
        self._fates = {key: fate for key, fate in self._fates.items() if key[0] != iccid or fate is PinFate.REJECTED}


def objection(record: PinRecord, tries: TriesLeft | None) -> str | None:
    """Return why a PIN must not be tried, in words for people, None when it may be.

    `tries` is the card's counter, None when no command tells it.
    """
    if record.fate is PinFate.REJECTED:
        return "the SIM refused the configured PIN; it is not tried again: put the right one into its file"
    if tries is not None:
        if tries.left >= max(_FEWEST_LEFT, tries.most - record.others):
            return None
        return (
            f"the SIM has only {tries.left} PIN tries left; the configured PIN is not risked: "
            "enter the right one in a phone"
        )
    if record.fate is PinFate.OPEN:
        return (
            "the answer to the configured PIN was lost and the SIM does not tell how many tries are left; "
            "it is not tried again: enter it in a phone"
        )
    if ALL_TRIES - record.others < _FEWEST_LEFT:
        return (
            "other PINs were refused and the SIM does not tell how many tries are left: enter the right one in a phone"
        )
    return None
