"""Every TPDU on the air, in order: what a tester compares with what was meant to happen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from modem.pdu import Deliver, StatusReport, Submit

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_ENTRIES: Final = 100_000
_KINDS: Final = {Submit: "submit", Deliver: "deliver", StatusReport: "status_report", bytes: "octets"}


@dataclass(kw_only=True, slots=True)
class Entry:
    """One TPDU. `at_s` counts from the network's start; `imsi` is the emulated SIM's, None for a handset's.

    `cause` is what the other side answered, None for yes. `is_taken` says whether the message went on, `is_answered`
    whether the one who sent it heard the answer: both differ from what `cause` says only where that was asked for.
    """

    number: int
    at_s: float
    imsi: str | None
    originator: str
    destination: str
    tpdu: Submit | Deliver | StatusReport | bytes
    cause: int | None = None
    is_taken: bool = True
    is_answered: bool = True

    @property
    def octets(self) -> bytes:
        """The TPDU as it is transmitted."""
        return self.tpdu if isinstance(self.tpdu, bytes) else self.tpdu.encode()

    def as_json(self) -> dict[str, object]:
        """Return the entry for JSON.

        `kind` is submit, deliver, status_report, or octets for what is sent as it is; `direction` is up (to the
        network) or down; `tpdu` is in hexadecimal; `mr` and `status` are TP-MR and TP-ST where there are any.
        """
        tpdu = self.tpdu
        return {
            "number": self.number,
            "at_s": round(self.at_s, 6),
            "direction": "up" if isinstance(tpdu, Submit) else "down",
            "kind": _KINDS[type(tpdu)],
            "imsi": self.imsi,
            "originator": self.originator,
            "destination": self.destination,
            "mr": tpdu.mr if isinstance(tpdu, Submit | StatusReport) else None,
            "status": tpdu.status if isinstance(tpdu, StatusReport) else None,
            "tpdu": self.octets.hex().upper(),
            "cause": self.cause,
            "is_taken": self.is_taken,
            "is_answered": self.is_answered,
        }


class Ledger:
    """The newest entries; `count` is that of all, also of those that were dropped for room."""

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self.count = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def append(
        self,
        at_s: float,
        tpdu: Submit | Deliver | StatusReport | bytes,
        *,
        imsi: str | None,
        originator: str,
        destination: str,
        cause: int | None = None,
        is_taken: bool = True,
        is_answered: bool = True,
    ) -> None:
        """Add what was just on the air."""
        self.count += 1
        entry = Entry(
            number=self.count,
            at_s=at_s,
            imsi=imsi,
            originator=originator,
            destination=destination,
            tpdu=tpdu,
            cause=cause,
            is_taken=is_taken,
            is_answered=is_answered,
        )
        self._entries.append(entry)

    def since(self, number: int) -> list[Entry]:
        """Return the entries behind entry `number` that are still kept."""
        dropped = self.count - len(self._entries)
        return list(islice(self._entries, max(0, number - dropped), None))
