"""The timeline of a message: what happened to it, in order, in words for people and facts for programs.

Built from what is on record (`core.record`): each attempt tells when a span took a segment and what came of it; events
tell what no attempt does; callbacks tell what the receivers said. Entries of one instant are in the order in
which they follow from each other: what came of an attempt, then what was decided, then the next attempt. A clock
that was set back changes nothing about that order: nothing is told before what it is known to follow.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gateway.core.callback_words import callback_entries
from gateway.core.follow import follow_words
from gateway.core.record import AttemptRecord, EventKind, MessageEvent, MessageRecord
from gateway.core.status import Status
from gateway.core.timeline_entry import Entry, Words, moment

if TYPE_CHECKING:
    from gateway.core.message import Message
    from gateway.core.types import AttemptId, EpochMs

UNANSWERED = "no answer"
ACCEPTED = "accepted"
_ENDED = {
    Status.HELD: "it must wait",
    Status.SENT: "the network took every segment",
    Status.DELIVERED: "every segment was delivered",
    Status.UNDELIVERED: "the network gave it up",
    Status.EXPIRED: "its validity is over",
    Status.UNKNOWN: "nobody knows whether it was sent",
    Status.FAILED: "given up",
    Status.CANCELLED: "withdrawn",
}
_EVENTS = {
    EventKind.HELD: "it must wait",
    EventKind.QUEUED: "it may go on",
    EventKind.SENT: "late evidence: it was sent",
    EventKind.DELIVERED: "a delivery report says so, whatever was thought before",
    EventKind.UNDELIVERED: "a late delivery report says so",
    EventKind.EXPIRED: "its validity is over",
    EventKind.UNKNOWN: "nobody knows whether it was sent",
    EventKind.FAILED: "given up",
    EventKind.CANCELLED: "withdrawn",
    EventKind.LATE_ANSWER: "the modem says after all that the network took it",
    EventKind.LATE_REPORT: "a delivery report shows that it went out",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Coding:
    """How the text goes on the air: "GSM-7", "UCS-2" or "8-bit", and the national tables of GSM-7 in words."""

    alphabet: str
    tables: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.alphabet if not self.tables else f"{self.alphabet} with {' and '.join(self.tables)}"


@dataclass(slots=True)
class _Draft:
    """Entries with what orders them: an instant, and a number among those of that instant.

    What is added next follows what was there at `floor`; `floors` are those of the attempts.
    """

    message: Message
    record: MessageRecord
    words: Words
    floor: EpochMs
    floors: dict[AttemptId, EpochMs] = field(default_factory=dict)
    entries: list[tuple[EpochMs, int, Entry]] = field(default_factory=list)

    def add(self, at: EpochMs, order: int, kind: str, text: str, **facts: Any) -> None:
        self.entries.append((max(at, self.floor), order, Entry(at=at, kind=kind, text=text, facts=facts)))

    def after_attempts_before(self, at: EpochMs) -> int:
        """Give the order of what happens at `at` without an attempt of its own: before one that opens then."""
        return 10 * sum(opened_at < max(at, self.floor) for opened_at in self.floors.values()) + 8


def outbound_timeline(
    message: Message, record: MessageRecord, words: Words, *, coding: Coding | None = None, why: str = ""
) -> list[Entry]:
    """Give what happened to an outbound message, oldest first.

    `coding` is None when it is not known any more; `why` says why its span was chosen.
    """
    draft = _Draft(message=message, record=record, words=words, floor=message.accepted_at)
    _tell_acceptance(draft, coding, why)
    for index, attempt in enumerate(record.attempts, 1):
        draft.floor = draft.floors[attempt.id] = max(draft.floor, attempt.opened_at)
        _tell_attempt(draft, index, attempt)
        if attempt.settled_at is not None and attempt.outcome != UNANSWERED and not _is_told(draft, attempt.id):
            draft.floor = max(draft.floor, attempt.settled_at)  # before that no other could begin
    last_floor = draft.floor
    _tell_events(draft)
    draft.floor = last_floor  # late evidence may come after the end
    _tell_end(draft)
    for entry in callback_entries(record.callbacks, words):
        draft.entries.append((max(entry.at, message.accepted_at), 1 << 30, entry))
    draft.entries.sort(key=lambda one: one[:2])
    return [entry for _, _, entry in draft.entries]


def _tell_acceptance(draft: _Draft, coding: Coding | None, why: str) -> None:
    message, words = draft.message, draft.words
    segments = f"{message.segment_count} segment{'s' if message.segment_count > 1 else ''}"
    told = [f"from {words.account(message.account_id)} by {message.dialect}", segments]
    if coding is not None:
        told.append(str(coding))
    if message.is_urgent:
        told.append("urgent")
    if not draft.record.request_report:
        told.append("no delivery report wanted")
    draft.add(
        message.accepted_at,
        0,
        "accepted",
        ", ".join(told),
        account=words.account(message.account_id),
        dialect=message.dialect,
        segments=message.segment_count,
        alphabet=None if coding is None else coding.alphabet,
        tables=[] if coding is None else list(coding.tables),
        request_report=draft.record.request_report,
        valid_until=moment(draft.record.valid_until),
    )
    spans = draft.record.spans
    only = f"only {' or '.join(map(words.span, spans))} may send it" if spans else ""
    if why or only:
        text = "; ".join(filter(None, (why, only)))
        draft.add(message.accepted_at, 1, "routed", text, why=why, spans=list(spans))
    if message.send_at is not None and message.send_at > message.accepted_at:
        text = f"not to be sent before {words.instant(message.send_at)}"
        draft.add(message.accepted_at, 2, "held", text, until=moment(message.send_at))


# --- attempts -----------------------------------------------------------------------------------


def _tell_attempt(draft: _Draft, index: int, attempt: AttemptRecord) -> None:
    earlier = [one for one in draft.record.attempts[: index - 1] if one.segment == attempt.segment]
    is_repeated = any(one.outcome in {UNANSWERED, ACCEPTED} for one in earlier)
    facts = {
        "attempt": attempt.id,
        "segment": attempt.segment + 1,
        "span": attempt.port,
        "span_name": draft.words.span(attempt.port),
        "try": len(earlier) + 1,
        "is_possible_duplicate": is_repeated,
    }
    told = [f"{_segment(draft, attempt)}on {draft.words.span(attempt.port)}, try {len(earlier) + 1}"]
    if is_repeated:
        told.append("possible duplicate")
    draft.add(attempt.opened_at, 10 * index + 4, "attempt", ", ".join(told), **facts)
    _tell_outcome(draft, index, attempt)
    if attempt.report_status is not None:
        at = attempt.reported_at or attempt.discharged_at or draft.message.changed_at
        _tell_report(draft, 10 * index + 6, attempt, at, attempt.report_status)


def _tell_outcome(draft: _Draft, index: int, attempt: AttemptRecord) -> None:
    at = attempt.opened_at if attempt.settled_at is None else attempt.settled_at
    order = 10 * index + 5
    facts: dict[str, Any] = {"attempt": attempt.id, "segment": attempt.segment + 1, "span": attempt.port}
    match attempt.outcome:
        case "accepted":
            mr = "" if attempt.mr is None else f", TP-MR {attempt.mr}"
            draft.add(at, order, "taken", f"{_segment(draft, attempt)}the network took it{mr}", mr=attempt.mr, **facts)
        case "refused" | "not sent":
            wait_ms = max(0, (attempt.next_at or at) - at)
            follows = follow_words(
                attempt.next_status, wait_ms=wait_ms, spans=attempt.next_spans, name=draft.words.span
            )
            text = _segment(draft, attempt)
            text += "; ".join(filter(None, (error_words(attempt.code, attempt.cause), follows)))
            facts |= {"code": attempt.code, "meaning": attempt.cause, "follows": follows}
            draft.add(at, order, attempt.outcome, text, **facts)
        case "no answer" if not _is_told(draft, attempt.id):
            # Older than the events: the attempt itself is all there is.
            _tell_no_answer(draft, at, order, attempt, error_words(attempt.code, attempt.cause))


def error_words(code: str, meaning: str) -> str:
    """Give a modem's error with what it means, as `+CMS ERROR 38, network out of order`."""
    if code == "not sent":
        return meaning
    return ", ".join(filter(None, (code, meaning if meaning != code else "")))


def _is_told(draft: _Draft, attempt_id: AttemptId) -> bool:
    return any(one.kind is EventKind.NO_ANSWER and one.attempt_id == attempt_id for one in draft.record.events)


def _tell_no_answer(draft: _Draft, at: EpochMs, order: int, attempt: AttemptRecord, said: str) -> None:
    text = _segment(draft, attempt) + "; ".join(filter(None, (said, "it may have been sent, evidence is awaited")))
    facts = {"attempt": attempt.id, "segment": attempt.segment + 1, "span": attempt.port}
    draft.add(at, order, UNANSWERED, text, meaning=said, **facts)


def _tell_report(draft: _Draft, order: int, attempt: AttemptRecord, at: EpochMs, status: int) -> None:
    is_last = status == attempt.report_status
    discharged = attempt.discharged_at if is_last else None
    when = "" if discharged is None else f", at {draft.words.instant(discharged)}"
    meaning = draft.words.report(status)
    draft.add(
        at,
        order,
        "report",
        f"{_segment(draft, attempt)}{meaning} (TP-ST {status:02X}{when})",
        attempt=attempt.id,
        segment=attempt.segment + 1,
        report_status=status,
        meaning=meaning,
        discharged_at=moment(discharged),
    )


def _segment(draft: _Draft, attempt: AttemptRecord) -> str:
    count = draft.message.segment_count
    return f"segment {attempt.segment + 1} of {count}: " if count > 1 else ""


# --- events and the end ---------------------------------------------------------------------------


def _tell_events(draft: _Draft) -> None:
    orders = {attempt.id: 10 * index + 7 for index, attempt in enumerate(draft.record.attempts, 1)}
    floor = draft.message.accepted_at
    for event in draft.record.events:
        attempt_id = event.attempt_id
        draft.floor = floor if attempt_id is None else max(floor, draft.floors.get(attempt_id, floor))
        if event.kind is EventKind.EARLIER_REPORT:  # on record since the next report came, which was later
            draft.floor = draft.message.accepted_at
        else:
            floor = max(draft.floor, event.at)
        _tell_event(draft, event, orders)


def _tell_event(draft: _Draft, event: MessageEvent, orders: dict[AttemptId, int]) -> None:
    attempt = next((one for one in draft.record.attempts if one.id == event.attempt_id), None)
    order = draft.after_attempts_before(event.at) if attempt is None else orders[attempt.id]
    facts = {} if attempt is None else {"attempt": attempt.id, "segment": attempt.segment + 1, "span": attempt.port}
    match event.kind:
        case EventKind.EARLIER_REPORT if attempt is not None:
            _tell_report(draft, order - 1, attempt, event.at, int(event.text))
        case EventKind.NO_ANSWER if attempt is not None:
            _tell_no_answer(draft, event.at, order - 2, attempt, event.text)
        case EventKind.RESENT:
            text = f"{event.text}; sent once more on the same SIM, possible duplicate"
            draft.add(event.at, order, event.kind.value, text, reason=event.text, is_possible_duplicate=True, **facts)
        case EventKind.LATE_ANSWER if event.text:
            text = f"the modem says after all that it did not go out: {event.text}"
            draft.add(event.at, order - 3, event.kind.value, text, reason=event.text, **facts)
        case EventKind.LATE_ANSWER | EventKind.LATE_REPORT:
            draft.add(event.at, order - 3, event.kind.value, _EVENTS[event.kind], **facts)
        case _:
            text = event.text or _EVENTS.get(event.kind, "")
            draft.add(event.at, order, event.kind.value, text, reason=event.text, **facts)


def _tell_end(draft: _Draft) -> None:
    """Tell from the message's own row how it ended, that it is sent or that it is held, unless an event did."""
    message = draft.message
    if message.status is Status.HELD and message.send_at is not None and message.changed_at == message.accepted_at:
        return  # it was put off when it was accepted
    if message.status not in _ENDED or any(
        event.kind.value == message.status.value and event.at == message.changed_at for event in draft.record.events
    ):
        return
    order = 10 * len(draft.record.attempts) + 9
    text = message.cause or _ENDED[message.status]
    draft.add(message.changed_at, order, message.status.value, text, reason=message.cause)
