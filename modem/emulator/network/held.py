"""What the service centre holds for one number, oldest first, and what of it outlives its validity."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from modem.emulator.network.subscriber import Subscriber
    from modem.pdu import Deliver, StatusReport, Submit


@dataclass(kw_only=True, slots=True, eq=False)
class Receipt:
    """What the reports on a submit will need. `reported` counts the temporary ones that went out."""

    sender: Subscriber
    submit: Submit
    taken_at: datetime
    reported: int = 0


@dataclass(kw_only=True, slots=True, eq=False)
class Held:
    """One message or report that is held; octets that are no TPDU are held as they are.

    `expires` is the end of its validity on the network's clock, `copies` how often it still has to be delivered.
    """

    message: Deliver | StatusReport | bytes
    originator: str
    smsc: str
    expires: float
    receipt: Receipt | None = None
    copies: int = 1
    is_delivered: bool = False
    is_timed: bool = False


class HeldQueue:
    """A queue that anything can leave at once, however long it is, and that knows what expires next."""

    def __init__(self) -> None:
        self._held: OrderedDict[Held, None] = OrderedDict()
        # Only what had to wait is here; what has left the queue meanwhile is passed over.
        self._expiries: list[tuple[float, int, Held]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held)

    @property
    def first(self) -> Held:
        """The oldest; there must be one."""
        return next(iter(self._held))

    def append(self, held: Held) -> None:
        """Put something at the end."""
        self._held[held] = None

    def remove(self, held: Held) -> None:
        """Take something out, wherever it is."""
        del self._held[held]
        if not self._held:
            self._expiries.clear()

    def time(self, waiting: Iterable[Held]) -> None:
        """Note that these wait, so that they can expire."""
        for held in waiting:
            if not held.is_timed:
                held.is_timed = True
                self._push(held.expires, held)

    def next_expiry(self) -> float | None:
        """Return when something expires next, or None."""
        while self._expiries and self._expiries[0][2] not in self._held:
            heapq.heappop(self._expiries)
        return self._expiries[0][0] if self._expiries else None

    def take_expired(self, now: float, *, look_again_s: float, kept: Held | None) -> list[Held]:
        """Remove and return what has expired, in order of expiry; `kept` stays and is looked at again later."""
        expired: list[Held] = []
        while (due := self.next_expiry()) is not None and due <= now:
            held = heapq.heappop(self._expiries)[2]
            if held is kept:
                self._push(now + look_again_s, held)
            else:
                expired.append(held)
                del self._held[held]
        return expired

    def _push(self, due: float, held: Held) -> None:
        self._count += 1
        heapq.heappush(self._expiries, (due, self._count, held))
