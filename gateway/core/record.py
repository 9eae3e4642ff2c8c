"""What is on record of one message beside the message itself: attempts, changes, callbacks with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gateway.core.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.callback import CallbackAnswer, CallbackEvent
    from gateway.core.types import AccountId, AttemptId, CallbackId, EpochMs, Port


class EventKind(StrEnum):
    """A change of a message that no attempt tells; the words of statuses mean that it became so."""

    HELD = "held"
    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    FAILED = "failed"
    CANCELLED = "cancelled"
    NO_ANSWER = "no answer"
    """An attempt ended without an answer: it may have gone out."""
    LATE_ANSWER = "late answer"
    """The modem answered an attempt that had been given up."""
    LATE_REPORT = "late report"
    """A delivery report shows that an attempt without an answer went out."""
    RESENT = "resent"
    """No evidence came: it is sent once more, perhaps twice for its recipient."""
    EARLIER_REPORT = "earlier report"
    """A delivery report that a later one took the place of; the text is its TP-ST as a number."""
    LEFT_OUT = "left out"
    """More of one sort happened than is kept."""
    RESCHEDULED = "rescheduled"
    """Somebody changed when it is to be sent."""


_SAME_WORD = {kind.value: kind for kind in EventKind}
# Attempts with their reports tell these, so that a message without trouble leaves no event.
_TOLD_BY_ATTEMPTS = frozenset(
    {
        (Status.QUEUED, Status.SENDING),
        (Status.SENDING, Status.QUEUED),
        (Status.SENDING, Status.SENT),
        (Status.SENDING, Status.FAILED),
        (Status.SENT, Status.DELIVERED),
        (Status.SENT, Status.UNDELIVERED),
        (Status.SENT, Status.EXPIRED),
    }
)


def event_of_change(old: Status, new: Status) -> EventKind | None:
    """Give the event that puts a change of status on record, None when attempts and reports tell it."""
    return None if (old, new) in _TOLD_BY_ATTEMPTS else _SAME_WORD.get(new.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class AttemptRecord:
    """One try of one segment (counted from 0).

    `outcome` is "open", "accepted", "refused", "not sent" or "no answer"; `code` is the modem's error, `cause` what it
    means in plain words. `mr` is the TP-MR, None when there is none. `next_status`, `next_at` and `next_spans` say what
    followed for its message when it did not go out (None: nothing, or the same span goes on; no port: the first other
    one that can). `report_status` is the TP-ST of its last delivery report, `discharged_at` the service centre's time
    in it, `reported_at` when it came.
    """

    id: AttemptId
    segment: int
    port: Port
    opened_at: EpochMs
    outcome: str
    settled_at: EpochMs | None = None
    mr: int | None = None
    code: str = ""
    cause: str = ""
    decide_at: EpochMs | None = None
    report_status: int | None = None
    discharged_at: EpochMs | None = None
    reported_at: EpochMs | None = None
    next_status: Status | None = None
    next_at: EpochMs | None = None
    next_spans: tuple[Port, ...] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageEvent:
    """A change of a message; `text` is the reason in plain words, `attempt_id` the attempt that it is about."""

    at: EpochMs
    kind: EventKind
    text: str = ""
    attempt_id: AttemptId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackRecord:
    """A callback owed for a message, and what its tries gave: how many there were, the first and the last.

    `first` is None before the first failed, `last` before any ended. One that is not done, and not given up
    (`given_up_at`), is tried at `next_at`; one that `is_waiting` comes after an earlier one of its message.
    """

    id: CallbackId
    account_id: AccountId
    dialect: str
    event: CallbackEvent
    status: str
    owed_at: EpochMs
    tries: int
    first: CallbackAnswer | None = None
    last: CallbackAnswer | None = None
    is_done: bool = False
    given_up_at: EpochMs | None = None
    next_at: EpochMs | None = None
    is_waiting: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageRecord:
    """All of that for one message, oldest first; `valid_until`, `spans` and `request_report` as in `NewMessage`.

    They are None, empty and False for an inbound message.
    """

    attempts: Sequence[AttemptRecord] = ()
    events: Sequence[MessageEvent] = ()
    callbacks: Sequence[CallbackRecord] = ()
    valid_until: EpochMs | None = None
    spans: tuple[Port, ...] = ()
    request_report: bool = False
