"""A span is left: what was not begun goes to others, what was begun is finished there."""

from __future__ import annotations

import pytest

from gateway.core.status import Status
from gateway.core.types import EpochMs, Port
from gateway.store.backend import Store
from gateway.store.news import News, WorkAdded
from gateway.store.sending import AttemptOutcome
from tests.support.store import NOW, a_message, a_turn, accept_one, claim, settle, settled, status_of

TWO = Port(2)


async def leave(store: Store, port: int = 2) -> int:
    total = 0
    while left := await store.leave_span(Port(port)):
        total += left
    return total


async def test_others_have_what_preferred_it_at_once_and_in_order(store: Store) -> None:
    first, second = await store.accept([a_message(port=TWO), a_message(port=TWO, spans=(Port(1), TWO))])
    assert (await store.turn(a_turn(1))).assignment is None
    news: list[News] = []
    store.listen(news.append)
    assert await leave(store) == 2
    assert {WorkAdded(port=None, spans=()), WorkAdded(port=None, spans=(Port(1), TWO))} == set(news)
    assignment = await claim(store, 1)
    assert assignment.message_id == first
    assert (await claim(store, 1, settlement=settled(assignment))).message_id == second


async def test_what_it_alone_may_send_stays(store: Store) -> None:
    mine = await accept_one(store, port=TWO, spans=(TWO,))
    other = await accept_one(store, port=Port(3))
    assert await leave(store) == 0
    assert (await claim(store, 2)).message_id == mine
    assert (await claim(store, 3)).message_id == other


async def test_a_retry_that_is_not_due_yet_stays_so(store: Store) -> None:
    message_id = await accept_one(store, port=TWO)
    assignment = await claim(store, 2)
    retry = settled(
        assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=EpochMs(NOW + 5000), cause="busy"
    )
    await settle(store, retry, 2)
    assert await leave(store) == 1
    assert (await store.turn(a_turn(1, at=4999))).next_due_at == NOW + 5000
    assert (await claim(store, 1, at=5000)).message_id == message_id


async def test_all_of_many_leave_and_are_no_load_of_the_span_any_more(store: Store) -> None:
    await store.accept([a_message(port=TWO, segment_count=2) for _ in range(1100)])
    assert store.load.waiting_segments[TWO] == 2200
    assert await leave(store) == 1100
    assert (store.load.waiting_segments.get(TWO, 0), store.load.open_by_port.get(TWO, 0)) == (0, 0)
    assert store.load.open_messages == 1100


async def test_begun_are_those_at_the_modem_those_in_the_middle_and_those_with_an_open_question(store: Store) -> None:
    assert await store.begun(TWO) == 0
    await accept_one(store, port=TWO, segment_count=2)
    assert await store.begun(TWO) == 0
    assignment = await claim(store, 2)
    assert (await store.begun(TWO), await store.begun(Port(1))) == (1, 0)
    await settle(store, settled(assignment, mr=1), 2)
    assert await store.begun(TWO) == 1, "one segment is out, the other waits for the same SIM"
    assignment = await claim(store, 2)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 1000)), 2)
    assert await store.begun(TWO) == 1
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="silence", now=EpochMs(NOW + 1000))
    assert await store.begun(TWO) == 0


@pytest.mark.parametrize("port", [2, None], ids=["its own", "anybody's"])
async def test_a_turn_for_begun_ones_only_takes_nothing_else(store: Store, port: int | None) -> None:
    begun = await accept_one(store, port=TWO, segment_count=2)
    await settle(store, settled(await claim(store, 2), mr=1), 2)
    new = await accept_one(store, port=port)
    rest = await claim(store, 2, only_begun=True)
    assert rest.message_id == begun
    result = await store.turn(a_turn(2, settlement=settled(rest, mr=2), only_begun=True, steal_before=EpochMs(NOW + 1)))
    assert (result.assignment, result.next_due_at) == (None, None)
    assert [await status_of(store, one) for one in (begun, new)] == [Status.SENT, Status.QUEUED]
