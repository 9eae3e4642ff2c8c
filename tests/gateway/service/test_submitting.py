"""Several submissions in one request, put off, in part; cancelling and listing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.config.settings import Settings
from gateway.core.account import Account, Role
from gateway.core.message import Message
from gateway.core.number import Number
from gateway.core.span import Span, SpanState
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, Port
from gateway.errors import InvalidFieldError, NoCreditError, NotAllowedError, QueueFullError
from gateway.service.accounts import Accounts
from gateway.service.desk import Service
from gateway.service.spans import SpanBoard, SpanCondition
from gateway.service.submitting import Accepted, Submission
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.pages import ListingQuery
from gateway.store.receiving import NewInbound
from tests.support.clock import FakeClock

ONE = Number(given="0171 1234567", normalised="+491711234567")
HOUR_S, DAY_S = 3600, 86_400


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    clock = FakeClock()
    queue = {"limit": 50, "urgent_limit": 3, "validity_s": 2 * HOUR_S, "schedule_limit_days": 10}
    settings = Settings.model_validate({"queue": queue})
    board = SpanBoard(lambda: store.load)
    board.put([Span(port=Port(1), name="gsm-1"), Span(port=Port(2), name="gsm-2")])
    for port in (1, 2):
        board.set_condition(Port(port), SpanCondition(state=SpanState.READY, reason=""))
    yield Service(settings=settings, store=store, accounts=Accounts(store, clock=clock), board=board, clock=clock)
    await store.close()


@pytest.fixture
async def account(service: Service) -> Account:
    return await service.store.add_account(Account(id=AccountId(0), name="shop"), "-", EpochMs(0))


async def with_credit(service: Service, account: Account, credit: int) -> Account:
    await service.store.change_account(account.id, {"credit": credit})
    return replace(account, credit=credit)


def a_submission(count: int = 1, **facts: object) -> Submission:
    base = Submission(dialect="smsplus", numbers=(ONE,) * count, text="hello")
    return replace(base, **facts)  # type: ignore[arg-type]  # fields by name


async def stored(service: Service, account: Account) -> int:
    return (await service.outbox(account)).total


# --- all or nothing -------------------------------------------------------------------------------


async def test_submissions_of_one_request_are_spread_over_the_spans(service: Service, account: Account) -> None:
    accepted = await service.submit_all(account, [a_submission(text=f"no {index}") for index in range(4)])
    assert [one.port for one in accepted] == [1, 2, 1, 2]
    messages = await service.store.messages([one.id for one in accepted])
    assert [message.text for message in messages] == ["no 0", "no 1", "no 2", "no 3"]


async def test_one_bad_text_stops_all(service: Service, account: Account) -> None:
    with pytest.raises(InvalidFieldError):
        await service.submit_all(account, [a_submission(), a_submission(text="")])
    assert await stored(service, account) == 0


async def test_the_credit_must_cover_all(service: Service, account: Account) -> None:
    poor = await with_credit(service, account, 3)
    with pytest.raises(NoCreditError):
        await service.submit_all(poor, [a_submission(2), a_submission(2)])
    assert await stored(service, account) == 0


# --- put off --------------------------------------------------------------------------------------


async def test_what_is_put_off_is_held_without_a_span_and_its_validity_begins_then(
    service: Service, account: Account
) -> None:
    send_at = EpochMs(service.clock.now_ms() + HOUR_S * 1000)
    (accepted,) = await service.submit(account, a_submission(send_at=send_at))
    assert accepted.port is None
    (message,) = await service.store.messages([accepted.id])
    assert (message.status, message.send_at) == (Status.HELD, send_at)
    await service.store.expire(EpochMs(send_at + 2 * HOUR_S * 1000 - 1))
    assert (await service.store.messages([accepted.id]))[0].status is Status.HELD
    await service.store.expire(EpochMs(send_at + 2 * HOUR_S * 1000))
    assert (await service.store.messages([accepted.id]))[0].status is Status.EXPIRED


async def test_a_span_that_is_named_alone_is_kept(service: Service, account: Account) -> None:
    send_at = EpochMs(service.clock.now_ms() + HOUR_S * 1000)
    (accepted,) = await service.submit(account, a_submission(send_at=send_at, spans=(Port(2),)))
    assert accepted.port == 2


async def test_a_shorter_validity_counts_and_a_longer_one_does_not(service: Service, account: Account) -> None:
    ids = [
        (await service.submit(account, a_submission(valid_for_s=valid_for_s)))[0].id for valid_for_s in (60, 9 * HOUR_S)
    ]
    await service.store.expire(EpochMs(service.clock.now_ms() + 60_000))
    statuses = [message.status for message in await service.store.messages(ids)]
    assert statuses == [Status.EXPIRED, Status.QUEUED]


async def test_too_far_ahead_is_refused(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    await service.submit(account, a_submission(send_at=EpochMs(now + 10 * DAY_S * 1000)))
    with pytest.raises(InvalidFieldError, match="send_at: more than 10 days ahead"):
        await service.submit(account, a_submission(send_at=EpochMs(now + 10 * DAY_S * 1000 + 1)))
    service.check_send_at(EpochMs(now + 10 * DAY_S * 1000))
    with pytest.raises(InvalidFieldError, match="send_at: more than 10 days ahead"):
        service.check_send_at(EpochMs(now + 10 * DAY_S * 1000 + 1))


async def test_credit_that_is_checked_late_does_not_stop_what_is_put_off(service: Service, account: Account) -> None:
    poor = await with_credit(service, account, 0)
    send_at = EpochMs(service.clock.now_ms() + HOUR_S * 1000)
    await service.submit(poor, a_submission(send_at=send_at, is_credit_late=True))
    with pytest.raises(NoCreditError):
        await service.submit(poor, a_submission(is_credit_late=True))


# --- in part --------------------------------------------------------------------------------------


def kinds(found: list[object]) -> list[str]:
    return [type(one).__name__ for one in found]


async def test_as_many_are_taken_as_the_credit_covers(service: Service, account: Account) -> None:
    poor = await with_credit(service, account, 5)
    await service.submit(poor, a_submission())
    found = await service.submit_some(poor, a_submission(3, text="x" * 200))
    assert kinds([*found]) == ["Accepted", "Accepted", "NoCreditError"]
    assert await stored(service, account) == 3


async def test_as_many_are_taken_as_the_queue_has_room_for(service: Service, account: Account) -> None:
    limited = replace(account, queue_limit=2)
    found = await service.submit_some(limited, a_submission(4))
    assert kinds([*found]) == ["Accepted", "Accepted", "QueueFullError", "QueueFullError"]
    assert kinds([*await service.submit_some(limited, a_submission())]) == ["QueueFullError"]


async def test_without_a_limit_all_are_taken(service: Service, account: Account) -> None:
    found = await service.submit_some(account, a_submission(4))
    assert kinds([*found]) == ["Accepted"] * 4
    assert isinstance(found[0], Accepted)


# --- newsletters ----------------------------------------------------------------------------------


async def test_a_newsletter_and_its_messages_are_one(service: Service, account: Account) -> None:
    letter, accepted = await service.submit_newsletter(account, a_submission(2), "News")
    assert [one.newsletter_id for one in await service.store.messages([one.id for one in accepted])] == [letter] * 2
    assert [(one.title, one.text) for one in await service.newsletters(account, [letter])] == [("News", "hello")]
    assert await service.newsletters(replace(account, id=AccountId(99)), [letter]) == []
    with pytest.raises(QueueFullError):
        await service.submit_newsletter(account, a_submission(49), "Too much")
    assert len(await service.store.newsletters_of(account.id)) == 1


# --- afterwards -----------------------------------------------------------------------------------


async def test_a_message_can_be_withdrawn_by_its_account_alone(service: Service, account: Account) -> None:
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    (accepted,) = await service.submit(account, a_submission())
    assert await service.cancel(other, accepted.id) is None
    found = await service.cancel(account, accepted.id)
    assert found is not None
    assert found.status is Status.CANCELLED
    for impossible in (0, -1, 2**31, 2**70):
        assert await service.cancel(account, impossible) is None
        assert await service.message(account, impossible) is None
    with pytest.raises(NotAllowedError):
        await service.cancel(replace(account, role=Role.VIEWER), accepted.id)


async def test_messages_of_both_kinds_are_seen_by_those_who_may(service: Service, account: Account) -> None:
    other = await service.store.add_account(
        Account(id=AccountId(0), name="other", spans=frozenset({Port(2)})), "-", EpochMs(0)
    )
    (accepted,) = await service.submit(account, a_submission())
    now = service.clock.now_ms()
    inbound = NewInbound(
        port=Port(1), sim="", sim_imsi="", sender="+49171", text="hi", data=None, smsc="", scts=now, received_at=now
    )
    inbound_id = await service.store.add_inbound(inbound, None)
    assert inbound_id is not None
    query = ListingQuery(account_id=None)
    assert [one.id for one in (await service.listing(account, query)).rows] == [inbound_id, accepted.id]
    assert (await service.listing(other, query)).total == 0
    assert await service.message(other, accepted.id) is None
    assert await service.message(other, inbound_id) is None
    assert await service.message(account, inbound_id) is not None
    assert isinstance(await service.message(replace(other, role=Role.ADMIN), accepted.id), Message)
    assert [one.id for one in await service.conversations(account, limit=9, offset=0)] == [inbound_id, accepted.id]
    assert await service.conversations(other, limit=9, offset=0) == []
