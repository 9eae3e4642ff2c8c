"""Every store: quotas of SIMs and accounts, what counts against them, and messages that are held for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.core.pacing import Limits, Owner, OwnerKind, Pace, Pause, Usage
from gateway.core.period import Period
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.pacing import Blocked, HeldBy, HeldFor
from gateway.store.sending import AttemptOutcome, TurnResult
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

HOUR = 3_600_000
# `NOW` is 10:00 UTC on 26 March 2024.
MIDNIGHT = EpochMs(int(datetime(2024, 3, 27, tzinfo=UTC).timestamp() * 1000))
TO_MIDNIGHT = MIDNIGHT - NOW
FOR_SIMS = HeldFor(by=HeldBy.SIM)


def sim_pace(port: int = 1, **limits: Any) -> Pace:
    return Pace(owner=Owner.of_sim(f"sim{port}", Port(port)), name=f"sim{port}", limits=Limits(**limits))


def shop(**limits: Any) -> dict[AccountId, Pace]:
    return {AccountId(1): Pace(owner=Owner.of_account(AccountId(1)), name="shop", limits=Limits(**limits))}


async def sim_used(store: Store, pace: Pace, *, at: int = 0) -> int:
    usage = (await store.usages(OwnerKind.SIM)).get(pace.owner.key, Usage())
    return usage.used(pace.limits, Period.DAY, EpochMs(NOW + at))


async def account_used(store: Store, paces: dict[AccountId, Pace]) -> int:
    usage = (await store.usages(OwnerKind.ACCOUNT)).get("1", Usage())
    return usage.used(paces[AccountId(1)].limits, Period.DAY, NOW)


async def look(store: Store, pace: Pace, *, at: int = 0, **changes: Any) -> TurnResult:
    return await store.turn(a_turn(at=at, pace=pace, **changes))


# --- of a SIM -------------------------------------------------------------------------------------


async def test_sim_that_has_used_up_its_quota_gets_nothing_until_it_begins_anew(store: Store) -> None:
    pace = sim_pace(per_day=2)
    for _ in range(3):
        await accept_one(store)
    one = await claim(store, pace=pace)
    result = await look(store, pace, settlement=settled(one))
    assert result.assignment is not None
    assert result.room == 0
    result = await look(store, pace, settlement=settled(result.assignment))
    assert result.assignment is None
    assert result.pause == Pause(until=MIDNIGHT, period=Period.DAY, used=2, quota=2)
    assert (await look(store, pace, at=TO_MIDNIGHT - 1)).pause is not None
    assert (await look(store, pace, at=TO_MIDNIGHT)).assignment is not None


async def test_what_was_refused_or_never_sent_does_not_count(store: Store) -> None:
    pace = sim_pace(per_day=9)
    paces = shop(per_day=9)
    await accept_one(store, segment_count=2)
    for outcome in (AttemptOutcome.REFUSED, AttemptOutcome.NOT_SENT):
        assignment = await claim(store, pace=pace, account_paces=paces)
        assert await sim_used(store, pace) == 1
        assert await account_used(store, paces) == 2
        again = settled(assignment, outcome, next_status=Status.QUEUED)
        await store.turn(a_turn(settlement=again, claim=False, pace=pace))
        assert await sim_used(store, pace) == 0
        assert await account_used(store, paces) == 0


async def test_what_may_have_been_sent_counts_until_it_is_known_that_it_was_not(store: Store) -> None:
    pace, paces = sim_pace(per_day=9), shop(per_day=9)
    await accept_one(store)
    assignment = await claim(store, pace=pace, account_paces=paces)
    lost = settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + HOUR))
    await store.turn(a_turn(at=1000, settlement=lost, claim=False, pace=pace))
    assert await sim_used(store, pace) == 1
    assert await store.evidence(assignment.attempt_id, mr=None, refused="+CMS ERROR: 38", now=EpochMs(NOW + 2000))
    assert await sim_used(store, pace) == 0
    assert await account_used(store, paces) == 0


async def test_sending_again_counts_again_for_the_sim_and_not_for_the_account(store: Store) -> None:
    pace, paces = sim_pace(per_day=9), shop(per_day=9)
    await accept_one(store)
    assignment = await claim(store, pace=pace, account_paces=paces)
    lost = settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=NOW)
    await store.turn(a_turn(settlement=lost, claim=False, pace=pace))
    await store.decide_ambiguous(assignment.attempt_id, resend=True, cause="", now=NOW)
    assert (await claim(store, pace=pace, account_paces=paces)).is_possible_duplicate
    assert await sim_used(store, pace) == 2
    assert await account_used(store, paces) == 1


async def test_segment_under_way_at_midnight_counts_for_the_day_in_which_it_went_out(store: Store) -> None:
    pace = sim_pace(per_day=1)
    await accept_one(store)
    await accept_one(store)
    before = TO_MIDNIGHT - 1000
    assignment = await claim(store, at=before, pace=pace)
    result = await look(store, pace, at=TO_MIDNIGHT + 1000, settlement=settled(assignment))
    assert result.pause is not None
    assert result.pause.until == MIDNIGHT + 24 * HOUR


async def test_message_that_does_not_fit_into_the_rest_is_held_and_a_shorter_one_goes(store: Store) -> None:
    pace = sim_pace(per_day=3)
    await send_limited(store, pace, count=2)
    long = await accept_one(store, segment_count=2)
    short = await accept_one(store)
    assert (await claim(store, pace=pace)).message_id == short
    message = await the_message(store, long)
    assert message.status is Status.HELD
    assert message.cause == (
        "day quota of SIM sim1 has room for 1 of 2 segments (2 of 3 are used), goes on at 2024-03-27 00:00 UTC"
    )
    assert await store.release(NOW) == MIDNIGHT
    await store.release(MIDNIGHT)
    assert await status_of(store, long) is Status.QUEUED


async def test_message_that_does_not_fit_is_left_to_a_span_that_has_room(store: Store) -> None:
    pace = sim_pace(per_day=3)
    await send_limited(store, pace, count=2)
    long = await accept_one(store, segment_count=2, port=Port(1), spans=(Port(1), Port(2)))
    assert (await look(store, pace, rooms={Port(2): 1, Port(3): 9})).assignment is None
    assert await status_of(store, long) is Status.HELD
    assert await store.free_held(HeldFor(by=HeldBy.ROOM, port=Port(2)), NOW, limit=10) == 1
    assert (await look(store, pace, rooms={Port(2): 2})).assignment is None
    message = await the_message(store, long)
    assert (message.status, message.port) == (Status.QUEUED, 2)
    assert (await claim(store, 2)).message_id == long


async def test_message_longer_than_the_quota_begins_in_an_unused_period_and_waits_between_its_segments(
    store: Store,
) -> None:
    pace = sim_pace(per_day=2)
    message_id = await accept_one(store, segment_count=3, valid_until=EpochMs(NOW + VALIDITY_MS))
    one = await claim(store, pace=pace)
    two = (await look(store, pace, settlement=settled(one))).assignment
    assert two is not None
    result = await look(store, pace, settlement=settled(two))
    assert result.assignment is None
    message = await the_message(store, message_id)
    assert message.status is Status.QUEUED
    assert message.cause == "day quota of SIM sim1 is used up (2 of 2 segments), goes on at 2024-03-27 00:00 UTC"
    three = (await look(store, pace, at=TO_MIDNIGHT)).assignment
    assert three is not None
    await settle(store, settled(three), at=TO_MIDNIGHT)
    assert await status_of(store, message_id) is Status.SENT


async def test_gap_follows_a_segment_and_its_length_is_the_callers(store: Store) -> None:
    pace = sim_pace(gap_ms=2000, gap_jitter_ms=1000)
    await accept_one(store, segment_count=2)
    one = await claim(store, pace=pace)
    result = await look(store, pace, at=500, settlement=settled(one), jitter=0.5)
    assert result.pause == Pause(until=EpochMs(NOW + 3000))
    assert (await look(store, pace, at=2999)).assignment is None
    assert (await look(store, pace, at=3000)).assignment is not None


async def test_gap_is_kept_when_the_process_ended_before_the_answer(store: Store) -> None:
    pace = sim_pace(gap_ms=2000)
    await accept_one(store)
    await accept_one(store)
    one = await claim(store, pace=pace)
    await store.lose_attempt(one.attempt_id, cause="stopped", decide_at=EpochMs(NOW + HOUR))
    assert (await look(store, pace, at=1999)).pause == Pause(until=EpochMs(NOW + 2000))
    assert (await look(store, pace, at=2000)).assignment is not None


async def test_there_is_no_gap_after_what_never_left(store: Store) -> None:
    pace = sim_pace(gap_ms=2000)
    await accept_one(store)
    again = settled(await claim(store, pace=pace), AttemptOutcome.NOT_SENT, next_status=Status.QUEUED)
    assert (await look(store, pace, settlement=again)).assignment is not None


# --- of an account --------------------------------------------------------------------------------


async def test_messages_over_the_quota_of_their_account_are_held_and_others_go_on(store: Store) -> None:
    paces = shop(per_day=3)
    await store.add_account(replace((await store.accounts())[0], name="till"), "hash", NOW)
    ours = [await accept_one(store, segment_count=2) for _ in range(2)]
    other = await accept_one(store, account_id=AccountId(2))
    one = await claim(store, account_paces=paces)
    assert one.message_id == ours[0]
    assert (await claim(store, 2, account_paces=paces)).message_id == other
    message = await the_message(store, ours[1])
    assert message.status is Status.HELD
    assert message.cause == (
        "day quota of account shop has room for 1 of 2 segments (2 of 3 are used), goes on at 2024-03-27 00:00 UTC"
    )
    assert store.load.open_messages == 3


async def test_message_that_is_begun_is_not_torn_apart_by_the_quota_of_its_account(store: Store) -> None:
    paces = shop(per_day=2)
    long = await accept_one(store, segment_count=2)
    short = await accept_one(store)
    one = await claim(store, account_paces=paces)
    assert (await store.turn(a_turn(2, account_paces=paces))).assignment is None
    assert await status_of(store, short) is Status.HELD
    two = (await store.turn(a_turn(settlement=settled(one), account_paces=paces))).assignment
    assert two is not None
    await settle(store, settled(two))
    assert await status_of(store, long) is Status.SENT


# --- held -----------------------------------------------------------------------------------------


async def send_limited(store: Store, pace: Pace, *, count: int) -> None:
    for _ in range(count):
        await accept_one(store)
        one = await claim(store, pace=pace)
        await store.turn(a_turn(settlement=settled(one), claim=False, pace=pace))


def blocked(*ports: int, until: EpochMs = MIDNIGHT) -> dict[Port, Blocked]:
    pause = Pause(until=until, period=Period.DAY, used=5, quota=5)
    return {Port(port): Blocked(pace=sim_pace(port, per_day=5), pause=pause) for port in ports}


async def test_messages_that_only_spans_over_their_quota_may_send_are_held(store: Store) -> None:
    mine = await accept_one(store, port=Port(1), spans=(Port(1),))
    able = await accept_one(store, port=Port(1), spans=(Port(1), Port(2)))
    another = await accept_one(store, port=Port(3), spans=(Port(3),))
    assert await store.hold(blocked(1), frozenset({Port(2)}), NOW, limit=10) == 1
    message = await the_message(store, mine)
    assert message.status is Status.HELD
    assert message.cause == "day quota of SIM sim1 is used up (5 of 5 segments), goes on at 2024-03-27 00:00 UTC"
    assert await status_of(store, able) is await status_of(store, another) is Status.QUEUED
    assert await store.hold(blocked(1, 2), frozenset({Port(3)}), NOW, limit=10) == 1
    assert await status_of(store, able) is Status.HELD


async def test_reason_is_the_span_that_can_send_first_and_of_several_the_one_it_prefers(store: Store) -> None:
    mine = await accept_one(store, port=Port(2))
    sooner = await accept_one(store, port=Port(2), spans=(Port(2), Port(3)))
    later = {**blocked(1, 2), **blocked(3, until=EpochMs(MIDNIGHT - 1))}
    await store.hold({at: one for at, one in later.items() if at != 3}, frozenset({Port(3)}), NOW, limit=1)
    assert await status_of(store, mine) is Status.QUEUED
    await store.hold(blocked(1, 2), frozenset(), NOW, limit=1)
    assert "SIM sim2 " in (await the_message(store, mine)).cause
    await store.hold(later, frozenset(), NOW, limit=1)
    assert "SIM sim3 " in (await the_message(store, sooner)).cause


async def test_holding_is_bounded_and_the_first_ones_are_held_first(store: Store) -> None:
    ids = await store.accept([a_message() for _ in range(5)])
    assert await store.hold(blocked(1), frozenset(), NOW, limit=3) == 3
    assert [await status_of(store, one) for one in ids] == [Status.HELD] * 3 + [Status.QUEUED] * 2
    assert await store.hold(blocked(1), frozenset(), NOW, limit=3) == 2
    assert await store.hold(blocked(1), frozenset(), NOW, limit=3) == 0


async def test_messages_held_for_their_account_go_on_when_its_quota_begins_anew(store: Store) -> None:
    paces = shop(per_day=1)
    await store.accept([a_message() for _ in range(3)])
    first = await claim(store, account_paces=paces)
    assert (await store.turn(a_turn(settlement=settled(first), account_paces=paces))).assignment is None
    assert await store.release(EpochMs(MIDNIGHT - 1)) == MIDNIGHT
    assert (await store.turn(a_turn(at=TO_MIDNIGHT - 1, account_paces=paces))).assignment is None
    assert await store.release(MIDNIGHT) is None
    second = await claim(store, at=TO_MIDNIGHT, account_paces=paces)
    assert second.message_id == first.message_id + 1


async def held_for_the_account(store: Store, count: int, paces: dict[AccountId, Pace]) -> list[MessageId]:
    """Have the quota of the account used up by one message; gives `count` others that are held for it."""
    first, *held = await store.accept([a_message() for _ in range(1 + count)])
    sent = await claim(store, account_paces=paces)
    assert sent.message_id == first
    assert (await store.turn(a_turn(settlement=settled(sent), account_paces=paces))).assignment is None
    assert [await status_of(store, one) for one in held] == [Status.HELD] * count
    return held


@pytest.mark.parametrize("at_once", [1, 2, 100])
async def test_of_messages_held_for_their_account_only_those_go_for_which_there_is_room(
    store: Store, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.store.backends.sqlite.pacing.KEPT_AT_ONCE", at_once)
    held = await held_for_the_account(store, 5, shop(per_day=1))
    next_midnight = EpochMs(MIDNIGHT + 24 * HOUR)
    await store.keep_held(shop(per_day=2), MIDNIGHT)
    assert await store.release(MIDNIGHT) == next_midnight
    assert [await status_of(store, one) for one in held] == [Status.QUEUED] * 2 + [Status.HELD] * 3
    cause = "day quota of account shop is used up (2 of 2 segments), goes on at 2024-03-28 00:00 UTC"
    assert {(await the_message(store, one)).cause for one in held[2:]} == {cause}
    await store.keep_held(shop(per_day=2), next_midnight)
    await store.release(next_midnight)
    assert [await status_of(store, one) for one in held] == [Status.QUEUED] * 4 + [Status.HELD]


async def test_messages_held_for_their_account_wait_on_before_their_time_comes_or_when_it_is_over_otherwise(
    store: Store,
) -> None:
    held = await held_for_the_account(store, 3, shop(per_day=1))
    causes = [(await the_message(store, one)).cause for one in held]
    await store.keep_held(shop(per_day=1), EpochMs(MIDNIGHT - 1))
    assert [(await the_message(store, one)).cause for one in held] == causes
    # A quota that is gone meanwhile, or that of another account, keeps nobody.
    await store.keep_held({}, MIDNIGHT)
    await store.keep_held({AccountId(2): shop(per_day=1)[AccountId(1)]}, MIDNIGHT)
    await store.keep_held({AccountId(1): replace(shop()[AccountId(1)], limits=Limits())}, MIDNIGHT)
    assert await store.release(MIDNIGHT) is None
    assert [await status_of(store, one) for one in held] == [Status.QUEUED] * 3


async def test_messages_held_for_a_sim_stay_until_somebody_has_room_and_go_in_their_old_order(store: Store) -> None:
    ids = await store.accept([a_message() for _ in range(3)])
    await store.hold(blocked(1), frozenset(), NOW, limit=10)
    assert await store.release(MIDNIGHT) is None
    assert await store.free_held(FOR_SIMS, MIDNIGHT, limit=2) == 2
    assert [await status_of(store, one) for one in ids] == [Status.QUEUED, Status.QUEUED, Status.HELD]
    assert await store.free_held(FOR_SIMS, MIDNIGHT, limit=2) == 1
    for message_id in ids:
        await send(store, message_id, at=TO_MIDNIGHT)


async def test_message_that_was_put_off_and_is_held_now_waits_for_the_quota_alone(store: Store) -> None:
    at = EpochMs(NOW + HOUR)
    message_id = await accept_one(store, send_at=at, valid_until=EpochMs(at + VALIDITY_MS), is_credit_late=True)
    assert await store.release(at) is None
    assert await store.hold(blocked(1), frozenset(), at, limit=10) == 1
    assert await store.release(at) is None
    assert await status_of(store, message_id) is Status.HELD
    assert await store.scheduled(AccountId(1), limit=10, offset=0) == []
    assert await store.free_held(FOR_SIMS, at, limit=10) == 1
    assert await status_of(store, message_id) is Status.QUEUED


@pytest.mark.parametrize(
    ("which", "freed"),
    [
        (HeldFor(by=HeldBy.SIM), ["sim", "any"]),
        (HeldFor(by=HeldBy.SIM, port=Port(1)), ["sim", "any"]),
        (HeldFor(by=HeldBy.SIM, port=Port(11)), ["any"]),
        (HeldFor(by=HeldBy.ACCOUNT, account_id=AccountId(1)), ["account"]),
        (HeldFor(by=HeldBy.ACCOUNT, account_id=AccountId(2)), []),
    ],
    ids=["by a SIM", "for a span", "for another span", "of an account", "of another account"],
)
async def test_held_messages_are_freed_before_their_time(store: Store, which: HeldFor, freed: list[str]) -> None:
    ids = {"sim": await accept_one(store, spans=(Port(1),)), "any": await accept_one(store)}
    await store.hold(blocked(1), frozenset(), NOW, limit=10)
    await accept_one(store)
    paces = shop(per_day=1)
    await claim(store, 5, account_paces=paces)
    ids["account"] = await accept_one(store)
    assert (await store.turn(a_turn(6, account_paces=paces))).assignment is None
    assert await store.free_held(which, NOW, limit=10) == len(freed)
    assert [name for name, one in ids.items() if await status_of(store, one) is Status.QUEUED] == freed


async def test_held_message_can_be_withdrawn_and_expires(store: Store) -> None:
    ids = await store.accept([a_message(), a_message()])
    await store.hold(blocked(1), frozenset(), NOW, limit=10)
    assert await store.cancel(ids[0], account_id=None, now=NOW) is Status.CANCELLED
    await store.expire(EpochMs(NOW + VALIDITY_MS))
    expired = await the_message(store, ids[1])
    assert expired.status is Status.EXPIRED
    assert expired.cause.startswith("its validity ended while it was held: day quota of SIM sim1 is used up (5 of 5 ")
    assert await store.release(EpochMs(NOW + VALIDITY_MS)) is None
    assert store.load.open_messages == 0


async def test_clock_that_was_set_moves_use_along_and_has_held_messages_looked_at_anew(store: Store) -> None:
    pace, paces = sim_pace(per_day=2), shop(per_day=1)
    await send_limited(store, pace, count=2)
    await accept_one(store)
    message_id = await accept_one(store)
    await claim(store, 2, account_paces=paces)
    assert (await store.turn(a_turn(3, account_paces=paces))).assignment is None
    assert await status_of(store, message_id) is Status.HELD
    by = 400 * 24 * HOUR
    await store.clock_was_set(by)
    assert await sim_used(store, pace, at=by) == 2
    await store.release(EpochMs(NOW + by))
    assert await status_of(store, message_id) is Status.QUEUED
    result = await look(store, pace, at=by)
    assert result.pause is not None
    assert result.pause.until == MIDNIGHT + by


# --- kept -----------------------------------------------------------------------------------------


async def test_use_and_held_messages_survive_a_restart(make_store: Callable[[], Store]) -> None:
    pace, paces = sim_pace(per_day=2, per_month=100, gap_ms=5000), shop(per_day=9)
    first = make_store()
    await first.open()
    await first.add_account(an_account("shop"), "hash", NOW)
    for at in (-60_000, -50_000):
        await accept_one(first)
        one = await claim(first, pace=pace, account_paces=paces, at=at)
        await first.turn(a_turn(settlement=settled(one), claim=False, pace=pace, at=at))
    held = await accept_one(first)
    await first.hold(blocked(1), frozenset(), NOW, limit=10)
    usages = await first.usages(OwnerKind.SIM), await first.usages(OwnerKind.ACCOUNT)
    await first.close()
    second = make_store()
    await second.open()
    assert (await second.usages(OwnerKind.SIM), await second.usages(OwnerKind.ACCOUNT)) == usages
    assert await status_of(second, held) is Status.HELD
    result = await look(second, pace)
    assert result.pause == Pause(until=MIDNIGHT, period=Period.DAY, used=2, quota=2)
    await second.close()


async def test_limits_of_owners_are_kept_and_forgotten(store: Store) -> None:
    owner = Owner.of_sim("sim1", Port(1))
    await store.save_own_limits(owner, {"per_day": 500})
    await store.save_own_limits(owner, {"per_day": 400, "gap_s": 1.5})
    assert await store.own_limits(OwnerKind.SIM) == {"sim1": {"per_day": 400, "gap_s": 1.5}}
    assert await store.own_limits(OwnerKind.ACCOUNT) == {}
    await store.save_own_limits(owner, {})
    assert await store.own_limits(OwnerKind.SIM) == {}


async def test_without_limits_nothing_is_counted(store: Store) -> None:
    await send(store, await accept_one(store))
    assert await store.usages(OwnerKind.SIM) == {}
    assert await store.usages(OwnerKind.ACCOUNT) == {}
