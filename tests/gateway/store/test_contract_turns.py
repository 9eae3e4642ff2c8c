from __future__ import annotations

import asyncio

import pytest

from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId, Port
from gateway.errors import StoreError
from gateway.store.backend import Store
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
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


async def test_a_claimed_message_is_sending_and_its_attempt_open(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(2), Port(1)), segment_count=2, concat_ref=77)
    assignment = await claim(store, 1, at=5)
    assert (assignment.message_id, assignment.segment, assignment.segment_count) == (message_id, 0, 2)
    assert (assignment.recipient, assignment.text, assignment.concat_ref) == ("+491711234567", "hello", 77)
    assert (assignment.tries, assignment.is_possible_duplicate, assignment.spans) == (1, False, (1, 2))
    message = await the_message(store, message_id)
    assert (message.status, message.port, message.sim_imsi) == (Status.SENDING, 1, "imsi1")
    (attempt,) = await store.open_attempts()
    assert (attempt.attempt_id, attempt.sim, attempt.opened_at) == (assignment.attempt_id, "sim1", NOW + 5)
    assert (attempt.decide_at, attempt.recipient) == (None, "+491711234567")


async def test_settle_and_claim_of_the_next_message_are_one_turn(store: Store) -> None:
    first, second = await store.accept([a_message(), a_message()])
    assignment = await claim(store)
    following = await claim(store, at=10, settlement=settled(assignment, mr=9))
    assert following.message_id == second
    message = await the_message(store, first)
    assert (message.status, message.sent_at, message.settled_at) == (Status.SENT, NOW + 10, None)


async def test_own_and_unassigned_messages_are_claimed_by_id(store: Store) -> None:
    ids = await store.accept([a_message(port=port) for port in (None, Port(1), Port(2), None, Port(1))])
    claimed = []
    settlement = None
    for _ in range(4):
        assignment = await claim(store, settlement=settlement)
        claimed.append(assignment.message_id)
        settlement = settled(assignment)
    assert claimed == [ids[0], ids[1], ids[3], ids[4]]


async def test_an_unassigned_message_goes_only_to_spans_it_allows(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(2), Port(3)))
    assert (await store.turn(a_turn(1))).assignment is None
    assert (await claim(store, 3)).message_id == message_id


async def test_a_message_that_waits_too_long_for_its_span_is_taken_by_another_that_it_allows(store: Store) -> None:
    message_id = await accept_one(store, port=Port(2), spans=(Port(1), Port(2)))
    early = await store.turn(a_turn(1, at=2000, steal_before=EpochMs(NOW)))
    assert early.assignment is None
    assert early.next_due_at == NOW + 2001
    assert (await store.turn(a_turn(3, at=9000, steal_before=EpochMs(NOW + 7000)))).assignment is None
    assert (await store.turn(a_turn(1, at=9000))).assignment is None
    assert (await claim(store, 1, at=2001, steal_before=EpochMs(NOW + 1))).message_id == message_id


async def test_own_messages_go_before_those_of_others(store: Store) -> None:
    (other, own) = await store.accept([a_message(port=Port(2)), a_message(port=Port(1))])
    first = await claim(store, 1, at=9000, steal_before=EpochMs(NOW + 7000))
    assert first.message_id == own
    second = await claim(store, 1, at=9000, settlement=settled(first), steal_before=EpochMs(NOW + 7000))
    assert second.message_id == other


async def test_a_claim_finds_its_message_behind_many_for_others(store: Store) -> None:
    await store.accept([a_message(port=Port(2), spans=(Port(2),)) for _ in range(1000)])
    message_id = await accept_one(store, port=Port(1))
    assert (await claim(store, 1, at=9000, steal_before=EpochMs(NOW + 7000))).message_id == message_id


async def test_nothing_to_do_and_nothing_to_wait_for(store: Store) -> None:
    result = await store.turn(a_turn(steal_before=EpochMs(NOW)))
    assert (result.assignment, result.next_due_at) == (None, None)


async def test_a_retry_is_claimed_when_it_is_due_and_goes_before_younger_ones(store: Store) -> None:
    first, second, third = await store.accept([a_message(), a_message(), a_message()])
    assignment = await claim(store)
    due_at = EpochMs(NOW + 5000)
    retry = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=due_at, cause="busy")
    following = await claim(store, settlement=retry)
    assert following.message_id == second
    assert (await the_message(store, first)).cause == "busy"
    again = await claim(store, at=5000, settlement=settled(following))
    assert (again.message_id, again.tries) == (first, 2)
    assert (await claim(store, at=5001, settlement=settled(again))).message_id == third


async def test_a_span_learns_when_its_retry_is_due(store: Store) -> None:
    await accept_one(store)
    assignment = await claim(store)
    due_at = EpochMs(NOW + 5000)
    retry = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=due_at)
    result = await store.turn(a_turn(settlement=retry))
    assert (result.assignment, result.next_due_at) == (None, due_at)


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED])
async def test_a_message_refused_for_good_ends(store: Store, status: Status) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    end = settled(assignment, AttemptOutcome.REFUSED, next_status=status, cause="+CMS ERROR 38")
    await settle(store, end, at=7)
    message = await the_message(store, message_id)
    assert (message.status, message.cause, message.settled_at) == (status, "+CMS ERROR 38", NOW + 7)
    assert store.load.open_messages == 0


async def test_the_next_segment_follows_at_once_and_before_anything_else(store: Store) -> None:
    await accept_one(store, segment_count=3)
    older_retry = await accept_one(store)
    segments = []
    assignment = await claim(store)
    for _ in range(3):
        segments.append(assignment.segment)
        assert store.load.waiting_segments == {1: 3 - assignment.segment}
        assignment = await claim(store, settlement=settled(assignment, mr=1))
    assert segments == [0, 1, 2]
    assert assignment.message_id == older_retry


async def test_a_message_is_sent_only_with_its_last_segment(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    assignment = await claim(store, at=10, settlement=settled(assignment, mr=1))
    assert await status_of(store, message_id) is Status.SENDING
    await settle(store, settled(assignment, mr=2), at=20)
    message = await the_message(store, message_id)
    assert (message.status, message.sent_at) == (Status.SENT, NOW + 20)


async def test_a_begun_message_waits_for_its_sim(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    await settle(store, settled(assignment, mr=1))
    assert await status_of(store, message_id) is Status.QUEUED
    late = {"at": 99_000, "steal_before": EpochMs(NOW + 98_000)}
    assert (await store.turn(a_turn(2, **late))).assignment is None
    assert (await store.turn(a_turn(1, sim="another"))).assignment is None
    rest = await claim(store, 1)
    assert (rest.message_id, rest.segment, rest.tries) == (message_id, 1, 1)


async def test_a_begun_message_does_not_go_on_with_a_sim_that_was_swapped_in(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2)
    assignment = await claim(store)
    other = await accept_one(store)
    swapped = await claim(store, settlement=settled(assignment, mr=1), sim="swapped")
    assert swapped.message_id == other
    assert await status_of(store, message_id) is Status.QUEUED


async def test_a_begun_message_goes_on_where_its_sim_has_gone(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2, spans=(Port(1),))
    assignment = await claim(store)
    await settle(store, settled(assignment, mr=1))
    rest = await claim(store, 2, sim="sim1")
    assert (rest.message_id, rest.segment) == (message_id, 1)
    await settle(store, settled(rest, mr=2), 2)
    message = await the_message(store, message_id)
    assert (message.status, message.port) == (Status.SENT, 2)


async def test_the_time_of_a_retry_is_told_to_where_the_sim_has_gone(store: Store) -> None:
    await accept_one(store, segment_count=2)
    assignment = await claim(store)
    assignment = await claim(store, settlement=settled(assignment, mr=1))
    retry = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + 100))
    await settle(store, retry)
    result = await store.turn(a_turn(2, sim="sim1"))
    assert (result.assignment, result.next_due_at) == (None, NOW + 100)
    assert (await store.turn(a_turn(1, sim="another"))).next_due_at is None


async def test_a_begun_message_whose_segment_is_refused_stays_on_its_span(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2, spans=(Port(1), Port(2)))
    assignment = await claim(store)
    assignment = await claim(store, settlement=settled(assignment, mr=1))
    due_at, until = EpochMs(NOW + 100), EpochMs(NOW + 900)
    retry = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=due_at, exclude_until=until)
    result = await store.turn(a_turn(settlement=retry))
    assert (result.assignment, result.next_due_at) == (None, NOW + 100)
    assert (await store.turn(a_turn(2, at=200))).assignment is None
    again = await claim(store, 1, at=100)
    assert (again.message_id, again.segment, again.tries) == (message_id, 1, 2)


async def test_a_message_that_is_too_old_is_not_claimed_but_expires(store: Store) -> None:
    old = await accept_one(store, valid_until=EpochMs(NOW + 10))
    young = await accept_one(store)
    assert (await claim(store, at=10)).message_id == young
    assert await status_of(store, old) is Status.EXPIRED


async def test_a_begun_message_that_is_too_old_expires_between_segments(store: Store) -> None:
    message_id = await accept_one(store, segment_count=2, valid_until=EpochMs(NOW + 10))
    assignment = await claim(store)
    assert (await store.turn(a_turn(at=10, settlement=settled(assignment, mr=1)))).assignment is None
    message = await the_message(store, message_id)
    assert message.status is Status.EXPIRED
    assert "1 of 2 segments" in message.cause


async def test_a_turn_over_very_many_old_messages_lets_others_write_in_between(store: Store) -> None:
    await store.accept([a_message(valid_until=EpochMs(NOW + 1)) for _ in range(250)])
    young = await accept_one(store)
    looks = 0
    while True:
        result = await store.turn(a_turn(at=5))
        looks += 1
        if result.assignment is not None:
            break
        assert result.next_due_at == NOW + 5
    assert result.assignment.message_id == young
    assert 1 < looks < 5


async def test_a_settlement_that_comes_twice_is_ignored(store: Store) -> None:
    message_id = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, mr=1))
    failed = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.FAILED)
    await settle(store, failed)
    assert await status_of(store, message_id) is Status.SENT


async def test_a_port_has_one_open_attempt_at_most(store: Store) -> None:
    await store.accept([a_message(), a_message()])
    await claim(store)
    with pytest.raises(StoreError):
        await store.turn(a_turn())
    assert len(await store.open_attempts()) == 1


async def test_many_spans_claim_at_once_and_no_message_twice(store: Store) -> None:
    ids = await store.accept([a_message() for _ in range(60)])

    async def work(port: int) -> list[MessageId]:
        mine: list[MessageId] = []
        settlement = None
        while (assignment := (await store.turn(a_turn(port, settlement=settlement))).assignment) is not None:
            mine.append(assignment.message_id)
            settlement = settled(assignment)
        return mine

    taken = await asyncio.gather(*(work(port) for port in range(1, 9)))
    assert sorted(message_id for mine in taken for message_id in mine) == ids
    assert store.load.open_messages == 0


async def test_an_account_with_credit_pays_one_per_accepted_segment(store: Store) -> None:
    account = await store.add_account(an_account("prepaid", credit=10), "hash", NOW)
    await accept_one(store, account_id=account.id, segment_count=2)
    assignment = await claim(store)
    refused = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=NOW)
    assignment = await claim(store, settlement=refused)
    assignment = await claim(store, settlement=settled(assignment, mr=1))
    await settle(store, settled(assignment, mr=2))
    found = await store.account(account.id)
    assert found is not None
    assert found.credit == 8


async def test_an_account_without_a_limit_keeps_none(store: Store) -> None:
    await send(store, await accept_one(store))
    (account,) = await store.accounts()
    assert account.credit is None


@pytest.mark.parametrize("by_ms", [-40 * VALIDITY_MS, 40 * VALIDITY_MS])
async def test_what_waits_is_not_touched_by_a_clock_that_is_set(store: Store, by_ms: int) -> None:
    retried, waiting = await accept_one(store), await accept_one(store, port=2, spans=(2,))
    assignment = await claim(store)
    retry = settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + 5000))
    await settle(store, retry)
    await store.clock_was_set(by_ms)
    assert await store.expire(EpochMs(NOW + by_ms + VALIDITY_MS - 1)) == 0
    assert (await store.turn(a_turn(1, at=by_ms + 4999))).next_due_at == NOW + by_ms + 5000
    assert (await claim(store, 1, at=by_ms + 5000)).message_id == retried
    assert await store.expire(EpochMs(NOW + by_ms + VALIDITY_MS)) == 1
    assert await status_of(store, waiting) is Status.EXPIRED


async def test_the_sim_of_a_span_is_that_of_its_newest_attempt(store: Store) -> None:
    assert await store.last_sim(Port(1)) == ""
    for sim in ("old", "new"):
        await accept_one(store)
        await settle(store, settled(await claim(store, sim=sim), mr=1))
    assert (await store.last_sim(Port(1)), await store.last_sim(Port(2))) == ("new", "")
