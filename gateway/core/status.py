"""The statuses of an outbound message and the allowed changes between them.

The diagram in the README is drawn from `CHANGES`; a test holds the two together.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where an outbound message is on its way."""

    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_open(self) -> bool:
        """Whether the gateway still works on it (it counts against the queue's limit)."""
        return self in OPEN

    @property
    def is_final(self) -> bool:
        """Whether nothing more is expected; a late delivery report may still correct it."""
        return self not in OPEN and self is not Status.SENT


OPEN = frozenset({Status.QUEUED, Status.HELD, Status.SENDING})

CHANGES: dict[tuple[Status, Status], str] = {
    (Status.QUEUED, Status.SENDING): "a span takes it; the attempt is on disk before the modem sees it",
    (Status.QUEUED, Status.HELD): "a quota of its account or its SIMs is used up, or a rule stops it",
    (Status.QUEUED, Status.EXPIRED): "its validity ended in the queue",
    (Status.QUEUED, Status.CANCELLED): "it was withdrawn before sending",
    (Status.QUEUED, Status.UNKNOWN): "it was withdrawn while it waited to be sent again: it may have gone out before",
    (Status.QUEUED, Status.SENT): "late evidence: the attempt thought lost went out",
    (Status.QUEUED, Status.DELIVERED): "late evidence: a report came for the attempt thought lost",
    (Status.HELD, Status.QUEUED): "it may go on",
    (Status.HELD, Status.EXPIRED): "its validity ended while it was held",
    (Status.HELD, Status.FAILED): "it was due and the credit of its account did not cover it",
    (Status.HELD, Status.CANCELLED): "it was withdrawn before sending",
    (Status.SENDING, Status.SENT): "the network took every segment",
    (Status.SENDING, Status.QUEUED): "it certainly did not go out: safe to try again",
    (Status.SENDING, Status.FAILED): "refused for good, or given up",
    (Status.SENDING, Status.EXPIRED): "its validity ended between two segments",
    (Status.SENDING, Status.CANCELLED): "it was withdrawn meanwhile, and certainly did not go out",
    (Status.SENDING, Status.UNKNOWN): "no answer after Ctrl-Z, and no evidence of what became of it",
    (Status.SENT, Status.DELIVERED): "every segment reported as delivered",
    (Status.SENT, Status.UNDELIVERED): "the network reported a final failure",
    (Status.SENT, Status.EXPIRED): "the network reported that its validity ended",
    (Status.UNKNOWN, Status.SENT): "late evidence: the modem's answer",
    (Status.UNKNOWN, Status.DELIVERED): "late evidence: a delivery report",
    (Status.UNKNOWN, Status.UNDELIVERED): "late evidence: a report of failure",
    (Status.UNKNOWN, Status.EXPIRED): "late evidence: a report that its validity ended",
    (Status.UNKNOWN, Status.CANCELLED): "it had been withdrawn, and late evidence says that it did not go out",
    (Status.UNKNOWN, Status.QUEUED): "policy: sent once more on the same SIM, as a possible duplicate",
    (Status.UNDELIVERED, Status.DELIVERED): "a late report corrects an earlier one",
    (Status.EXPIRED, Status.DELIVERED): "a late report corrects an earlier one",
}
"""Allowed changes, each with the sentence that explains it."""


def can_change(old: Status, new: Status) -> bool:
    """Whether a message in `old` may become `new`."""
    return (old, new) in CHANGES
