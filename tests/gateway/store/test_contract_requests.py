"""Every store: requests with a key, withdrawal while a span is at work, another time, and messages sent anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.core.callback import CallbackEvent
from gateway.core.message import Assignment
from gateway.core.options import Options
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId
from gateway.errors import ConflictError, NoCreditError
from gateway.store.backend import Store
from gateway.store.requests import ReplayQuery, RequestKey, Withdrawal
from gateway.store.sending import AttemptOutcome, Settlement
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
    a_report,
    a_turn,
    accept_one,
    an_account,
    claim,
    send,
    settle,
    settled,
    status_of,
    the_message,
)

SHOP = AccountId(1)
HOUR_MS = 3_600_000
LATER = EpochMs(NOW + HOUR_MS)
MUCH_LATER = EpochMs(NOW + 2 * HOUR_MS)

# --- keys -----------------------------------------------------------------------------------------


def a_key(**changes: object) -> RequestKey:
    key = RequestKey(account_id=SHOP, key="order-17", digest=b"a", now=NOW, expires_at=LATER)
    return replace(key, **changes)  # type: ignore[arg-type]  # fields by name


async def test_the_same_request_gets_the_same_answer(store: Store) -> None:
    first = await store.accept_once([a_message(), a_message()], a_key())
    again = await store.accept_once([a_message(), a_message()], a_key(now=EpochMs(NOW + 9)))
    assert again == first
    assert (first.accepted_at, len(first.messages), store.load.open_messages) == (NOW, 2, 2)
    assert await store.answer_to(a_key()) == first


async def test_the_answer_outlives_a_restart(make_store: Callable[[], Store], store: Store) -> None:
    first = await store.accept_once([a_message()], a_key())
    await store.close()
    again = make_store()
    await again.open()
    assert await again.answer_to(a_key()) == first
    assert await again.accept_once([a_message()], a_key()) == first
    await again.close()


async def test_two_requests_at_the_same_instant_are_one(store: Store) -> None:
    answers = await asyncio.gather(*(store.accept_once([a_message()], a_key()) for _ in range(8)))
    assert len(set(answers)) == 1
    assert store.load.open_messages == 1


async def test_another_request_with_the_key_is_a_conflict(store: Store) -> None:
    first = await store.accept_once([a_message()], a_key())
    for ask in (store.accept_once([a_message()], a_key(digest=b"b")), store.answer_to(a_key(digest=b"b"))):
        with pytest.raises(ConflictError) as caught:
            await ask
        assert caught.value.field == "key"
    assert (await store.answer_to(a_key()), store.load.open_messages) == (first, 1)


async def test_accounts_have_keys_of_their_own(store: Store) -> None:
    other = await store.add_account(an_account("other"), "hash", NOW)
    first = await store.accept_once([a_message()], a_key())
    second = await store.accept_once([a_message(account_id=other.id)], a_key(account_id=other.id))
    assert first.messages != second.messages


async def test_a_key_is_forgotten_when_its_time_is_over(store: Store) -> None:
    first = await store.accept_once([a_message()], a_key())
    assert await store.forget_keys(EpochMs(LATER - 1)) == 0
    second = await store.accept_once([a_message()], a_key(now=LATER, expires_at=MUCH_LATER, digest=b"b"))
    assert second.messages != first.messages
    assert await store.forget_keys(MUCH_LATER) == 1
    assert await store.answer_to(a_key(digest=b"b")) is None


async def test_many_old_keys_are_forgotten_by_one_call(store: Store) -> None:
    await asyncio.gather(*(store.accept_once([a_message()], a_key(key=f"k{index}")) for index in range(1200)))
    assert await store.forget_keys(LATER) == 1200


async def test_a_request_that_is_refused_leaves_its_key_free(store: Store) -> None:
    poor = await store.add_account(an_account("poor"), "hash", NOW)
    await store.change_account(poor.id, {"credit": 1})
    key = a_key(account_id=poor.id)
    with pytest.raises(NoCreditError):
        await store.accept_once([a_message(account_id=poor.id, segment_count=2)], key)
    assert await store.answer_to(key) is None
    assert store.load.open_messages == 0


# --- withdrawal -----------------------------------------------------------------------------------


async def ask(store: Store, message_id: MessageId, at: int = 0) -> tuple[Withdrawal, str]:
    answer = await store.withdraw(message_id, account_id=SHOP, now=EpochMs(NOW + at))
    assert answer is not None
    return answer.state, answer.reason


async def taken(store: Store, **facts: object) -> tuple[MessageId, Assignment]:
    """A message that a span has."""
    message_id = await accept_one(store, **facts)
    return message_id, await claim(store)


def unanswered(assignment: Assignment) -> Settlement:
    return settled(assignment, AttemptOutcome.NO_ANSWER, cause="silent", decide_at=LATER)


def to_be_tried_again(assignment: Assignment, outcome: AttemptOutcome = AttemptOutcome.REFUSED) -> Settlement:
    return settled(assignment, outcome, cause="+CMS ERROR 42", next_status=Status.QUEUED, due_at=LATER)


async def test_what_waits_is_withdrawn_at_once(store: Store) -> None:
    for facts in ({}, {"send_at": LATER}):
        message_id = await accept_one(store, **facts)
        assert await ask(store, message_id) == (Withdrawal.WITHDRAWN, "withdrawn")
        assert await status_of(store, message_id) is Status.CANCELLED
        assert (await ask(store, message_id))[0] is Withdrawal.WITHDRAWN


async def test_of_another_account_there_is_nothing_to_withdraw(store: Store) -> None:
    message_id = await accept_one(store)
    assert await store.withdraw(message_id, account_id=AccountId(9), now=NOW) is None
    assert await store.withdraw(MessageId(999), account_id=None, now=NOW) is None
    assert await status_of(store, message_id) is Status.QUEUED


@pytest.mark.parametrize("outcome", [AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT])
async def test_what_a_span_has_is_withdrawn_when_it_did_not_go_out(store: Store, outcome: AttemptOutcome) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.CANCEL}))
    message_id, assignment = await taken(store)
    state, reason = await ask(store, message_id, at=5)
    assert (state, reason) == (Withdrawal.ASKED, "a span has it: it is withdrawn if the modem refuses it")
    assert (await the_message(store, message_id)).cancel_asked_at == NOW + 5
    await settle(store, to_be_tried_again(assignment, outcome))
    message = await the_message(store, message_id)
    assert (message.status, message.cause) == (Status.CANCELLED, "withdrawn")
    assert (await store.turn(a_turn(at=2 * HOUR_MS))).assignment is None
    assert store.load.open_messages == 0
    assert [one.event for one in await store.due_callbacks(NOW, limit=9, busy=frozenset())] == [CallbackEvent.CANCEL]


async def test_what_goes_out_all_the_same_is_sent_and_says_that_it_is_too_late(store: Store) -> None:
    message_id, assignment = await taken(store)
    await ask(store, message_id)
    await settle(store, settled(assignment, mr=7))
    message = await the_message(store, message_id)
    assert (message.status, message.cancel_asked_at) == (Status.SENT, NOW)
    assert await ask(store, message_id) == (Withdrawal.TOO_LATE, "too late: it is sent")


async def test_a_refusal_for_good_stays_a_failure(store: Store) -> None:
    message_id, assignment = await taken(store)
    await ask(store, message_id)
    await settle(store, settled(assignment, AttemptOutcome.REFUSED, next_status=Status.FAILED, code="+CMS ERROR 1"))
    assert await status_of(store, message_id) is Status.FAILED


async def test_once_a_segment_is_out_the_rest_follows(store: Store) -> None:
    message_id, assignment = await taken(store, segment_count=3)
    assert (await ask(store, message_id))[0] is Withdrawal.ASKED
    result = await store.turn(a_turn(settlement=settled(assignment, mr=1)))
    assert result.assignment is not None
    assert await ask(store, message_id) == (Withdrawal.TOO_LATE, "too late: 1 of 3 segments went out")
    await settle(store, to_be_tried_again(result.assignment))
    assert await ask(store, message_id) == (Withdrawal.TOO_LATE, "too late: 1 of 3 segments went out")
    assert (await claim(store, at=HOUR_MS)).segment == 1


async def test_an_attempt_without_an_answer_is_not_made_again(store: Store) -> None:
    message_id, assignment = await taken(store)
    await settle(store, unanswered(assignment))
    state, reason = await ask(store, message_id)
    assert state is Withdrawal.ASKED
    assert "may have been sent" in reason
    decided = await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=LATER)
    assert decided is Status.UNKNOWN
    assert (await the_message(store, message_id)).cause == "withdrawn, but it may have been sent"
    assert (await store.turn(a_turn(at=2 * HOUR_MS))).assignment is None


@pytest.mark.parametrize(("refused", "becomes"), [("+CMS ERROR 38", Status.CANCELLED), ("", Status.SENT)])
@pytest.mark.parametrize("is_decided", [False, True])
async def test_late_evidence_decides_about_the_withdrawal(
    store: Store, refused: str, becomes: Status, is_decided: bool
) -> None:
    message_id, assignment = await taken(store)
    await ask(store, message_id)
    await settle(store, unanswered(assignment))
    if is_decided:
        await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=NOW)
    mr = None if refused else 7
    assert await store.evidence(assignment.attempt_id, mr=mr, refused=refused, now=LATER)
    assert await status_of(store, message_id) is becomes
    assert store.load.open_messages == 0


async def test_a_report_says_that_a_withdrawn_message_went_out(store: Store) -> None:
    message_id, assignment = await taken(store)
    await ask(store, message_id)
    await settle(store, unanswered(assignment))
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=NOW)
    await store.report(a_report(7, at=1000))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_second_try_that_waits_is_stopped_and_the_first_stays_in_doubt(store: Store) -> None:
    message_id, assignment = await taken(store)
    await settle(store, unanswered(assignment))
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=NOW)
    assert await ask(store, message_id) == (
        Withdrawal.TOO_LATE,
        "too late: it may have been sent; it is not sent again",
    )
    assert await status_of(store, message_id) is Status.UNKNOWN
    assert (await store.turn(a_turn())).assignment is None
    assert await store.evidence(assignment.attempt_id, mr=None, refused="the modem never got it", now=LATER)
    assert await status_of(store, message_id) is Status.CANCELLED


async def test_a_second_try_that_is_refused_leaves_the_first_in_doubt(store: Store) -> None:
    message_id, assignment = await taken(store)
    await settle(store, unanswered(assignment))
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=NOW)
    second = await claim(store)
    assert (await ask(store, message_id))[0] is Withdrawal.ASKED
    await settle(store, to_be_tried_again(second))
    assert await status_of(store, message_id) is Status.UNKNOWN
    assert (await store.turn(a_turn(at=2 * HOUR_MS))).assignment is None


async def test_the_wish_outlives_a_crash(make_store: Callable[[], Store], store: Store) -> None:
    message_id, assignment = await taken(store)
    await ask(store, message_id)
    await store.close()
    again = make_store()
    await again.open()
    await again.evidence(assignment.attempt_id, mr=None, refused="the modem never got it", now=LATER)
    assert await status_of(again, message_id) is Status.CANCELLED
    await again.close()


# --- another time ---------------------------------------------------------------------------------


async def move(store: Store, message_id: MessageId, send_at: EpochMs | None, at: int = 0) -> bool:
    return await store.reschedule(message_id, account_id=SHOP, send_at=send_at, now=EpochMs(NOW + at))


async def test_a_queued_message_is_put_off_and_as_good_then_as_before(store: Store) -> None:
    message_id = await accept_one(store)
    assert await move(store, message_id, LATER)
    message = await the_message(store, message_id)
    assert (message.status, message.send_at, message.valid_until) == (Status.HELD, LATER, LATER + VALIDITY_MS)
    assert (await store.turn(a_turn())).assignment is None
    assert await store.release(LATER) is None
    assert (await claim(store, at=HOUR_MS)).message_id == message_id


async def test_a_held_message_goes_earlier_later_or_at_once(store: Store) -> None:
    message_id = await accept_one(store, send_at=LATER, valid_until=EpochMs(LATER + VALIDITY_MS))
    assert await move(store, message_id, MUCH_LATER)
    assert await store.release(LATER) == MUCH_LATER
    assert await move(store, message_id, None, at=HOUR_MS)
    message = await the_message(store, message_id)
    assert (message.status, message.send_at, message.valid_until) == (Status.QUEUED, None, LATER + VALIDITY_MS)
    assert (await claim(store, at=HOUR_MS)).message_id == message_id


async def test_another_time_is_within_the_send_window(store: Store) -> None:
    # NOW is a Tuesday, 10:00 UTC
    message_id = await accept_one(store, options=Options(window="tu-we 12:00-13:00 UTC"))
    await move(store, message_id, LATER)
    message = await the_message(store, message_id)
    assert (message.send_at, message.cause) == (
        LATER,
        "outside its send window (tu-we 12:00-13:00 UTC), held until 2024-03-26 12:00 UTC",
    )
    assert await store.release(LATER) == MUCH_LATER
    half_past = EpochMs(MUCH_LATER + HOUR_MS // 2)
    await move(store, message_id, half_past)
    message = await the_message(store, message_id)
    assert (message.send_at, message.cause) == (half_past, "")
    assert message.valid_until == half_past + VALIDITY_MS - 2 * HOUR_MS  # of which two passed until its window opened


async def test_what_is_not_waiting_or_may_be_out_has_no_other_time(store: Store) -> None:
    message_id, assignment = await taken(store, segment_count=2)
    with pytest.raises(ConflictError, match="it is sending"):
        await move(store, message_id, LATER)
    await settle(store, settled(assignment, mr=1))
    with pytest.raises(ConflictError, match="a part of it went out"):
        await move(store, message_id, LATER)
    assert await store.reschedule(message_id, account_id=AccountId(9), send_at=None, now=NOW) is False


async def test_a_message_without_credit_stays_held(store: Store) -> None:
    poor = await store.add_account(an_account("poor"), "hash", NOW)
    await store.change_account(poor.id, {"credit": 0})
    message_id = await accept_one(store, account_id=poor.id, send_at=LATER, is_credit_late=True)
    with pytest.raises(NoCreditError):
        await store.reschedule(message_id, account_id=None, send_at=None, now=NOW)
    assert await status_of(store, message_id) is Status.HELD


# --- sent anew ------------------------------------------------------------------------------------


async def failed(store: Store, at: int = 0, **facts: object) -> MessageId:
    message_id = await accept_one(store, **facts)
    await settle(store, settled(await claim(store, at=at), AttemptOutcome.REFUSED, next_status=Status.FAILED), at=at)
    return message_id


ALL_BAD = frozenset({Status.FAILED, Status.EXPIRED, Status.UNDELIVERED, Status.CANCELLED})


async def found(store: Store, **facts: object) -> list[MessageId]:
    query = ReplayQuery(statuses=ALL_BAD, since=NOW)
    return [message_id for _, message_id in await store.replayable(replace(query, **facts))]  # type: ignore[arg-type]


async def test_both_messages_know_of_each_other(store: Store) -> None:
    first = await failed(store)
    second = await accept_one(store, options=Options(replay_of=first))
    assert (await the_message(store, first)).replayed_as == second
    assert (await the_message(store, second)).options.replay_of == first


async def test_a_message_is_sent_anew_once(store: Store) -> None:
    first = await failed(store)
    second = await accept_one(store, options=Options(replay_of=first))
    with pytest.raises(ConflictError, match=f"message {first} was sent anew as message {second}"):
        await accept_one(store, options=Options(replay_of=first))
    assert store.load.open_messages == 1


async def test_what_ended_badly_is_found_in_that_order_and_in_batches(store: Store) -> None:
    early = await failed(store)
    late = await failed(store, at=2000)
    withdrawn = await accept_one(store)
    await store.cancel(withdrawn, account_id=None, now=EpochMs(NOW + 1000))
    good = await accept_one(store)
    await send(store, good)
    assert await found(store) == [early, withdrawn, late]
    assert await found(store, since=EpochMs(NOW + 1000)) == [withdrawn, late]
    assert await found(store, limit=1) == [early]
    assert await found(store, limit=1, after=(NOW, early)) == [withdrawn]
    assert await found(store, statuses=frozenset({Status.FAILED})) == [early, late]
    assert await found(store, account_id=AccountId(9)) == []
    await accept_one(store, options=Options(replay_of=early))
    assert await found(store) == [withdrawn, late]


async def test_what_may_have_gone_out_is_found_only_when_asked_for(store: Store) -> None:
    unknown, assignment = await taken(store)
    await settle(store, unanswered(assignment))
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="no evidence", now=NOW)
    doubtful, assignment = await taken(store)
    await settle(store, unanswered(assignment))
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="no evidence", now=NOW)
    await settle(store, settled(await claim(store), AttemptOutcome.REFUSED, next_status=Status.FAILED))
    assert (await the_message(store, doubtful)).may_be_out
    assert await found(store) == []
    assert await found(store, statuses=ALL_BAD | {Status.UNKNOWN}) == [unknown, doubtful]
