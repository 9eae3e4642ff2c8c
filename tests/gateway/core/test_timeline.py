"""Timelines from what is on record. Errors: 3GPP TS 27.005 3.2.5; TP-ST: 3GPP TS 23.040 9.2.3.15."""

from __future__ import annotations

from dataclasses import replace

from gateway.core.message import Message
from gateway.core.record import (
    AttemptRecord,
    EventKind,
    MessageEvent,
    MessageRecord,
    event_of_change,
)
from gateway.core.status import CHANGES, Status
from gateway.core.timeline import Coding, outbound_timeline
from gateway.core.timeline_entry import Words
from gateway.core.types import AccountId, AttemptId, EpochMs, MessageId, Port

T = 1_711_447_200_000
REPORTS = {0x00: "received", 0x21: "recipient busy, still trying", 0x46: "validity period expired"}
WORDS = Words(
    span="gsm-{}".format,
    account={AccountId(1): "shop"}.__getitem__,
    report=REPORTS.__getitem__,
    instant=lambda at: f"T+{at - T}",
)


def at(ms: int) -> EpochMs:
    return EpochMs(T + ms)


def a_message(status: Status = Status.QUEUED, *, changed: int = 0, **changes: object) -> Message:
    message = Message(
        id=MessageId(5),
        account_id=AccountId(1),
        dialect="openvox",
        recipient="+491711234567",
        recipient_given="01711234567",
        text="hello",
        segment_count=1,
        status=status,
        cause="",
        port=Port(1),
        sim_imsi="",
        client_ref="",
        accepted_at=at(0),
        sent_at=None,
        settled_at=None,
        report_status=None,
        changed_at=at(changed),
    )
    return replace(message, **changes)  # type: ignore[arg-type]  # fields by name


def an_attempt(number: int, opened: int, settled: int | None, outcome: str, **facts: object) -> AttemptRecord:
    attempt = AttemptRecord(
        id=AttemptId(100 + number),
        segment=0,
        port=Port(1),
        opened_at=at(opened),
        outcome=outcome,
        settled_at=None if settled is None else at(settled),
    )
    return replace(attempt, **facts)  # type: ignore[arg-type]  # fields by name


def an_event(kind: EventKind, ms: int, text: str = "", attempt: int | None = None) -> MessageEvent:
    return MessageEvent(
        at=at(ms), kind=kind, text=text, attempt_id=None if attempt is None else AttemptId(100 + attempt)
    )


def told(
    message: Message, *, why: str = "", coding: Coding | None = None, **record: object
) -> list[tuple[int, str, str]]:
    made = MessageRecord(request_report=True, **record)  # type: ignore[arg-type]  # fields by name
    entries = outbound_timeline(message, made, WORDS, coding=coding, why=why)
    return [(entry.at - T, entry.kind, entry.text) for entry in entries]


def test_acceptance_says_who_asked_how_it_is_encoded_and_why_that_span() -> None:
    coding = Coding(alphabet="GSM-7", tables=("Turkish single shift", "Turkish locking shift"))
    assert told(a_message(is_urgent=True), coding=coding, why="gsm-1: fewest waiting", spans=(Port(1), Port(2))) == [
        (
            0,
            "accepted",
            "from shop by openvox, 1 segment, GSM-7 with Turkish single shift and Turkish locking shift, urgent",
        ),
        (0, "routed", "gsm-1: fewest waiting; only gsm-1 or gsm-2 may send it"),
    ]


def test_what_is_put_off_is_held_until_it_is_due() -> None:
    message = a_message(Status.QUEUED, changed=5000, send_at=at(5000))
    assert told(message, events=[an_event(EventKind.QUEUED, 5001)])[1:] == [
        (0, "held", "not to be sent before T+5000"),
        (5001, "queued", "it may go on"),
    ]


def test_what_is_held_from_the_start_is_told_with_its_reason_once() -> None:
    assert told(a_message(Status.HELD, cause="over the quota until 12:00"))[1:] == [
        (0, "held", "over the quota until 12:00")
    ]
    put_off = a_message(Status.HELD, send_at=at(5000))
    assert [kind for _, kind, _ in told(put_off)] == ["accepted", "held"]
    again = a_message(Status.HELD, changed=900, cause="paused")
    assert told(again, events=[an_event(EventKind.HELD, 900, "paused")])[1:] == [(900, "held", "paused")]


def test_a_refusal_is_told_with_code_words_and_what_followed() -> None:
    moved = an_attempt(
        1, 10, 500, "refused", code="+CMS ERROR 38", cause="network out of order",
        next_status=Status.QUEUED, next_at=at(500), next_spans=(Port(2),),
    )  # fmt: skip
    later = an_attempt(
        2, 510, 900, "refused", port=Port(2), code="+CMS ERROR 42", cause="congestion",
        next_status=Status.QUEUED, next_at=at(5900),
    )  # fmt: skip
    lost = an_attempt(
        3, 6000, 6001, "not sent", code="not sent", cause="port lost", next_status=Status.QUEUED, next_at=at(6001)
    )
    last = an_attempt(4, 6002, 6900, "refused", code="+CMS ERROR 1", cause="unassigned number",
        next_status=Status.FAILED, next_at=at(6900),
    )  # fmt: skip
    message = a_message(Status.FAILED, changed=6900, cause="+CMS ERROR 1")
    assert told(message, attempts=[moved, later, lost, last])[1:] == [
        (10, "attempt", "on gsm-1, try 1"),
        (500, "refused", "+CMS ERROR 38, network out of order; tried on gsm-2"),
        (510, "attempt", "on gsm-2, try 2"),
        (900, "refused", "+CMS ERROR 42, congestion; tried again in 5 s"),
        (6000, "attempt", "on gsm-1, try 3"),
        (6001, "not sent", "port lost; tried again at once"),
        (6002, "attempt", "on gsm-1, try 4"),
        (6900, "refused", "+CMS ERROR 1, unassigned number; given up"),
        (6900, "failed", "+CMS ERROR 1"),
    ]


def test_what_follows_from_each_other_in_one_instant_is_told_in_that_order() -> None:
    refused = an_attempt(1, 7, 7, "refused", code="ERROR", cause="ERROR", next_status=Status.QUEUED, next_at=at(7))
    lost = an_attempt(2, 7, 7, "no answer", cause="silent")
    again = an_attempt(3, 7, 7, "accepted", mr=3, report_status=0, reported_at=at(7))
    events = [an_event(EventKind.NO_ANSWER, 7, "silent", 2), an_event(EventKind.RESENT, 7, "no evidence", 2)]
    message = a_message(Status.DELIVERED, changed=7)
    assert [kind for _, kind, _ in told(message, attempts=[refused, lost, again], events=events)[1:]] == [
        "attempt", "refused", "attempt", "no answer", "resent", "attempt", "taken", "report", "delivered",
    ]  # fmt: skip


def test_a_clock_that_was_set_back_turns_nothing_round() -> None:
    refused = an_attempt(1, 10, 500, "refused", code="ERROR", next_status=Status.QUEUED, next_at=at(500))
    lost = an_attempt(2, -9000, -8000, "no answer", cause="silent")
    again = an_attempt(3, -7000, -6000, "accepted", mr=3, report_status=0, reported_at=at(-5000))
    events = [an_event(EventKind.NO_ANSWER, -8000, "silent", 2), an_event(EventKind.RESENT, -7500, "no evidence", 2)]
    lines = told(a_message(Status.DELIVERED, changed=-5000), attempts=[refused, lost, again], events=events)
    assert [(ms, kind) for ms, kind, _ in lines] == [
        (0, "accepted"),
        (10, "attempt"),
        (500, "refused"),
        (-9000, "attempt"),
        (-8000, "no answer"),
        (-7500, "resent"),
        (-7000, "attempt"),
        (-6000, "taken"),
        (-5000, "report"),
        (-5000, "delivered"),
    ]


def test_a_possible_duplicate_is_marked_and_a_proven_loss_is_not() -> None:
    again = an_attempt(2, 200, 300, "accepted", mr=2)
    for outcome, is_marked in (("no answer", True), ("accepted", True), ("refused", False), ("not sent", False)):
        lines = told(a_message(), attempts=[an_attempt(1, 0, 100, outcome), again])
        (line,) = [text for ms, _, text in lines if ms == 200]
        assert ("possible duplicate" in line) is is_marked, outcome


def test_an_attempt_without_an_answer_is_told_also_where_there_is_no_event_of_it() -> None:
    lost = an_attempt(1, 10, 400, "no answer", code="+CMS ERROR 500", cause="unknown error")
    without = told(a_message(Status.SENDING), attempts=[lost])
    text = "+CMS ERROR 500, unknown error; it may have been sent, evidence is awaited"
    assert without[2:] == [(400, "no answer", text)]
    event = an_event(EventKind.NO_ANSWER, 400, "+CMS ERROR 500, unknown error", 1)
    assert told(a_message(Status.SENDING), attempts=[lost], events=[event]) == without


def test_late_evidence_is_told_before_what_it_changes() -> None:
    found = an_attempt(1, 10, 900, "accepted", mr=9)
    events = [
        an_event(EventKind.NO_ANSWER, 100, "silent", 1),
        an_event(EventKind.UNKNOWN, 500, "no evidence"),
        an_event(EventKind.LATE_ANSWER, 900, "", 1),
        an_event(EventKind.SENT, 900),
    ]
    assert told(a_message(Status.SENT, changed=900), attempts=[found], events=events)[2:] == [
        (100, "no answer", "silent; it may have been sent, evidence is awaited"),
        (500, "unknown", "no evidence"),
        (900, "late answer", "the modem says after all that the network took it"),
        (900, "taken", "the network took it, TP-MR 9"),
        (900, "sent", "late evidence: it was sent"),
    ]


def test_each_report_of_each_segment_is_told_in_words() -> None:
    one = an_attempt(1, 10, 20, "accepted", mr=1, report_status=0x46, discharged_at=at(7000), reported_at=at(7100))
    two = an_attempt(2, 30, 40, "accepted", segment=1, mr=2)
    busy = an_event(EventKind.EARLIER_REPORT, 3000, str(0x21), 1)
    message = a_message(Status.EXPIRED, changed=7100, segment_count=2, report_status=0x46)
    assert told(message, attempts=[one, two], events=[busy])[-3:] == [
        (3000, "report", "segment 1 of 2: recipient busy, still trying (TP-ST 21)"),
        (7100, "report", "segment 1 of 2: validity period expired (TP-ST 46, at T+7000)"),
        (7100, "expired", "its validity is over"),
    ]


def test_an_end_that_an_event_tells_is_told_once() -> None:
    message = a_message(Status.CANCELLED, changed=50, cause="withdrawn")
    assert told(message, events=[an_event(EventKind.CANCELLED, 50, "withdrawn")])[1:] == [
        (50, "cancelled", "withdrawn")
    ]


def test_every_change_of_status_is_told_by_attempts_or_by_an_event() -> None:
    by_attempts = {change for change in CHANGES if event_of_change(*change) is None}
    # The way of a message without trouble, and what comes of refusals: no further row.
    assert by_attempts == {
        (Status.QUEUED, Status.SENDING),
        (Status.SENDING, Status.QUEUED),
        (Status.SENDING, Status.SENT),
        (Status.SENDING, Status.FAILED),
        (Status.SENT, Status.DELIVERED),
        (Status.SENT, Status.UNDELIVERED),
        (Status.SENT, Status.EXPIRED),
    }
    assert event_of_change(Status.HELD, Status.QUEUED) is EventKind.QUEUED
