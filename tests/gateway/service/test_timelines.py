"""Who may see a timeline, what is in it beside what is on record, and how to wait for more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.config.settings import Settings
from gateway.core.account import Role
from gateway.core.callback import CallbackEvent
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.timeline_entry import key_of
from gateway.core.types import MessageId
from gateway.errors import InvalidFieldError
from gateway.service.timelines import Timeline
from gateway.store.timeline import FindQuery
from tests.gateway.api.desk import Desk
from tests.support.store import a_message

UTC = ZoneInfo("UTC")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    made = Desk(tmp_path / "gateway.db", Settings.model_validate({"text": {"national_tables": ["turkish"]}}))
    await made.open()
    yield made
    await made.store.close()


async def a_sent_one(desk: Desk, **changes: object) -> MessageId:
    changes = {"account_id": desk.demo.id, "accepted_at": desk.clock.now_ms(), **changes}
    (message_id,) = await desk.store.accept([a_message(**changes)])
    return message_id


def kinds(timeline: Timeline) -> list[str]:
    return [entry.kind for entry in timeline.entries]


async def test_an_account_sees_its_own_and_an_operator_all(desk: Desk) -> None:
    other, operator = await desk.add_account("other"), await desk.add_account("boss", role=Role.OPERATOR)
    message_id = await a_sent_one(desk)
    assert await desk.service.timeline(other, message_id) is None
    assert await desk.service.timeline(desk.demo, 77) is None
    for account in (desk.demo, operator):
        timeline = await desk.service.timeline(account, message_id)
        assert timeline is not None
        assert (timeline.account, kinds(timeline)) == ("demo", ["accepted"])


async def test_what_other_accounts_were_told_of_a_received_message_is_not_shown(desk: Desk) -> None:
    other = await desk.add_account("other")
    for account in (desk.demo, other):
        await desk.store.set_subscriptions(account.id, "openvox", frozenset({CallbackEvent.INBOUND}))
    await desk.receive("hi")
    timeline = await desk.service.timeline(desk.demo, 1)
    assert timeline is not None
    assert kinds(timeline) == ["sent", "received", "callback owed"]
    assert [entry.facts.get("account") for entry in timeline.entries] == [None, None, "demo"]
    assert kinds(await desk.service.timelines.show(1, zone=UTC)).count("callback owed") == 2


@pytest.mark.parametrize(
    ("text", "segments", "coding"),
    [
        ("hello", 1, "GSM-7"),
        ("x" * 200, 2, "GSM-7"),
        ("привет", 1, "UCS-2"),
        # 3GPP TS 23.038 A.3.1: ş is in the Turkish single shift table, not in the default alphabet.
        ("ş" * 60, 1, None),
    ],
)
async def test_the_encoding_is_worked_out_from_the_text(
    desk: Desk, text: str, segments: int, coding: str | None
) -> None:
    message_id = await a_sent_one(desk, text=text, segment_count=segments)
    timeline = await desk.service.timelines.show(message_id, zone=UTC)
    expected = coding or "GSM-7 with Turkish single shift"
    assert str(timeline.coding) == expected
    assert timeline.entries[0].facts["alphabet"] == expected.split()[0]


async def test_an_encoding_that_the_settings_do_not_give_any_more_is_not_claimed(desk: Desk) -> None:
    message_id = await a_sent_one(desk, text="hello", segment_count=2)
    assert (await desk.service.timelines.show(message_id, zone=UTC)).coding is None


async def test_it_is_over_when_nothing_more_is_expected(desk: Desk) -> None:
    async def is_over(message_id: MessageId) -> bool:
        return (await desk.service.timelines.show(message_id, zone=UTC)).is_over

    reported, unreported = await a_sent_one(desk), await a_sent_one(desk, request_report=False)
    assert not await is_over(unreported)
    for message_id in (reported, unreported):
        await desk.settle(message_id)
    assert (await is_over(reported), await is_over(unreported)) == (False, True)
    await desk.store.set_subscriptions(desk.demo.id, "openvox", frozenset(CallbackEvent))
    failed = await a_sent_one(desk)
    await desk.settle(failed, status=Status.FAILED)
    assert not await is_over(failed)  # its server is not told yet
    (row,) = await desk.store.due_callbacks(desk.clock.now_ms(), limit=9, busy=frozenset())
    await desk.store.callback_done(row.id, desk.clock.now_ms())
    assert await is_over(failed)


async def test_who_waits_is_told_of_the_next_thing_that_happens(desk: Desk) -> None:
    message_id = await a_sent_one(desk)
    first = await desk.service.timelines.show(message_id, zone=UTC)
    seen = [key_of(entry) for entry in first.entries]
    waiting = asyncio.create_task(desk.service.timelines.wait(message_id, seen=seen, zone=UTC, timeout_s=20))
    await desk.settle(message_id)
    timeline = await waiting
    assert next(kind for kind in kinds(timeline) if kind != "accepted") == "attempt"
    nothing_new = [key_of(entry) for entry in (await desk.service.timelines.show(message_id, zone=UTC)).entries]
    unchanged = await desk.service.timelines.wait(message_id, seen=nothing_new, zone=UTC, timeout_s=0.01)
    assert kinds(unchanged) == ["accepted", "attempt", "taken", "sent"]


async def test_messages_are_found_by_the_name_of_their_account(desk: Desk) -> None:
    other = await desk.add_account("other")
    message_id = await a_sent_one(desk, account_id=other.id)
    await a_sent_one(desk)
    found, names = await desk.service.timelines.find(FindQuery(), account="Other")
    assert [row.id for row in found.rows] == [message_id]
    assert isinstance(found.rows[0], Message)
    assert names[other.id] == "other"
    with pytest.raises(InvalidFieldError, match="there is no account nobody"):
        await desk.service.timelines.find(FindQuery(), account="nobody")
    with pytest.raises(InvalidFieldError, match="there is no message 99"):
        await desk.service.timelines.show(99, zone=UTC)
