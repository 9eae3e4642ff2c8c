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
_KINDS: Final = {Submit: "submit", Deliver: "deliver", StatusReport: "status_report"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One TPDU. `at_s` counts from the network's start; `imsi` is the emulated SIM's, None for a handset's.

    `cause` is why the other side refused it, None when it was taken.
    """

    number: int
    at_s: float
    imsi: str | None
    originator: str
    destination: str
    tpdu: Submit | Deliver | StatusReport
    cause: int | None = None

    def as_json(self) -> dict[str, object]:
        """Return the entry for JSON: `kind` is submit, deliver or status_report, `tpdu` is in hexadecimal."""
        return {
            "number": self.number,
            "at_s": round(self.at_s, 6),
            "kind": _KINDS[type(self.tpdu)],
            "imsi": self.imsi,
            "originator": self.originator,
            "destination": self.destination,
            "tpdu": self.tpdu.encode().hex().upper(),
            "cause": self.cause,
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
        tpdu: Submit | Deliver | StatusReport,
        *,
        imsi: str | None,
        originator: str,
        destination: str,
        cause: int | None = None,
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
        )
        self._entries.append(entry)

    def since(self, number: int) -> list[Entry]:
        """Return the entries behind entry `number` that are still kept."""
        dropped = self.count - len(self._entries)
        return list(islice(self._entries, max(0, number - dropped), None))
