"""A span that refuses a message does not get it for a while; whoever else may send it, does, then and later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.core.pacing import Limits, Owner, Pace, Pause
from gateway.core.period import Period
from gateway.core.status import Status
from gateway.core.types import EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.news import News, WorkAdded
from gateway.store.pacing import Blocked, HeldBy, HeldFor
from gateway.store.sending import AttemptOutcome, TurnResult
from tests.support.store import NOW, a_turn, accept_one, an_account, claim, settle, settled, status_of, the_message

AWAY_MS = 900_000


async def refuse(store: Store, port: int = 1, *, at: int = 0, away_ms: int = AWAY_MS) -> None:
    """Have the span claim a message and refuse it, so that it is kept from it for `away_ms`."""
    assignment = await claim(store, port, at=at)
    now = EpochMs(NOW + at)
    refusal = settled(
        assignment,
        AttemptOutcome.REFUSED,
        next_status=Status.QUEUED,
        due_at=now,
        exclude_until=EpochMs(now + away_ms),
        cause="+CMS ERROR 28",
    )
    await settle(store, refusal, port, at=at)


async def look(store: Store, port: int, at: int) -> TurnResult:
    """Have the span look for work as it does: what waits too long for others, too."""
    return await store.turn(a_turn(port, at=at, steal_before=EpochMs(NOW + at - 1)))


async def taken(store: Store, port: int, at: int) -> MessageId | None:
    """Give what the span takes then."""
    assignment = (await look(store, port, at)).assignment
    return None if assignment is None else assignment.message_id


async def test_the_others_have_it_at_once_and_the_span_that_refused_not_before_its_time(store: Store) -> None:
    message_id = await accept_one(store, port=Port(1), spans=(Port(1), Port(2)))
    news: list[News] = []
    store.listen(news.append)
    await refuse(store)
    assert WorkAdded(port=None, spans=(Port(2),)) in news
    assert await taken(store, 3, 9000) is None, "a port that the caller did not name"
    assert (await look(store, 1, AWAY_MS - 1)).next_due_at == NOW + AWAY_MS
    assert await taken(store, 2, 1) == message_id


async def test_the_span_that_refused_may_have_it_again_when_nobody_else_took_it(store: Store) -> None:
    message_id = await accept_one(store, port=Port(1), spans=(Port(1), Port(2)))
    await refuse(store)
    news: list[News] = []
    store.listen(news.append)
    assert await taken(store, 1, AWAY_MS - 1) is None
    assert await taken(store, 3, AWAY_MS) is None
    assert WorkAdded(port=None, spans=(Port(1), Port(2))) in news, "whoever may have it again is woken"
    again = (await look(store, 1, AWAY_MS)).assignment
    assert again is not None
    assert (again.message_id, again.spans, again.excluded) == (message_id, (1, 2), ())


async def test_a_span_that_comes_to_be_later_may_send_what_any_span_may(store: Store) -> None:
    message_id = await accept_one(store)
    await refuse(store)
    assert await taken(store, 1, 5) is None
    late = (await look(store, 7, 5)).assignment
    assert late is not None
    assert (late.message_id, late.spans, late.excluded) == (message_id, (), (1,))


async def test_each_exclusion_ends_by_itself(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1), Port(2)))
    await refuse(store, 1, at=0, away_ms=1000)
    await refuse(store, 2, at=10, away_ms=1000)
    assert [await taken(store, port, 999) for port in (1, 2)] == [None, None]
    assert await taken(store, 2, 1005) is None
    assert await taken(store, 1, 1006) == message_id


async def test_one_that_refuses_again_is_kept_away_anew(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1),))
    await refuse(store, 1, at=0, away_ms=1000)
    await refuse(store, 1, at=1000, away_ms=5000)
    assert await taken(store, 1, 5999) is None
    assert await taken(store, 1, 6000) == message_id


async def test_an_exclusion_outlives_the_process(make_store: Callable[[], Store]) -> None:
    store = make_store()
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    message_id = await accept_one(store, spans=(Port(1), Port(2)))
    await refuse(store)
    await store.close()
    store = make_store()
    await store.open()
    assert (await look(store, 1, 10)).next_due_at == NOW + AWAY_MS
    assert await taken(store, 1, AWAY_MS - 1) is None
    assert await taken(store, 1, AWAY_MS) == message_id
    await store.close()


async def test_an_exclusion_lasts_as_long_when_the_clock_is_set(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1),))
    await refuse(store, away_ms=1000)
    await store.clock_was_set(50_000)
    assert await taken(store, 1, 50_999) is None
    assert await taken(store, 1, 51_000) == message_id


async def test_a_person_can_end_what_is_kept_from_a_span(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1), Port(2)))
    await refuse(store, 1)
    await refuse(store, 2, at=1)
    await store.end_exclusions(Port(2))
    assert await taken(store, 1, 5) is None
    assert await taken(store, 2, 5) == message_id


async def test_a_message_that_has_ended_meanwhile_stays_ended(store: Store) -> None:
    message_id = await accept_one(store, spans=(Port(1), Port(2)))
    await refuse(store, away_ms=1000)
    assert await store.cancel(message_id, account_id=None, now=EpochMs(NOW + 5)) is Status.CANCELLED
    assert await taken(store, 1, 1000) is None
    assert await status_of(store, message_id) is Status.CANCELLED
    assert (await look(store, 1, 1001)).next_due_at is None


async def test_many_exclusions_end_in_small_steps_and_all_of_them(store: Store) -> None:
    ids = [await accept_one(store, spans=(Port(1),)) for _ in range(250)]
    for _ in ids:
        await refuse(store, away_ms=1000)
    claimed = []
    assignment = (await look(store, 1, 1000)).assignment
    while assignment is not None:
        claimed.append(assignment.message_id)
        turn = a_turn(1, at=1000, settlement=settled(assignment))
        result = await store.turn(turn)
        assignment = result.assignment or (await look(store, 1, 1000)).assignment
    assert claimed == ids


PAUSE = Pause(until=EpochMs(NOW + 1), period=Period.DAY, used=5, quota=5)


def over_quota(*ports: int) -> dict[Port, Blocked]:
    paces = {
        port: Pace(owner=Owner.of_sim(f"sim{port}", Port(port)), name=f"sim{port}", limits=Limits(per_day=5))
        for port in ports
    }
    return {Port(port): Blocked(pace=pace, pause=PAUSE) for port, pace in paces.items()}


@pytest.mark.parametrize("spans", [(), (Port(1), Port(2))], ids=["any span", "named spans"])
async def test_a_quota_holds_what_is_kept_from_another_span_and_lets_it_go_to_its_own_only(
    store: Store, spans: tuple[Port, ...]
) -> None:
    message_id = await accept_one(store, spans=spans)
    await refuse(store)
    assert await store.hold(over_quota(1), frozenset(), NOW, limit=10) == 0, "it does not wait for span 1"
    assert await store.hold(over_quota(1, 2), frozenset({Port(2)}), NOW, limit=10) == 0, "span 2 can send it"
    assert await store.hold(over_quota(1, 2), frozenset({Port(1)}), NOW, limit=10) == 1
    assert "SIM sim2 " in (await the_message(store, message_id)).cause
    assert await store.free_held(HeldFor(by=HeldBy.SIM, port=Port(1)), NOW, limit=10) == 0
    assert await store.free_held(HeldFor(by=HeldBy.SIM, port=Port(2)), NOW, limit=10) == 1
    assert await taken(store, 2, 1) == message_id
