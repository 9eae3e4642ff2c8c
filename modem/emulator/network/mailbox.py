"""What the service centre holds for one number, in the order in which it will be tried."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from modem.emulator.network.recipient import PLAIN, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from modem.emulator.network.subscriber import Subscriber
    from modem.pdu import Deliver, StatusReport, Submit

# TP-PIDs of the replace types, 3GPP TS 23.040 9.2.3.9.
REPLACE_PIDS = range(0x41, 0x48)


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

    @property
    def octets(self) -> bytes:
        """The TPDU."""
        return self.message if isinstance(self.message, bytes) else self.message.encode()


@dataclass(slots=True, kw_only=True, eq=False)
class Mailbox:
    """The queue for `number`: that of an emulated SIM (`subscriber`) or of somebody with a behaviour of their own."""

    number: str
    subscriber: Subscriber | None = None
    recipient: Recipient = PLAIN
    is_own: bool = False
    """Whether `recipient` was given to this number, not to everybody."""
    queue: deque[Held] = field(default_factory=deque)
    is_offering: bool = False
    """Whether the first of the queue is on the air to the SIM."""
    answer_by: float = inf
    is_watched: bool = False
    tries: int = 0
    """Tries that failed since the last one that did not."""
    retry_at: float | None = None
    expiry_at: float = inf
    withheld: list[Held] = field(default_factory=list)
    withheld_reports: list[Held] = field(default_factory=list)

    def duplicate(self, submit: Submit, sender: Subscriber) -> bool:
        """Tell whether a submit with the same TP-MR to the same number is still held (3GPP TS 23.040 9.2.3.25)."""
        receipts = (held.receipt for held in self.queue)
        return any(
            receipt is not None
            and receipt.sender is sender
            and receipt.submit.mr == submit.mr
            and receipt.submit.destination == submit.destination
            for receipt in receipts
        )

    def replaced(self, pid: int, originator: str) -> Held | None:
        """Return what a message of a replace type puts out of its place: same TP-PID and originator, not on the air."""
        for held in self._resting():
            message = held.message
            if held.originator == originator and getattr(message, "pid", None) == pid and not held.is_delivered:
                return held
        return None

    def take_expired(self, now: float) -> list[Held]:
        """Remove and return what is no longer valid, except what is on the air."""
        expired = [held for held in self._resting() if held.expires <= now]
        if expired:
            gone = set(map(id, expired))
            self.queue = deque(held for held in self.queue if id(held) not in gone)
        return expired

    def _resting(self) -> Iterator[Held]:
        held = iter(self.queue)
        if self.is_offering:
            next(held, None)
        return held
