from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.core.callback import CallbackEvent, OwedCallback
from gateway.core.inbound import InboundKind, Nature
from gateway.core.status import Status
from gateway.core.types import AccountId, CallbackId, EpochMs, Port
from gateway.store.backend import Store
from gateway.store.news import CallbackOwedNews, News
from gateway.store.receiving import NewInbound
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_report,
    accept_one,
    an_account,
    claim,
    send,
    settle,
    settled,
)

SHOP = AccountId(1)
ALL = frozenset(CallbackEvent)
FAR = EpochMs(NOW + 30 * VALIDITY_MS)


async def due(store: Store, *, limit: int = 100, busy: tuple[CallbackId, ...] = ()) -> list[OwedCallback]:
    return await store.due_callbacks(FAR, limit=limit, busy=frozenset(busy))


async def told(store: Store) -> list[tuple[CallbackEvent, str]]:
    """Take every callback in order and give what it says."""
    said = []
    while rows := await due(store):
        for row in rows:
            said.append((row.event, row.status))
            await store.callback_done(row.id, NOW)
    return said


def a_text(port: int = 1) -> NewInbound:
    return NewInbound(
        port=Port(port),
        sim="sim1",
        sim_imsi="imsi1",
        sender="+491729999999",
        text="hi",
        data=None,
        smsc="",
        scts=None,
        received_at=NOW,
    )


async def test_a_result_is_owed_once_and_says_what_happened(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    message_id = await accept_one(store)
    assert await due(store) == []
    await send(store, message_id, at=5)
    (row,) = await due(store)
    assert (row.account_id, row.dialect, row.event, row.message_id) == (
        SHOP,
        "openvox",
        CallbackEvent.RESULT,
        message_id,
    )
    assert (row.status, row.status_at, row.created_at, row.report_status, row.tries) == (
        "sent",
        NOW + 5,
        NOW + 5,
        None,
        0,
    )


async def test_result_and_report_go_in_order_and_one_at_a_time(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await send(store, await accept_one(store), mr=7)
    await store.report(a_report(7, at=9))
    (result,) = await due(store)
    await store.callback_done(result.id, NOW)
    (report,) = await due(store)
    assert (report.event, report.status, report.report_status) == (CallbackEvent.REPORT, "delivered", 0)
    await store.callback_done(report.id, NOW)
    assert await due(store) == []


async def test_an_event_of_another_dialect_is_not_owed(store: Store) -> None:
    await store.set_subscriptions(SHOP, "v1", ALL)
    await send(store, await accept_one(store))
    assert await due(store) == []


async def test_only_named_events_are_owed_and_only_from_then_on(store: Store) -> None:
    message_id = await accept_one(store)
    await send(store, message_id, mr=7)
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.REPORT}))
    await store.report(a_report(7))
    assert await told(store) == [(CallbackEvent.REPORT, "delivered")]
    await store.set_subscriptions(SHOP, "openvox", frozenset())
    await send(store, await accept_one(store))
    assert await due(store) == []


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED])
async def test_a_message_that_ends_unsent_owes_a_result(store: Store, status: Status) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.REFUSED, next_status=status))
    assert await told(store) == [(CallbackEvent.RESULT, status.value)]


async def test_a_message_that_expires_in_the_queue_owes_a_result(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await accept_one(store)
    await store.expire(EpochMs(NOW + VALIDITY_MS))
    assert await told(store) == [(CallbackEvent.RESULT, "expired")]


async def test_a_retry_owes_nothing(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.REFUSED, next_status=Status.QUEUED, due_at=NOW))
    assert await due(store) == []


async def test_a_message_that_is_not_shown_owes_nothing(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    silent = replace(a_text(), nature=Nature(kind=InboundKind.SILENT, is_shown=False))
    assert await store.add_inbound(silent, None) is not None
    assert await due(store) == []
    await store.add_inbound(a_text(), None)
    assert await told(store) == [(CallbackEvent.INBOUND, "")]


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        pytest.param([0x00, 0x00], ["delivered"], id="twice the same"),
        pytest.param([0x00, 0x01], ["delivered"], id="good for another reason"),
        pytest.param([0x41, 0x43], ["undelivered"], id="bad for another reason"),
        pytest.param([0x41, 0x46], ["undelivered"], id="bad, then bad by time"),
        pytest.param([0x00, 0x41], ["delivered"], id="bad news after good"),
        pytest.param([0x20, 0x30, 0x00], ["delivered"], id="still trying says nothing"),
        pytest.param([0x41, 0x00, 0x00], ["undelivered", "delivered"], id="good corrects bad, once"),
        pytest.param([0x46, 0x00, 0x46], ["expired", "delivered"], id="good corrects expired, once"),
    ],
)
async def test_a_report_is_owed_when_the_status_that_customers_see_changes_and_only_then(
    store: Store, reports: list[int], expected: list[str]
) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.REPORT}))
    await send(store, await accept_one(store), mr=7)
    for at, status in enumerate(reports):
        # Each with a discharge time of its own: not the same report once more.
        await store.report(a_report(7, status=status, discharged=EpochMs(NOW + 1000 * at)))
    assert await told(store) == [(CallbackEvent.REPORT, status) for status in expected]


async def test_unknown_owes_a_result_and_its_correction_no_other(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=NOW))
    assert await due(store) == []
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="-", now=NOW)
    await store.evidence(assignment.attempt_id, mr=7, refused="", now=NOW)
    await store.report(a_report(7))
    assert await told(store) == [(CallbackEvent.RESULT, "unknown"), (CallbackEvent.REPORT, "delivered")]


async def test_a_report_that_is_the_evidence_owes_result_and_report(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=NOW))
    await store.report(a_report(7))
    assert await told(store) == [(CallbackEvent.RESULT, "sent"), (CallbackEvent.REPORT, "delivered")]


async def test_each_outcome_is_reported_once(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.REPORT}))
    await send(store, await accept_one(store), mr=7)
    for tp_st in (0x20, 0x40, 0x40, 0x41, 0, 0, 0x40):
        await store.report(a_report(7, status=tp_st))
    assert await told(store) == [(CallbackEvent.REPORT, "undelivered"), (CallbackEvent.REPORT, "delivered")]


async def test_inbound_is_owed_to_everybody_who_asked_and_may_use_the_span(store: Store) -> None:
    async def account(name: str, **changes: object) -> AccountId:
        made = await store.add_account(an_account(name, **changes), "hash", NOW)
        await store.set_subscriptions(made.id, "openvox", frozenset({CallbackEvent.INBOUND}))
        return made.id

    everywhere = await account("everywhere")
    await account("elsewhere", spans=frozenset({Port(2)}))
    here = await account("here", spans=frozenset({Port(1)}))
    disabled = await account("disabled")
    await store.set_enabled(disabled, enabled=False)
    await store.set_subscriptions(everywhere, "v1", frozenset({CallbackEvent.INBOUND}))
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.RESULT}))
    message_id = await store.add_inbound(a_text(), None)
    owed = set()
    while rows := await due(store):
        for row in rows:
            assert (row.message_id, row.event, row.status) == (message_id, CallbackEvent.INBOUND, "")
            owed.add((row.account_id, row.dialect))
            await store.callback_done(row.id, NOW)
    assert owed == {(everywhere, "openvox"), (everywhere, "v1"), (here, "openvox")}


async def test_an_account_whose_spans_change_hears_of_the_new_ones_only(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", frozenset({CallbackEvent.INBOUND}))
    await store.change_account(SHOP, {"spans": frozenset({Port(2)})})
    await store.add_inbound(a_text(1), None)
    message_id = await store.add_inbound(a_text(2), None)
    assert [row.message_id for row in await due(store)] == [message_id]


async def test_subscriptions_survive_a_restart(make_store: Callable[[], Store]) -> None:
    first = make_store()
    await first.open()
    await first.add_account(an_account("shop"), "hash", NOW)
    await first.save_settings(SHOP, "openvox", {"url_host": "crm.example"}, ALL)
    await first.close()
    store = make_store()
    await store.open()
    try:
        assert await store.settings(SHOP, "openvox") == {"url_host": "crm.example"}
        await send(store, await accept_one(store))
        await store.add_inbound(a_text(), None)
        assert len(await due(store)) == 2
    finally:
        await store.close()


async def test_a_retry_waits_and_counts_and_holds_up_only_its_message(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    first, second = await accept_one(store), await accept_one(store)
    await send(store, first, mr=7)
    await store.report(a_report(7))
    await send(store, second, mr=8)
    row = (await due(store))[0]
    assert row.message_id == first
    await store.callback_retry(row.id, next_at=EpochMs(NOW + 5000), error="HTTP 500")
    now_due = await store.due_callbacks(EpochMs(NOW + 4999), limit=10, busy=frozenset())
    assert [one.message_id for one in now_due] == [second]
    other = now_due[0].id
    (again,) = await store.due_callbacks(EpochMs(NOW + 5000), limit=10, busy=frozenset({other}))
    assert (again.id, again.tries) == (row.id, 1)
    assert await store.next_callback_at(frozenset({other})) == NOW + 5000
    assert await store.next_callback_at(frozenset()) == NOW
    assert await store.next_callback_at(frozenset({row.id, other})) is None


async def test_a_postponed_row_waits_and_counts_as_no_try(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await send(store, await accept_one(store))
    (row,) = await due(store)
    await store.callback_postpone(row.id, next_at=EpochMs(NOW + 5000))
    assert await store.due_callbacks(EpochMs(NOW + 4999), limit=10, busy=frozenset()) == []
    (again,) = await store.due_callbacks(EpochMs(NOW + 5000), limit=10, busy=frozenset())
    assert (again.id, again.tries) == (row.id, 0)


async def test_rows_of_a_message_wait_for_no_other_account_and_no_other_dialect(store: Store) -> None:
    other = (await store.add_account(an_account("other"), "hash", NOW)).id
    wanted = {(SHOP, "openvox"), (SHOP, "v1"), (other, "openvox")}
    for account_id, dialect in wanted:
        await store.set_subscriptions(account_id, dialect, ALL)
    await store.add_inbound(a_text(), None)
    rows = await due(store)
    assert {(row.account_id, row.dialect) for row in rows} == wanted
    assert len(await due(store, busy=(rows[0].id,))) == 2
    await store.callback_retry(rows[0].id, next_at=FAR, error="HTTP 500")
    assert len(await store.due_callbacks(NOW, limit=10, busy=frozenset())) == 2


async def test_what_failed_is_due_at_once_when_the_receiver_is_back(store: Store) -> None:
    other = (await store.add_account(an_account("other"), "hash", NOW)).id
    for account_id in (SHOP, other):
        await store.set_subscriptions(account_id, "openvox", ALL)
    for account_id in (SHOP, SHOP, other):
        await send(store, await accept_one(store, account_id=account_id))
    failed, postponed, others = sorted(await due(store), key=lambda row: row.id)
    await store.callback_retry(failed.id, next_at=FAR, error="cannot connect")
    await store.callback_postpone(postponed.id, next_at=FAR)
    await store.callback_retry(others.id, next_at=FAR, error="cannot connect")
    await store.callbacks_due_now(SHOP, "openvox", NOW)
    rows = await store.due_callbacks(NOW, limit=10, busy=frozenset())
    assert [(row.id, row.tries) for row in rows] == [(failed.id, 1)]


async def test_a_row_given_up_lets_the_next_one_of_its_message_go(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await send(store, await accept_one(store), mr=7)
    await store.report(a_report(7))
    (result,) = await due(store)
    await store.callback_given_up(result.id, now=NOW, error="72 hours")
    (report,) = await due(store)
    assert report.event is CallbackEvent.REPORT
    await store.callback_retry(result.id, next_at=NOW, error="-")
    await store.callback_done(result.id, NOW)
    assert [row.id for row in await due(store)] == [report.id]


async def test_a_receiver_with_many_rows_does_not_hide_the_others(store: Store) -> None:
    small = await store.add_account(an_account("small"), "hash", NOW)
    for account_id in (SHOP, small.id):
        await store.set_subscriptions(account_id, "openvox", ALL)
    for _ in range(30):
        await send(store, await accept_one(store))
    await send(store, await accept_one(store, account_id=small.id), at=9000)
    rows = await due(store, limit=4)
    assert [row.account_id for row in rows] == [SHOP, small.id, SHOP, SHOP]


async def test_rows_come_oldest_first_up_to_the_limit(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    ids = [await accept_one(store) for _ in range(5)]
    for number, message_id in enumerate(ids):
        await send(store, message_id, at=number)
    second = (await due(store))[1].id
    assert [row.message_id for row in await due(store, limit=3, busy=(second,))] == [ids[0], ids[2], ids[3]]


async def test_owing_is_news(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    news: list[News] = []
    store.listen(news.append)
    message_id = await accept_one(store)
    assert CallbackOwedNews() not in news
    await send(store, message_id)
    assert CallbackOwedNews() in news


async def test_a_retry_is_not_touched_by_a_clock_that_is_set(store: Store) -> None:
    await store.set_subscriptions(SHOP, "openvox", ALL)
    await send(store, await accept_one(store))
    (row,) = await due(store)
    await store.callback_retry(row.id, next_at=EpochMs(NOW + 5000), error="HTTP 500")
    await store.clock_was_set(-VALIDITY_MS)
    assert await store.next_callback_at(frozenset()) == NOW + 5000 - VALIDITY_MS
    (moved,) = await due(store)
    assert moved.created_at == row.created_at - VALIDITY_MS
