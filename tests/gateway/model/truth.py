"""What really became of messages, kept apart from the store: the network's and the phones' side of the models."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from gateway.core.status import OPEN, Status
from gateway.core.types import AccountId, AttemptId, MessageId

DELIVERED, TRYING, NOT_OBTAINABLE, TOO_OLD = 0x00, 0x20, 0x43, 0x46
"""TP-ST, 3GPP TS 23.040 9.2.3.15."""


@dataclass
class Try:
    """One attempt as the network knows it: what it is of, whether it was taken, and with which TP-MR."""

    id: AttemptId
    message_id: MessageId
    segment: int
    sim: str
    opened_at: int
    is_taken: bool | None = None
    """None while that is open."""
    mr: int = 0
    told: list[int] = field(default_factory=list)
    """The reports on it that were brought, by their TP-ST."""


@dataclass
class Told:
    """A message: what was asked, and what is true of it."""

    id: MessageId
    account_id: AccountId
    recipient: str
    segment_count: int
    valid_until: int
    send_at: int | None
    tries: list[Try] = field(default_factory=list)
    is_marked: set[int] = field(default_factory=set)
    """Segments that the store calls possible duplicates."""
    was_unanswered: bool = False
    was_due: bool = False
    was_too_old: bool = False
    """Whether its time, and the end of its validity, had come at any time: the clock may have been put back since."""

    @property
    def taken(self) -> Counter[int]:
        """How often the network took each segment."""
        return Counter(one.segment for one in self.tries if one.is_taken)

    @property
    def is_whole(self) -> bool:
        """Whether the network took all of it."""
        return len(self.taken) == self.segment_count

    def is_reported(self, status: int) -> bool:
        """Tell whether a report with this TP-ST was brought."""
        return any(status in one.told for one in self.tries)

    def note_time(self, now: int) -> None:
        """The clock shows `now`, and the store hears of it."""
        self.was_due = self.was_due or self.send_at is None or now >= self.send_at
        self.was_too_old = self.was_too_old or now >= self.valid_until

    def check(self, status: Status, now: int) -> None:
        """Raise AssertionError when the store says what is not so, or let something out twice without saying so."""
        self.note_time(now)
        for segment, count in self.taken.items():
            assert count == 1 or (count == 2 and segment in self.is_marked), f"{count} times: {self}"
        if status in {Status.SENT, Status.DELIVERED, Status.UNDELIVERED}:
            assert self.is_whole, f"{status}, not whole: {self}"
        if status is Status.DELIVERED:
            arrived = {one.segment for one in self.tries if DELIVERED in one.told}
            assert len(arrived) == self.segment_count, f"delivered only {arrived}: {self}"
        if status is Status.UNDELIVERED:
            assert self.is_reported(NOT_OBTAINABLE), f"undelivered: {self}"
        if status is Status.FAILED:
            assert not self.is_whole, f"failed, and whole: {self}"
        if status is Status.CANCELLED:
            assert not any(one.is_taken for one in self.tries), f"cancelled: {self}"
        if status is Status.EXPIRED:
            assert self.is_reported(TOO_OLD) or self.was_too_old, f"expired early: {self}"
        if status is Status.UNKNOWN:
            assert self.was_unanswered, f"unknown, and every try was answered: {self}"
        if status not in OPEN and status not in {Status.UNKNOWN, Status.EXPIRED}:
            assert not any(one.is_taken is None for one in self.tries), f"{status} while a try is open: {self}"
