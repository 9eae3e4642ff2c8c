from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.core.message import Assignment
from gateway.core.status import Status
from gateway.core.types import AttemptId, EpochMs, MessageId
from gateway.store.backend import Store
from gateway.store.receiving import ReportFate
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
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

DECIDE_AT = EpochMs(NOW + 30_000)


async def lose(store: Store, **changes: object) -> tuple[MessageId, Assignment]:
    """A message whose first segment got no answer."""
    message_id = await accept_one(store, **changes)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, cause="silence", decide_at=DECIDE_AT))
    return message_id, assignment


async def decide(store: Store, attempt_id: AttemptId, *, resend: bool = True, at: int = 30_000) -> Status | None:
    return await store.decide_ambiguous(attempt_id, resend=resend, cause="no evidence", now=EpochMs(NOW + at))


async def test_a_message_without_an_answer_stays_sending_while_its_span_goes_on(store: Store) -> None:
    message_id, assignment = await lose(store)
    other = await accept_one(store)
    assert await status_of(store, message_id) is Status.SENDING
    assert (await claim(store)).message_id == other
    undecided, open_one = await store.open_attempts()
    assert (undecided.attempt_id, undecided.decide_at) == (assignment.attempt_id, DECIDE_AT)
    assert (open_one.message_id, open_one.decide_at) == (other, None)
    assert store.load.open_messages == 2


async def test_an_attempt_that_a_crash_left_open_can_be_lost_and_decided(make_store: Callable[[], Store]) -> None:
    first = make_store()
    await first.open()
    await first.add_account(an_account("shop"), "hash", NOW)
    message_id = await accept_one(first)
    await claim(first)
    await first.close()
    store = make_store()
    await store.open()
    try:
        (attempt,) = await store.open_attempts()
        assert (attempt.message_id, attempt.decide_at) == (message_id, None)
        assert store.load.open_messages == 1
        assert store.load.waiting_segments == {1: 1}
        await store.lose_attempt(attempt.attempt_id, cause="stopped", decide_at=DECIDE_AT)
        (attempt,) = await store.open_attempts()
        assert attempt.decide_at == DECIDE_AT
        assert await decide(store, attempt.attempt_id, resend=False) is Status.UNKNOWN
        assert await store.open_attempts() == []
        assert store.load.open_messages == 0
    finally:
        await store.close()


async def test_losing_a_settled_attempt_changes_nothing(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, mr=1))
    await store.lose_attempt(assignment.attempt_id, cause="stopped", decide_at=DECIDE_AT)
    assert await store.open_attempts() == []
    assert await status_of(store, message_id) is Status.SENT


async def test_a_late_answer_makes_it_sent(store: Store) -> None:
    message_id, assignment = await lose(store)
    assert await store.evidence(assignment.attempt_id, mr=5, refused="", now=EpochMs(NOW + 9))
    message = await the_message(store, message_id)
    assert (message.status, message.sent_at, message.cause) == (Status.SENT, NOW + 9, "")
    assert await store.open_attempts() == []
    assert await decide(store, assignment.attempt_id) is None
    assert not await store.evidence(assignment.attempt_id, mr=5, refused="", now=EpochMs(NOW + 10))


async def test_a_late_answer_counts_for_reports(store: Store) -> None:
    message_id, assignment = await lose(store)
    await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    await store.report(a_report(5))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_late_refusal_queues_the_message_again_for_any_span(store: Store) -> None:
    message_id, assignment = await lose(store)
    assert await store.evidence(assignment.attempt_id, mr=None, refused="+CMS ERROR 42", now=NOW)
    assert await status_of(store, message_id) is Status.QUEUED
    again = await claim(store, 2, at=9000, steal_before=EpochMs(NOW + 7000))
    assert (again.message_id, again.tries, again.is_possible_duplicate) == (message_id, 2, False)


async def test_evidence_for_an_open_attempt_makes_its_later_settlement_void(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    assert await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=DECIDE_AT))
    assert await status_of(store, message_id) is Status.SENT
    assert await store.open_attempts() == []


async def test_a_resend_is_marked_and_stays_on_its_sim(store: Store) -> None:
    message_id, assignment = await lose(store)
    assert await decide(store, assignment.attempt_id) is Status.QUEUED
    assert await store.open_attempts() == []
    assert (await store.turn(a_turn(2, at=99_000, steal_before=EpochMs(NOW + 98_000)))).assignment is None
    assert (await store.turn(a_turn(1, sim="another"))).assignment is None
    again = await claim(store, 1)
    assert (again.message_id, again.is_possible_duplicate, again.tries) == (message_id, True, 2)


async def test_a_message_is_resent_once_and_then_unknown(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    await settle(store, settled(again, AttemptOutcome.NO_ANSWER, decide_at=DECIDE_AT))
    assert await decide(store, again.attempt_id) is Status.UNKNOWN
    message = await the_message(store, message_id)
    assert (message.status, message.cause, message.settled_at) == (Status.UNKNOWN, "no evidence", NOW + 30_000)


async def test_policy_report_calls_it_unknown_at_once(store: Store) -> None:
    message_id, assignment = await lose(store)
    assert await decide(store, assignment.attempt_id, resend=False) is Status.UNKNOWN
    assert await status_of(store, message_id) is Status.UNKNOWN


async def test_a_message_is_not_resent_after_its_validity(store: Store) -> None:
    _, assignment = await lose(store)
    assert await decide(store, assignment.attempt_id, at=VALIDITY_MS) is Status.UNKNOWN


async def test_evidence_takes_a_resend_back_that_is_not_yet_claimed(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    assert await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    assert await status_of(store, message_id) is Status.SENT
    assert (await store.turn(a_turn())).assignment is None


async def test_a_late_refusal_takes_the_mark_from_a_resend_that_is_not_yet_claimed(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    await store.evidence(assignment.attempt_id, mr=None, refused="+CMS ERROR 42", now=NOW)
    again = await claim(store, 2, at=9000, steal_before=EpochMs(NOW + 7000))
    assert (again.message_id, again.is_possible_duplicate) == (message_id, False)


@pytest.mark.parametrize(
    "outcome", [AttemptOutcome.ACCEPTED, AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT, AttemptOutcome.NO_ANSWER]
)
async def test_evidence_while_the_resend_is_under_way_counts_once_that_is_settled(
    store: Store, outcome: AttemptOutcome
) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    assert await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    assert await status_of(store, message_id) is Status.SENDING
    await settle(store, settled(again, outcome, mr=6, next_status=Status.FAILED, decide_at=DECIDE_AT))
    assert await status_of(store, message_id) is Status.SENT
    assert await store.open_attempts() == []


async def test_a_report_on_the_first_try_counts_when_the_resend_is_refused(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    await store.report(a_report(5))
    await settle(store, settled(again, AttemptOutcome.REFUSED, next_status=Status.FAILED))
    assert await status_of(store, message_id) is Status.DELIVERED


@pytest.mark.parametrize("end", [Status.FAILED, Status.EXPIRED])
async def test_a_resend_that_is_refused_for_good_says_nothing_of_the_first_try(store: Store, end: Status) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    await settle(store, settled(again, AttemptOutcome.REFUSED, next_status=end, code="+CMS ERROR 1", cause="no"))
    message = await the_message(store, message_id)
    assert (message.status, message.cause) == (Status.UNKNOWN, "no, but it may have been sent the first time")
    assert store.load.open_messages == 0
    await store.report(a_report(5))
    assert await status_of(store, message_id) is Status.DELIVERED


async def test_a_resend_that_is_refused_for_good_fails_when_the_first_try_was_refused_too(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    await store.evidence(assignment.attempt_id, mr=None, refused="+CMS ERROR 42", now=NOW)
    await settle(store, settled(again, AttemptOutcome.REFUSED, next_status=Status.FAILED))
    assert await status_of(store, message_id) is Status.FAILED


async def test_a_later_segment_that_did_not_go_out_leaves_the_mark_of_an_earlier_one(store: Store) -> None:
    message_id, assignment = await lose(store, segment_count=2)
    await decide(store, assignment.attempt_id)
    resent = await claim(store)
    rest = await claim(store, settlement=settled(resent, mr=6))
    assert await store.evidence(rest.attempt_id, mr=None, refused="never sent", now=NOW)
    lost = await claim(store)
    await settle(store, settled(lost, AttemptOutcome.NO_ANSWER, decide_at=DECIDE_AT))
    # A message is sent again once: were the mark gone, this would be the second time.
    assert await decide(store, lost.attempt_id) is Status.UNKNOWN
    assert await status_of(store, message_id) is Status.UNKNOWN


async def test_a_refused_resend_that_waits_is_still_a_possible_duplicate(store: Store) -> None:
    _, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    refused = settled(again, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=NOW)
    third = await claim(store, settlement=refused)
    assert third.is_possible_duplicate
    assert third.tries == 3


async def test_a_refusal_of_the_first_try_does_not_requeue_what_the_resend_left_open(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    again = await claim(store)
    await settle(store, settled(again, AttemptOutcome.NO_ANSWER, decide_at=DECIDE_AT))
    assert await store.evidence(assignment.attempt_id, mr=None, refused="ERROR", now=NOW)
    assert await status_of(store, message_id) is Status.SENDING
    assert await decide(store, again.attempt_id) is Status.UNKNOWN


async def test_late_evidence_corrects_unknown(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id, resend=False)
    assert await store.evidence(assignment.attempt_id, mr=5, refused="", now=EpochMs(NOW + 60_000))
    message = await the_message(store, message_id)
    assert (message.status, message.settled_at) == (Status.SENT, None)


async def test_evidence_for_a_middle_segment_lets_the_message_go_on(store: Store) -> None:
    message_id, assignment = await lose(store, segment_count=2)
    await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    assert await status_of(store, message_id) is Status.QUEUED
    assert store.load.waiting_segments == {1: 1}
    rest = await claim(store, 1)
    assert (rest.segment, rest.is_possible_duplicate) == (1, False)
    await settle(store, settled(rest, mr=6))
    assert await status_of(store, message_id) is Status.SENT


async def test_evidence_for_a_middle_segment_takes_only_its_resend_back(store: Store) -> None:
    _, assignment = await lose(store, segment_count=2)
    await decide(store, assignment.attempt_id)
    await store.evidence(assignment.attempt_id, mr=5, refused="", now=NOW)
    rest = await claim(store, 1)
    assert (rest.segment, rest.is_possible_duplicate) == (1, False)


@pytest.mark.parametrize("is_next_under_way", [True, False], ids=["next under way", "next without an answer"])
@pytest.mark.parametrize("is_report", [True, False], ids=["report", "late answer"])
async def test_evidence_for_a_segment_that_was_sent_again_leaves_the_next_one_alone(
    store: Store, *, is_report: bool, is_next_under_way: bool
) -> None:
    message_id, first = await lose(store, segment_count=2)
    await decide(store, first.attempt_id)
    again = await claim(store, at=30_000)
    rest = await claim(store, at=200_000, settlement=settled(again, mr=8))
    assert (rest.segment, rest.is_possible_duplicate) == (1, False)
    lost = settled(rest, AttemptOutcome.NO_ANSWER, cause="silence", decide_at=EpochMs(NOW + 245_000))
    if not is_next_under_way:
        await settle(store, lost, at=215_000)
    if is_report:
        assert await store.report(a_report(7, at=215_000, scts=EpochMs(NOW + 1000))) is ReportFate.MATCHED
    else:
        assert await store.evidence(first.attempt_id, mr=7, refused="", now=EpochMs(NOW + 215_000))
    assert await status_of(store, message_id) is Status.SENDING
    if is_next_under_way:
        await settle(store, lost, at=215_000)
    # It may be on the air: it does not go out again, and certainly not without its mark.
    assert (await store.turn(a_turn(at=215_000))).assignment is None
    assert await decide(store, rest.attempt_id, at=245_000) is Status.UNKNOWN


async def test_evidence_for_a_middle_segment_of_an_unknown_message_lets_it_go_on_while_it_is_valid(
    store: Store,
) -> None:
    message_id, assignment = await lose(store, segment_count=2)
    await decide(store, assignment.attempt_id, resend=False)
    await store.evidence(assignment.attempt_id, mr=5, refused="", now=EpochMs(NOW + 40_000))
    assert await status_of(store, message_id) is Status.QUEUED
    assert (await claim(store, at=40_000)).segment == 1


async def test_a_resend_that_is_too_old_expires_and_says_what_it_may_have_been(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    assert (await store.turn(a_turn(at=VALIDITY_MS))).assignment is None
    message = await the_message(store, message_id)
    assert message.status is Status.EXPIRED
    assert "may have been sent" in message.cause


async def test_a_report_corrects_a_resend_that_expired(store: Store) -> None:
    message_id, assignment = await lose(store)
    await decide(store, assignment.attempt_id)
    await store.expire(EpochMs(NOW + VALIDITY_MS))
    await store.report(a_report(9, at=1000))
    message = await the_message(store, message_id)
    assert (message.status, message.sent_at) == (Status.DELIVERED, NOW)
    assert assignment.message_id == message_id


async def test_evidence_for_an_attempt_that_does_not_exist_is_nothing(store: Store) -> None:
    await send(store, await accept_one(store))
    assert not await store.evidence(AttemptId(999), mr=1, refused="", now=NOW)
    assert await decide(store, AttemptId(999)) is None


async def test_a_second_try_that_certainly_did_not_go_out_is_made_again(store: Store) -> None:
    message_id = await accept_one(store)
    first = await claim(store)
    await settle(store, settled(first, AttemptOutcome.NO_ANSWER, decide_at=NOW))
    assert await store.decide_ambiguous(first.attempt_id, resend=True, cause="-", now=NOW) is Status.QUEUED
    second = await claim(store)
    assert second.is_possible_duplicate
    assert await store.evidence(second.attempt_id, mr=None, refused="never sent", now=NOW)
    assert await status_of(store, message_id) is Status.QUEUED
    third = await claim(store)
    assert (third.is_possible_duplicate, third.segment) == (True, 0)
    assert await store.evidence(third.attempt_id, mr=None, refused="never sent", now=EpochMs(NOW + VALIDITY_MS))
    assert await status_of(store, message_id) is Status.UNKNOWN
