"""What goes between a span that sends and the store: turns, attempts and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.core.message import Assignment
    from gateway.core.pacing import Pace, Pause
    from gateway.core.status import Status
    from gateway.core.types import AccountId, AttemptId, EpochMs, MessageId, Port


class AttemptOutcome(StrEnum):
    """What one try of one segment gave."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    NO_ANSWER = "no answer"
    NOT_SENT = "not sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """What became of an attempt and what follows for its message.

    ACCEPTED: `mr` is the modem's TP-MR (None if it gave none). The store counts the segment; after
    the last one the message is sent, otherwise its next segment is claimable on this span at once,
    before anything else.
    REFUSED, NOT_SENT: `next_status` is QUEUED (again at `due_at`) or FAILED or EXPIRED. A message of which nothing went
    out is kept from this span until `exclude_until`, if given: others that it allows may have it meanwhile, those that
    can send now (`elsewhere`, for the record) and those that can later; then this one may again.
    NO_ANSWER: the message stays sending until `decide_ambiguous` or evidence; `decide_at` is when.
    `code` is the modem's error and `meaning` what it says in plain words, both kept with the attempt; `cause` is what
    the message shows.
    """

    attempt_id: AttemptId
    message_id: MessageId
    outcome: AttemptOutcome
    mr: int | None = None
    code: str = ""
    cause: str = ""
    meaning: str = ""
    next_status: Status | None = None
    due_at: EpochMs | None = None
    exclude_until: EpochMs | None = None
    elsewhere: tuple[Port, ...] = ()
    decide_at: EpochMs | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One step of a span: settle the attempt that ended and claim the next segment.

    `sim` is the SIM's ICCID (or IMSI, or the modem's IMEI when it has neither): the identity that
    reports are matched by. `claim` False settles only. `steal_before`: messages accepted before it
    that prefer another span but may be sent by this one can be taken when this span has none of its
    own; None takes only its own (and those without a chosen span). `only_begun`: takes none but those that have
    begun, or may have been sent, on its SIM.

    `pace` are the limits of the SIM, `account_paces` those of accounts; `jitter` (0..1) is for the gap after the
    segment that is settled. `rooms` says how many segments other spans that can send may take: they get what the
    quota of this SIM has no room for.
    """

    port: Port
    sim: str
    imsi: str
    now: EpochMs
    settlement: Settlement | None = None
    claim: bool = True
    steal_before: EpochMs | None = None
    only_begun: bool = False
    pace: Pace | None = None
    account_paces: Mapping[AccountId, Pace] = field(default_factory=dict)
    rooms: Mapping[Port, int] = field(default_factory=dict)
    jitter: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class TurnResult:
    """The claimed segment, or when to look again (None: on the next WorkAdded only).

    With a `pause` the SIM may not send, whatever there is. `room` is how many segments its quotas leave (None: any).
    """

    assignment: Assignment | None
    next_due_at: EpochMs | None
    pause: Pause | None = None
    room: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAttempt:
    """An attempt without a known outcome: opened before a crash, or settled NO_ANSWER and undecided.

    `decide_at` is None for one that was still open when the process ended.
    """

    attempt_id: AttemptId
    message_id: MessageId
    segment: int
    port: Port
    sim: str
    recipient: str
    opened_at: EpochMs
    decide_at: EpochMs | None
    is_possible_duplicate: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class LastSpan:
    """The span, and the IMSI of the SIM in it ("" unknown), that had last to do with a number."""

    port: Port
    imsi: str
