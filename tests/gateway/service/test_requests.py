"""Withdrawing, putting off and sending anew, for those who may; the store's part is in its contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.core.account import Account, Role
from gateway.core.message import Message
from gateway.core.options import DataPorts, Options, WhenUnknown
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.errors import ConflictError, InvalidFieldError, NoCreditError, NotAllowedError
from gateway.service.desk import Service
from gateway.store.requests import Withdrawal
from gateway.store.sending import AttemptOutcome, Settlement, Turn
from tests.gateway.service.test_submitting import DAY_S, HOUR_S, a_submission, account, service, with_credit

__all__ = ["account", "service"]

OPERATOR = Account(id=AccountId(0), name="olga", role=Role.OPERATOR)


async def accepted(service: Service, account: Account) -> MessageId:
    (one,) = await service.submit(account, a_submission())
    return one.id


async def attempt(
    service: Service, *, outcome: AttemptOutcome = AttemptOutcome.REFUSED, next_status: Status | None = Status.FAILED
) -> None:
    """Have the spans send what is next, with this outcome."""
    now = service.clock.now_ms()
    for port in (1, 2):
        turn = Turn(port=Port(port), sim=f"sim{port}", imsi="", now=now)
        assignment = (await service.store.turn(turn)).assignment
        if assignment is None:
            continue
        settlement = Settlement(
            attempt_id=assignment.attempt_id,
            message_id=assignment.message_id,
            outcome=outcome,
            next_status=next_status,
            decide_at=now,
        )
        await service.store.turn(replace(turn, settlement=settlement, claim=False))
        if outcome is AttemptOutcome.NO_ANSWER:
            await service.store.decide_ambiguous(assignment.attempt_id, resend=False, cause="silent", now=now)


async def message(service: Service, message_id: MessageId) -> Message:
    return (await service.store.messages([message_id]))[0]


# --- withdrawing ----------------------------------------------------------------------------------


async def test_a_message_is_withdrawn_by_its_account_and_by_operators(service: Service, account: Account) -> None:
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    message_id = await accepted(service, account)
    assert await service.requests.cancel(other, message_id) is None
    answer = await service.requests.cancel(OPERATOR, message_id)
    assert answer is not None
    assert (answer.state, answer.status) == (Withdrawal.WITHDRAWN, Status.CANCELLED)
    for impossible in (0, -1, 2**31, 2**70):
        assert await service.requests.cancel(account, impossible) is None
    with pytest.raises(NotAllowedError):
        await service.requests.cancel(replace(account, role=Role.VIEWER), message_id)


# --- another time ---------------------------------------------------------------------------------


async def test_a_message_gets_another_time_within_the_limits_of_the_box(service: Service, account: Account) -> None:
    message_id = await accepted(service, account)
    now = service.clock.now_ms()
    moved = await service.requests.reschedule(account, message_id, EpochMs(now + HOUR_S * 1000))
    assert moved is not None
    assert (moved.status, moved.send_at) == (Status.HELD, now + HOUR_S * 1000)
    with pytest.raises(InvalidFieldError) as caught:
        await service.requests.reschedule(account, message_id, EpochMs(now + 11 * DAY_S * 1000))
    assert caught.value.field == "send_at"
    at_once = await service.requests.reschedule(account, message_id, None)
    assert at_once is not None
    assert (at_once.status, at_once.send_at) == (Status.QUEUED, None)
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    assert await service.requests.reschedule(other, message_id, None) is None
    assert await service.requests.reschedule(account, 0, None) is None


# --- sent anew ------------------------------------------------------------------------------------


async def test_what_failed_is_sent_anew_as_it_was_asked_for(service: Service, account: Account) -> None:
    submission = a_submission(
        dialect="smsgateway24",
        text="",
        spans=(Port(1),),
        client_ref="order 17",
        valid_for_s=600,
        is_urgent=True,
        sim_slot=1,
        sender="ACME",
        callback_url="https://crm.example/status",
        request_report=False,
        options=Options(
            priority=3,
            when_unknown=WhenUnknown.REPORT,
            data=bytes(200),
            data_ports=DataPorts(destination=9204, source=1),
        ),
    )
    (first,) = await service.submit(account, submission)
    await attempt(service)
    again = await service.requests.replay(account, first.id)
    assert again is not None
    old, new = await message(service, first.id), await message(service, again.id)
    assert (old.status, old.replayed_as) == (Status.FAILED, new.id)
    assert new.options.replay_of == old.id
    now = service.clock.now_ms()
    assert (new.status, new.accepted_at, new.valid_until) == (Status.QUEUED, now, now + 600_000)
    kept = (
        "account_id",
        "dialect",
        "recipient",
        "recipient_given",
        "text",
        "segment_count",
        "client_ref",
        "spans",
        "is_urgent",
        "sim_slot",
        "sender",
        "callback_url",
        "request_report",
    )
    assert [getattr(old, name) for name in kept] == [getattr(new, name) for name in kept]
    assert replace(new.options, replay_of=None) == submission.options


async def test_only_what_ended_without_success_is_sent_anew_and_only_once(service: Service, account: Account) -> None:
    waiting = await accepted(service, account)
    with pytest.raises(ConflictError, match="it is queued"):
        await service.requests.replay(account, waiting)
    await attempt(service, outcome=AttemptOutcome.ACCEPTED, next_status=None)
    with pytest.raises(ConflictError, match="it is sent"):
        await service.requests.replay(account, waiting)
    withdrawn = await accepted(service, account)
    await service.requests.cancel(account, withdrawn)
    again = await service.requests.replay(account, withdrawn)
    assert again is not None
    with pytest.raises(ConflictError, match=f"sent anew as message {again.id}"):
        await service.requests.replay(account, withdrawn, is_forced=True)


async def test_what_may_have_gone_out_is_sent_anew_by_force_only(service: Service, account: Account) -> None:
    unknown = await accepted(service, account)
    await attempt(service, outcome=AttemptOutcome.NO_ANSWER, next_status=None)
    assert (await message(service, unknown)).status is Status.UNKNOWN
    with pytest.raises(ConflictError, match="it may have gone out"):
        await service.requests.replay(account, unknown)
    assert await service.requests.replay(account, unknown, is_forced=True) is not None


async def test_a_message_sent_anew_is_paid_by_its_account_and_noted(service: Service, account: Account) -> None:
    message_id = await accepted(service, account)
    await service.requests.cancel(account, message_id)
    await with_credit(service, account, 0)
    with pytest.raises(NoCreditError):
        await service.requests.replay(OPERATOR, message_id)
    await with_credit(service, account, 1)
    again = await service.requests.replay(OPERATOR, message_id)
    assert again is not None
    assert (await message(service, again.id)).account_id == account.id
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    assert await service.requests.replay(other, message_id) is None
    await service.store.set_enabled(account.id, enabled=False)
    await service.requests.cancel(OPERATOR, again.id)
    with pytest.raises(ConflictError, match="is disabled"):
        await service.requests.replay(OPERATOR, again.id)


# --- many at once ---------------------------------------------------------------------------------


async def some_failed(service: Service, account: Account, count: int, **facts: object) -> list[MessageId]:
    taken = await service.submit(account, a_submission(count, **facts))
    for _ in range(count):
        await attempt(service)
    return [one.id for one in taken]


async def test_all_that_failed_is_sent_anew_in_batches_and_once(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    failed = await some_failed(service, account, 5)
    batch = await service.requests.replay_some(account, since=now, limit=3)
    assert [old for old, _ in batch.replayed] == failed[:3]
    assert batch.after == (now, failed[2])
    rest = await service.requests.replay_some(account, since=now, limit=3, after=batch.after)
    assert ([old for old, _ in rest.replayed], rest.after) == (failed[3:], None)
    nothing = await service.requests.replay_some(account, since=now)
    assert (nothing.replayed, nothing.refused, nothing.after) == ((), (), None)
    for old, new in (*batch.replayed, *rest.replayed):
        assert (await message(service, old)).replayed_as == new


async def test_a_trial_finds_and_changes_nothing(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    failed = await some_failed(service, account, 2)
    batch = await service.requests.replay_some(account, since=now, is_trial=True)
    assert batch.replayed == tuple((message_id, 0) for message_id in failed)
    assert (await service.outbox(account)).total == 2


async def test_one_that_is_refused_keeps_nobody_back(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    failed = await some_failed(service, account, 3)
    dear = await some_failed(service, account, 1, text="x" * 200)
    await with_credit(service, account, 3)
    batch = await service.requests.replay_some(OPERATOR, since=now)
    assert [old for old, _ in batch.replayed] == failed
    assert [message_id for message_id, _ in batch.refused] == dear


async def test_accounts_send_their_own_anew_and_operators_those_of_all(service: Service, account: Account) -> None:
    now = service.clock.now_ms()
    other = await service.store.add_account(Account(id=AccountId(0), name="other"), "-", EpochMs(0))
    await some_failed(service, account, 1)
    await some_failed(service, other, 1)
    own = await service.requests.replay_some(account, since=now, of_account=other.id, is_trial=True)
    assert len(own.replayed) == 1
    assert (await message(service, own.replayed[0][0])).account_id == account.id
    assert len((await service.requests.replay_some(OPERATOR, since=now, is_trial=True)).replayed) == 2
    of_other = await service.requests.replay_some(OPERATOR, since=now, of_account=other.id)
    assert [(await message(service, new)).account_id for _, new in of_other.replayed] == [other.id]
    with pytest.raises(NotAllowedError):
        await service.requests.replay_some(replace(account, role=Role.VIEWER), since=now)
    with pytest.raises(InvalidFieldError, match="status"):
        await service.requests.replay_some(account, since=now, statuses={Status.SENT})


def test_a_window_is_in_the_zone_of_its_account(service: Service, account: Account) -> None:
    there = replace(account, timezone="Asia/Tokyo")
    assert service.requests.window(there, "mo-fr 8:00-20:00") == "mo-fr 08:00-20:00 Asia/Tokyo"
    assert service.requests.window(account, "mo 08:00-20:00") == "mo 08:00-20:00 UTC"
    with pytest.raises(InvalidFieldError, match="window"):
        service.requests.window(account, "at night")
