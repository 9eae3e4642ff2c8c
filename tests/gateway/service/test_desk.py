"""The front desk on a real store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.settings import Settings
from gateway.core.account import Account, Role
from gateway.core.number import Number
from gateway.core.span import Span, SpanState, SpanTimes
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import InvalidFieldError, NoCreditError, NoSpanError, NotAllowedError, QueueFullError
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.submitting import ConcatRefs, Submission
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.support.clock import FakeClock

ONE = Number(given="0171 1", normalised="+491711")
TWO = Number(given="+491712", normalised="+491712")


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    clock = FakeClock()
    settings = Settings.model_validate({"queue": {"limit": 3}, "text": {"max_segments": 2}})
    board = SpanBoard(lambda: store.load)
    board.put([Span(port=Port(1), name="gsm-1"), Span(port=Port(2), name="gsm-2")])
    board.set_condition(Port(1), SpanCondition(state=SpanState.READY, reason=""))
    yield Service(settings=settings, store=store, accounts=Accounts(store, clock=clock), board=board, clock=clock)
    await store.close()


@pytest.fixture
async def account(service: Service) -> Account:
    account = Account(id=AccountId(0), name="shop", role=Role.SENDER)
    return await service.store.add_account(account, "-", EpochMs(0))


def _submission(*numbers: Number, text: str = "hello", spans: tuple[int, ...] = ()) -> Submission:
    return Submission(
        dialect="openvox", numbers=numbers or (ONE,), text=text, spans=tuple(Port(span) for span in spans)
    )


async def test_an_accepted_message_is_in_the_outbox_as_it_was_given(service: Service, account: Account) -> None:
    accepted = await service.submit(account, _submission(ONE, TWO, text="Grüße"))
    assert [(one.number, one.port) for one in accepted] == [(ONE, 1), (TWO, 1)]
    rows = (await service.outbox(account)).rows
    assert [(row.id, row.recipient_given, row.recipient, row.text, row.status) for row in reversed(rows)] == [
        (accepted[0].id, "0171 1", "+491711", "Grüße", Status.QUEUED),
        (accepted[1].id, "+491712", "+491712", "Grüße", Status.QUEUED),
    ]


@pytest.mark.parametrize("text", ["", "a\x00b", "half \ud83d"], ids=["nothing", "NUL", "lone surrogate"])
async def test_what_no_phone_can_show_is_refused(service: Service, account: Account, text: str) -> None:
    with pytest.raises(InvalidFieldError, match="not sendable"):
        await service.submit(account, _submission(text=text))


async def test_a_text_over_the_limit_is_refused_with_both_figures(service: Service, account: Account) -> None:
    await service.submit(account, _submission(text="x" * 306))
    with pytest.raises(InvalidFieldError, match="too long, 3 segments, at most 2"):
        await service.submit(account, _submission(text="x" * 307))


async def test_refusals_come_in_the_promised_order(service: Service, account: Account) -> None:
    poor = replace(account, credit=1, spans=frozenset({Port(1)}))
    cases = [
        (replace(poor, role=Role.VIEWER), _submission(text=""), NotAllowedError),
        (poor, _submission(text="", spans=(2,)), InvalidFieldError),
        (poor, _submission(text="x" * 200, spans=(2,)), NotAllowedError),
        (poor, _submission(*[ONE] * 4), NoCreditError),
        (account, _submission(*[ONE] * 4), QueueFullError),
        (replace(account, spans=frozenset({Port(9)})), _submission(), NoSpanError),
    ]
    for who, submission, error in cases:
        with pytest.raises(error):
            await service.submit(who, submission)
    assert (await service.outbox(account)).total == 0


async def test_the_queue_limit_holds_for_requests_at_the_same_time(service: Service, account: Account) -> None:
    results = await asyncio.gather(*(service.submit(account, _submission()) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, QueueFullError) for result in results) == 7
    assert (await service.outbox(account)).total == 3


async def test_the_account_has_a_limit_of_its_own(service: Service, account: Account) -> None:
    limited = replace(account, queue_limit=1)
    await service.submit(limited, _submission())
    with pytest.raises(QueueFullError):
        await service.submit(limited, _submission())


async def test_an_account_sees_only_its_own_messages(service: Service, account: Account) -> None:
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    await service.submit(account, _submission())
    assert (await service.outbox(other)).total == 0
    assert (await service.outbox(replace(other, role=Role.ADMIN))).total == 1


async def test_waiting_ends_with_the_last_outcome(service: Service, account: Account) -> None:
    (accepted,) = await service.submit(account, _submission())
    waiting = asyncio.create_task(service.wait_sent([accepted.id], 5))
    await _send_one(service)
    assert [message.status for message in await waiting] == [Status.SENT]


async def test_waiting_ends_after_its_time_with_things_as_they_stand(service: Service, account: Account) -> None:
    (accepted,) = await service.submit(account, _submission())
    assert [message.status for message in await service.wait_sent([accepted.id], 0.01)] == [Status.QUEUED]


async def test_push_settings_need_their_permission(service: Service, account: Account) -> None:
    with pytest.raises(NotAllowedError):
        await service.save_dialect_settings(replace(account, role=Role.VIEWER), "openvox", {}, frozenset())
    await service.save_dialect_settings(account, "openvox", {"enable": 1}, frozenset())
    assert await service.dialect_settings(account, "openvox") == {"enable": 1}


def test_references_to_one_recipient_differ_for_256_messages() -> None:
    refs = ConcatRefs()
    taken = []
    for _ in range(256):
        taken.append(refs.next("+491711"))
        refs.next("+491712")
    assert sorted(taken) == list(range(256))


async def _send_one(service: Service) -> None:
    turn = Turn(port=Port(1), sim="s", imsi="i", now=service.clock.now_ms())
    assignment = (await service.store.turn(turn)).assignment
    assert assignment is not None
    settlement = Settlement(
        attempt_id=assignment.attempt_id, message_id=assignment.message_id, outcome=AttemptOutcome.ACCEPTED, mr=1
    )
    await service.store.turn(replace(turn, settlement=settlement))


async def test_span_times_are_now_for_a_modem_that_answers_and_as_stored_for_one_that_does_not(
    service: Service, account: Account
) -> None:
    assert await service.span_times(account) == {
        Port(1): SpanTimes(created_at=service.clock.now_ms(), seen_at=service.clock.now_ms()),
        Port(2): SpanTimes(created_at=service.clock.now_ms(), seen_at=None),
    }
    early, late = EpochMs(1000), EpochMs(2000)
    await service.store.note_span_times(known=[Port(1), Port(2)], answering=[], now=early)
    await service.store.note_span_times(known=[Port(1), Port(2)], answering=[Port(1), Port(2)], now=late)
    one = replace(account, spans=frozenset({Port(2)}))
    assert await service.span_times(one) == {Port(2): SpanTimes(created_at=early, seen_at=late)}
    answering = SpanTimes(created_at=early, seen_at=service.clock.now_ms())
    assert (await service.span_times(account))[Port(1)] == answering
