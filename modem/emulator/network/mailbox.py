"""The mailbox of one number at the service centre: its queue, and how the tries to empty it go."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from modem.emulator.network.held import Held, HeldQueue
from modem.emulator.network.recipient import PLAIN, Recipient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modem.emulator.network.subscriber import Subscriber
    from modem.pdu import Submit

# TP-PIDs of the replace types, 3GPP TS 23.040 9.2.3.9.
REPLACE_PIDS = range(0x41, 0x48)


@dataclass(slots=True, kw_only=True, eq=False)
class Mailbox:
    """The mailbox for `number`: of an emulated SIM (`subscriber`) or of somebody with a behaviour of their own."""

    number: str
    subscriber: Subscriber | None = None
    recipient: Recipient = PLAIN
    is_own: bool = False
    """Whether `recipient` was given to this number, not to everybody."""
    queue: HeldQueue = field(default_factory=HeldQueue)
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

    @property
    def on_air(self) -> Held | None:
        """What is on the air to the SIM."""
        return self.queue.first if self.is_offering else None

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

    def _resting(self) -> Iterator[Held]:
        held = iter(self.queue)
        if self.is_offering:
            next(held, None)
        return held
