"""What stores keep of what became of messages, and how they find messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.inbound import InboundKind, Nature
from gateway.core.record import EventKind, MessageRecord
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.receiving import NewInbound
from gateway.store.sending import AttemptOutcome
from gateway.store.timeline import FindQuery
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
    a_report,
    accept_one,
    an_account,
    claim,
    send,
    settle,
    settled,
)

SHOP = AccountId(1)
FAR = EpochMs(NOW + 30 * VALIDITY_MS)


def an_answer(text: str, at: int, took_ms: int = 40) -> CallbackAnswer:
    return CallbackAnswer(at=EpochMs(NOW + at), took_ms=took_ms, text=text)


def events(record: MessageRecord) -> list[tuple[EventKind, int, str]]:
    return [(one.kind, one.at - NOW, one.text) for one in record.events]


async def due_id(store: Store) -> int:
    (row, *_) = await store.due_callbacks(FAR, limit=10, busy=frozenset())
    return row.id


# --- attempts and events --------------------------------------------------------------------------


async def test_a_message_without_trouble_leaves_nothing_but_its_attempt(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1), Port(2)), request_report=False)
    await send(store, message_id, mr=7, at=5)
    await store.report(a_report(7, at=900))
    record = await store.message_record(message_id)
    assert (record.events, record.callbacks) == ([], [])
    assert (record.spans, record.request_report, record.valid_until) == ((1, 2), False, NOW + VALIDITY_MS)
    (attempt,) = record.attempts
    assert (attempt.port, attempt.outcome, attempt.mr, attempt.next_status) == (1, "accepted", 7, None)
    assert (attempt.report_status, attempt.discharged_at, attempt.reported_at) == (0, NOW + 900, NOW + 900)


async def test_a_refusal_keeps_code_meaning_and_what_followed(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1), Port(2)))
    assignment = await claim(store)
    refused = settled(
        assignment,
        AttemptOutcome.REFUSED,
        code="+CMS ERROR 10",
        cause="+CMS ERROR 10",
        meaning="call barred",
        next_status=Status.QUEUED,
        due_at=NOW,
        exclude_until=EpochMs(NOW + 900_000),
        elsewhere=(Port(2),),
    )
    await settle(store, refused, at=20)
    (attempt,) = (await store.message_record(message_id)).attempts
    assert (attempt.outcome, attempt.code, attempt.cause) == ("refused", "+CMS ERROR 10", "call barred")
    assert (attempt.next_status, attempt.next_at, attempt.next_spans) == (Status.QUEUED, NOW + 20, (2,))
    assert (await store.messages([message_id]))[0].cause == "+CMS ERROR 10"


async def test_a_refusal_that_no_other_span_can_take_up_says_when_it_is_tried_here_again(store: Store) -> None:
    message_id = await accept_one(store)
    until = EpochMs(NOW + 900_000)
    refused = settled(
        await claim(store), AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=NOW, exclude_until=until
    )
    await settle(store, refused, at=20)
    (attempt,) = (await store.message_record(message_id)).attempts
    assert (attempt.next_status, attempt.next_at, attempt.next_spans) == (Status.QUEUED, until, ())


async def test_a_retry_here_says_when(store: Store) -> None:
    message_id = await accept_one(store)
    refused = settled(await claim(store), AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + 5000))
    await settle(store, refused, at=20)
    (attempt,) = (await store.message_record(message_id)).attempts
    assert (attempt.next_status, attempt.next_at, attempt.next_spans) == (Status.QUEUED, NOW + 5000, None)


async def test_a_lost_answer_its_repetition_and_a_late_answer_are_all_on_record(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    lost = settled(assignment, AttemptOutcome.NO_ANSWER, cause="port lost", decide_at=EpochMs(NOW + 100))
    await settle(store, lost, at=10)
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=EpochMs(NOW + 100))
    await store.evidence(assignment.attempt_id, mr=9, refused="", now=EpochMs(NOW + 130))
    record = await store.message_record(message_id)
    assert events(record) == [
        (EventKind.NO_ANSWER, 10, "port lost"),
        (EventKind.RESENT, 100, "no evidence"),
        (EventKind.LATE_ANSWER, 130, ""),
        (EventKind.SENT, 130, ""),
    ]
    assert {event.attempt_id for event in record.events[:3]} == {assignment.attempt_id}
    assert [one.outcome for one in record.attempts] == ["accepted"]


async def test_a_late_refusal_says_what_followed(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, cause="silent", decide_at=FAR), at=10)
    await store.evidence(
        assignment.attempt_id, mr=None, refused="+CMS ERROR 38", now=EpochMs(NOW + 50), meaning="no network"
    )
    record = await store.message_record(message_id)
    assert events(record)[1:] == [(EventKind.LATE_ANSWER, 50, "+CMS ERROR 38, no network")]
    (attempt,) = record.attempts
    assert (attempt.outcome, attempt.code, attempt.cause) == ("refused", "+CMS ERROR 38", "no network")
    assert attempt.next_status is Status.QUEUED


async def test_an_attempt_that_no_modem_got_was_not_sent(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await store.evidence(assignment.attempt_id, mr=None, refused="stopped before", now=NOW, is_unsent=True)
    record = await store.message_record(message_id)
    assert record.events == []  # it was open: nothing had been told of it
    (attempt,) = record.attempts
    assert (attempt.outcome, attempt.cause, attempt.next_status) == ("not sent", "stopped before", Status.QUEUED)


async def test_an_ambiguous_error_keeps_its_code_and_meaning(store: Store) -> None:
    message_id = await accept_one(store)
    lost = settled(
        await claim(store),
        AttemptOutcome.NO_ANSWER,
        code="+CMS ERROR 500",
        cause="+CMS ERROR 500",
        meaning="unknown error",
        decide_at=FAR,
    )
    await settle(store, lost, at=10)
    record = await store.message_record(message_id)
    assert events(record) == [(EventKind.NO_ANSWER, 10, "+CMS ERROR 500, unknown error")]
    assert (record.attempts[0].code, record.attempts[0].cause) == ("+CMS ERROR 500", "unknown error")


async def test_a_message_that_nobody_knows_of_and_a_report_that_clears_it_up(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, cause="silent", decide_at=FAR), at=10)
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="may be sent", now=EpochMs(NOW + 100))
    await store.report(a_report(9, at=150))
    assert events(await store.message_record(message_id))[1:] == [
        (EventKind.UNKNOWN, 100, "may be sent"),
        (EventKind.LATE_REPORT, 150, ""),
        (EventKind.SENT, 150, ""),
    ]


async def test_a_report_that_a_later_one_replaces_stays_on_record(store: Store) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    await store.report(a_report(7, status=0x21, at=100))  # recipient busy, still trying
    await store.report(a_report(7, status=0x00, at=700))
    record = await store.message_record(message_id)
    assert events(record) == [(EventKind.EARLIER_REPORT, 100, str(0x21))]
    assert (record.attempts[0].report_status, record.attempts[0].reported_at) == (0, NOW + 700)


async def test_scheduled_withdrawn_and_expired_messages_say_when(store: Store) -> None:
    later = await accept_one(store, send_at=EpochMs(NOW + 500))
    await store.release(EpochMs(NOW + 500))
    assert events(await store.message_record(later)) == [(EventKind.QUEUED, 500, "")]
    withdrawn = await accept_one(store)
    await store.cancel(withdrawn, account_id=None, now=EpochMs(NOW + 600))
    assert events(await store.message_record(withdrawn)) == [(EventKind.CANCELLED, 600, "withdrawn")]
    await store.expire(EpochMs(NOW + VALIDITY_MS))
    assert events(await store.message_record(later))[1:] == [
        (EventKind.EXPIRED, VALIDITY_MS, "its validity ended before it could be sent")
    ]


async def test_an_unknown_message_has_no_record(store: Store) -> None:
    assert await store.message_record(MessageId(77)) == MessageRecord(attempts=(), events=(), callbacks=[])


# --- callbacks ------------------------------------------------------------------------------------


async def test_the_answer_of_a_callback_stays_when_its_row_leaves(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.RESULT}))
    message_id = await accept_one(store)
    await send(store, message_id, at=5)
    (owed,) = (await store.message_record(message_id)).callbacks
    assert (owed.tries, owed.last, owed.is_done, owed.next_at) == (0, None, False, NOW + 5)
    await store.callback_done(owed.id, EpochMs(NOW + 60), an_answer("HTTP 204", 60))
    (done,) = (await store.message_record(message_id)).callbacks
    assert (done.id, done.event, done.status, done.dialect) == (owed.id, CallbackEvent.RESULT, "sent", "openvox")
    assert (done.tries, done.first, done.is_done, done.owed_at) == (1, None, True, NOW + 5)
    assert done.last == an_answer("HTTP 204", 60)


async def test_of_many_tries_the_first_the_last_and_the_number_are_kept(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.RESULT}))
    message_id = await accept_one(store)
    await send(store, message_id)
    callback_id = (await store.message_record(message_id)).callbacks[0].id
    for number in range(1, 41):
        error = "HTTP 500" if number == 1 else f"HTTP 50{number % 3}"
        await store.callback_retry(
            callback_id, next_at=EpochMs(NOW + number * 1000 + 500), error=error, answer=an_answer(error, number * 1000)
        )
    (waiting,) = (await store.message_record(message_id)).callbacks
    assert (waiting.tries, waiting.next_at, waiting.is_done) == (40, NOW + 40_500, False)
    assert waiting.first == an_answer("HTTP 500", 1000, took_ms=0)
    assert waiting.last == an_answer("HTTP 501", 40_000)
    await store.callback_done(callback_id, EpochMs(NOW + 41_000), an_answer("HTTP 200", 41_000))
    (done,) = (await store.message_record(message_id)).callbacks
    assert (done.tries, done.last) == (41, an_answer("HTTP 200", 41_000))
    assert done.first == an_answer("HTTP 500", 1000, took_ms=0)


async def test_a_callback_that_was_given_up_and_one_that_waits_for_it_are_seen(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset(CallbackEvent))
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    await store.report(a_report(7))
    result, report = (await store.message_record(message_id)).callbacks
    assert (result.is_waiting, report.is_waiting) == (False, True)
    await store.callback_given_up(
        result.id, now=EpochMs(NOW + 9), error="no answer within 10 s", answer=an_answer("no answer within 10 s", 9)
    )
    result, report = (await store.message_record(message_id)).callbacks
    assert (result.given_up_at, result.next_at, result.tries) == (NOW + 9, None, 1)
    assert result.last == an_answer("no answer within 10 s", 9)
    assert report.is_waiting is False


async def test_inbound_messages_keep_who_was_told(store: Store) -> None:
    await store.set_subscriptions(SHOP, "v1", frozenset({CallbackEvent.INBOUND}))
    message_id = await store.add_inbound(an_inbound(), None)
    assert message_id is not None
    await store.callback_done((await store.message_record(message_id)).callbacks[0].id, NOW, an_answer("HTTP 200", 3))
    (done,) = (await store.message_record(message_id)).callbacks
    assert (done.event, done.last) == (CallbackEvent.INBOUND, an_answer("HTTP 200", 3))


# --- finding --------------------------------------------------------------------------------------


def an_inbound(sender: str = "+491729999999", *, at: int = 0, **changes: object) -> NewInbound:
    inbound = NewInbound(
        port=Port(1),
        sim="sim1",
        sim_imsi="imsi1",
        sender=sender,
        text="hi",
        data=None,
        smsc="",
        scts=None,
        received_at=EpochMs(NOW + at),
    )
    return replace(inbound, **changes)  # type: ignore[arg-type]  # fields by name


async def found(store: Store, **query: object) -> list[int]:
    """Ids of all messages that fit, however many calls it takes."""
    ids: list[int] = []
    before = None
    while True:
        page = await store.find_messages(FindQuery(before=before, **query))  # type: ignore[arg-type]  # by name
        ids += [row.id for row in page.rows]
        if page.next_before is None:
            return ids
        before = page.next_before


async def test_messages_are_found_newest_first_page_by_page(store: Store) -> None:
    ids = await store.accept([a_message() for _ in range(7)])
    assert await found(store, limit=3) == ids[::-1]
    first = await store.find_messages(FindQuery(limit=3))
    assert ([row.id for row in first.rows], first.next_before) == (ids[:3:-1], ids[4])


async def test_each_filter_narrows(store: Store) -> None:
    other = (await store.add_account(an_account("other"), "hash", NOW)).id
    first = await accept_one(store)
    second = await accept_one(
        store, account_id=other, recipient="+49301", recipient_given="030 1", accepted_at=NOW + 9, spans=(Port(1),)
    )
    third = await accept_one(store, recipient="+49301", recipient_given="+49301", port=Port(2), spans=(Port(2),))
    held = await accept_one(store, send_at=EpochMs(NOW + 5000))
    await store.cancel(first, account_id=None, now=NOW)
    claimed = await claim(store, 2)
    assert claimed.message_id == third
    assert await found(store, account_id=other) == [second]
    assert await found(store, number="+49 301") == [third, second]
    assert await found(store, number="030 1") == [second]
    assert await found(store, port=Port(2)) == [third]
    assert await found(store, since=EpochMs(NOW + 9)) == [second]
    assert await found(store, statuses=frozenset({Status.CANCELLED})) == [first]
    assert await found(store, statuses=frozenset({Status.HELD})) == [held]
    assert await found(store, statuses=frozenset({Status.QUEUED, Status.SENDING})) == [third, second]
    assert await found(store, statuses=frozenset({Status.QUEUED, Status.SENDING}), limit=1) == [third, second]
    assert await found(store, number="030 1", statuses=frozenset({Status.FAILED})) == []
    assert await found(store, is_inbound=True) == []


async def test_inbound_messages_are_found_those_aside_apart(store: Store) -> None:
    shown = await store.add_inbound(an_inbound(), None)
    silent = Nature(kind=InboundKind.SILENT, pid=0x40, is_shown=False)
    aside = await store.add_inbound(an_inbound(nature=silent, port=Port(2)), None)
    named = await store.add_inbound(an_inbound("Bank 24", at=50), None)
    await accept_one(store)
    assert await found(store, is_inbound=True) == [named, shown]
    assert await found(store, is_aside=True) == [aside]
    assert await found(store, is_inbound=True, number="0049 172 9999999") == [shown]
    assert await found(store, is_inbound=True, number="Bank 24", port=Port(1)) == [named]
    assert await found(store, is_inbound=True, since=EpochMs(NOW + 50)) == [named]


@pytest.mark.parametrize("since", [None, EpochMs(NOW + 1)])
async def test_one_call_looks_at_a_bounded_stretch(
    store: Store, monkeypatch: pytest.MonkeyPatch, since: EpochMs | None
) -> None:
    monkeypatch.setattr("gateway.store.backends.sqlite.finding.STRETCH", 4)
    wanted = await accept_one(store, recipient="+1", recipient_given="+1", spans=(Port(9),), port=Port(9))
    await store.accept([a_message(accepted_at=EpochMs(NOW + 1)) for _ in range(12)])
    page = await store.find_messages(FindQuery(port=Port(9), since=since))
    assert (page.rows, page.next_before) == ([], 9)
    # What is older than what is wanted is not looked at.
    assert await found(store, port=Port(9), since=since) == ([wanted] if since is None else [])
