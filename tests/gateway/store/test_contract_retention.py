"""What every store must do about the old: delete what nothing can come of any more, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.core.callback import CallbackEvent
from gateway.core.directory import Newsletter, NewsletterId
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId, Port
from gateway.store.backend import Store
from gateway.store.pages import ListingQuery, PageQuery
from gateway.store.receiving import NewInbound
from gateway.store.retention import REPORTS_COME_MS, Swept
from gateway.store.sending import AttemptOutcome
from tests.support.store import (
    NOW,
    VALIDITY_MS,
    a_message,
    a_report,
    accept_one,
    an_account,
    claim,
    send,
    settle,
    settled,
    status_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

LATER = EpochMs(NOW + VALIDITY_MS + REPORTS_COME_MS + 1)
"""No report can come any more for what was accepted at NOW."""
EVERYTHING = 1 << 40


async def sweep(
    store: Store, *, before: EpochMs = LATER, now: EpochMs = LATER, most: int = EVERYTHING, rows: int = 500
) -> Swept:
    return await store.sweep_outbound(before=before, now=now, resume=None, most=most, rows=rows)


async def outbox(store: Store) -> tuple[list[MessageId], int]:
    page = await store.outbox_page(PageQuery(account_id=None, page_size=1000))
    return sorted(row.id for row in page.rows), page.total


async def send_another(store: Store) -> MessageId:
    """Make an attempt after all others: the message of the newest one stays."""
    message_id = await accept_one(store, port=Port(9), accepted_at=LATER, valid_until=EpochMs(LATER + VALIDITY_MS))
    await send(store, message_id, port=9, at=LATER - NOW)
    return message_id


def an_inbound(**changes: object) -> NewInbound:
    values: dict[str, object] = {
        "port": Port(1),
        "sim": "sim1",
        "sim_imsi": "imsi1",
        "sender": "+491710000000",
        "text": "hi",
        "data": None,
        "smsc": "",
        "scts": None,
        "received_at": NOW,
        **changes,
    }
    return NewInbound(**values)  # type: ignore[arg-type]  # fields by name


async def test_a_delivered_message_goes_with_its_attempt_and_leaves_the_totals(store: Store) -> None:
    old = await accept_one(store)
    await send(store, old)
    await store.report(a_report(7))
    new = await send_another(store)
    assert await outbox(store) == ([old, new], 2)
    assert await sweep(store) == Swept(messages=1, rows=2, resume=None)
    assert await outbox(store) == ([new], 1)
    assert (await store.outbox_page(PageQuery(account_id=AccountId(1)))).total == 1
    assert (await store.stored()).outbound == 1
    assert await store.messages([old]) == []


async def test_what_changed_of_late_stays_however_long_ago_it_was_accepted(store: Store) -> None:
    old = await accept_one(store)
    await store.cancel(old, account_id=None, now=EpochMs(NOW + 1000))
    assert (await sweep(store, before=EpochMs(NOW + 1000))).messages == 0
    assert (await sweep(store, before=EpochMs(NOW + 1001))).messages == 1


async def test_what_waits_or_is_under_way_stays(store: Store) -> None:
    queued = await accept_one(store, port=Port(2))
    held = await accept_one(store, port=Port(2), send_at=EpochMs(LATER + 1))
    sending = await accept_one(store, port=Port(1), valid_until=EpochMs(LATER + 1))
    assert (await claim(store)).message_id == sending
    assert (await sweep(store)).messages == 0
    assert (await outbox(store))[0] == [queued, held, sending]


async def test_a_sent_message_waits_for_its_report_beyond_its_validity(store: Store) -> None:
    sent = await accept_one(store)
    await send(store, sent)
    new = await send_another(store)
    last = EpochMs(NOW + VALIDITY_MS + REPORTS_COME_MS)
    assert (await sweep(store, now=last)).messages == 0
    await store.report(a_report(7, at=REPORTS_COME_MS))
    assert await status_of(store, sent) is Status.DELIVERED
    assert (await sweep(store, now=last)).messages == 1
    assert (await outbox(store))[0] == [new]


async def test_an_unanswered_attempt_keeps_its_message_until_somebody_decides(store: Store) -> None:
    lost = await accept_one(store)
    assignment = await claim(store)
    await settle(store, settled(assignment, AttemptOutcome.NO_ANSWER, decide_at=EpochMs(NOW + 1)))
    await send_another(store)
    assert (await sweep(store)).messages == 0
    await store.decide_ambiguous(assignment.attempt_id, resend=False, cause="", now=EpochMs(NOW + 1))
    assert await status_of(store, lost) is Status.UNKNOWN
    assert (await sweep(store)).messages == 1


async def test_a_message_stays_while_a_callback_is_owed_and_goes_with_one_given_up(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.RESULT}))
    message_id = await accept_one(store)
    failed = settled(await claim(store), AttemptOutcome.REFUSED, next_status=Status.FAILED)
    await settle(store, failed)
    await send_another(store)
    (owed, other) = await store.due_callbacks(LATER, limit=10, busy=frozenset())
    await store.callback_done(other.id, LATER)
    assert owed.message_id == message_id
    assert (await sweep(store)).messages == 0
    await store.callback_given_up(owed.id, now=LATER, error="gone")
    assert await sweep(store) == Swept(messages=1, rows=3, resume=None)


async def test_the_number_of_an_attempt_is_not_given_out_again(store: Store, make_store: Callable[[], Store]) -> None:
    await accept_one(store)
    first = await claim(store)
    await settle(store, settled(first, AttemptOutcome.REFUSED, next_status=Status.FAILED))
    await sweep(store)
    await store.close()
    again = make_store()
    await again.open()
    try:
        message_id = await accept_one(again)
        assert message_id > first.message_id
        assert (await claim(again)).attempt_id > first.attempt_id
    finally:
        await again.close()


async def test_steps_are_small_and_go_on_where_the_last_one_ended(store: Store) -> None:
    ids = await store.accept([a_message(accepted_at=EpochMs(NOW + index)) for index in range(10)])
    for message_id in ids[:4] + ids[5:]:
        await store.cancel(message_id, account_id=None, now=NOW)
    resume = None
    sizes: list[int] = []
    while True:
        swept = await store.sweep_outbound(before=LATER, now=LATER, resume=resume, most=EVERYTHING, rows=3)
        sizes.append(swept.messages)
        resume = swept.resume
        if resume is None:
            break
    left = (await outbox(store))[0]
    assert left == [ids[4]], "the one that waits holds up none of the others"
    assert sum(sizes) == 9
    assert max(sizes) == 3


async def test_rows_that_hang_on_a_message_count(store: Store) -> None:
    for _ in range(3):
        message_id = await accept_one(store, segment_count=4)
        for segment in range(4):
            await settle(store, settled(await claim(store), mr=segment))
        for segment in range(4):
            await store.report(a_report(segment))
        assert await status_of(store, message_id) is Status.DELIVERED
    await send_another(store)
    swept = await sweep(store, rows=10)
    assert (swept.messages, swept.rows) == (2, 10)


async def test_no_more_than_asked_for_goes_the_oldest_first(store: Store) -> None:
    ids = await store.accept([a_message(accepted_at=EpochMs(NOW - index)) for index in range(5)])
    for message_id in ids:
        await store.cancel(message_id, account_id=None, now=NOW)
    assert (await sweep(store, most=2)).messages == 2
    assert (await outbox(store))[0] == ids[:3]


async def test_pages_and_listings_are_right_after_it(store: Store) -> None:
    await store.add_account(an_account("other"), "hash", NOW)
    ids = []
    for index in range(20):
        account_id = AccountId(1 + index % 2)
        ids.append(await accept_one(store, account_id=account_id, accepted_at=EpochMs(NOW + index)))
        await store.cancel(ids[-1], account_id=None, now=EpochMs(NOW + index))
    await sweep(store, before=EpochMs(NOW + 10))
    wanted: list[tuple[AccountId | None, list[MessageId]]]
    wanted = [(None, ids[10:]), (AccountId(1), ids[10::2]), (AccountId(2), ids[11::2])]
    for owner, expected in wanted:
        page = await store.outbox_page(PageQuery(account_id=owner, page_size=3, page=2))
        assert [row.id for row in page.rows] == expected[::-1][3:6]
        assert page.total == len(expected)
        listing = await store.listing(ListingQuery(account_id=owner, limit=100))
        assert [row.id for row in listing.rows] == expected[::-1]
        assert listing.total == len(expected)


async def test_old_inbound_messages_go_and_leave_the_totals(store: Store) -> None:
    ids = [
        await store.add_inbound(an_inbound(received_at=EpochMs(NOW + at), port=Port(1 + at % 2)), None)
        for at in range(6)
    ]
    swept = await store.sweep_inbound(before=EpochMs(NOW + 4), resume=None, most=EVERYTHING, rows=500)
    assert swept == Swept(messages=4, rows=4, resume=None)
    page = await store.inbox_page(PageQuery(account_id=None))
    assert ([row.id for row in page.rows], page.total) == ([ids[5], ids[4]], 2)
    for port in (1, 2):
        assert (await store.inbox_page(PageQuery(account_id=None, ports=frozenset({Port(port)})))).total == 1
    assert (await store.stored()).inbound == 2


async def test_age_counts_from_arrival_whatever_the_network_says_of_the_time(store: Store) -> None:
    await store.add_inbound(an_inbound(scts=EpochMs(0), received_at=LATER), None)
    (old,) = [await store.add_inbound(an_inbound(scts=EpochMs(1 << 42)), None)]
    swept = await store.sweep_inbound(before=LATER, resume=None, most=EVERYTHING, rows=500)
    assert swept.messages == 1
    assert old is not None
    assert await store.inbound([old]) == []


async def test_an_inbound_message_stays_while_somebody_is_owed_it(store: Store) -> None:
    await store.set_subscriptions(AccountId(1), "openvox", frozenset({CallbackEvent.INBOUND}))
    await store.add_inbound(an_inbound(), None)
    (owed,) = await store.due_callbacks(LATER, limit=10, busy=frozenset())
    assert (await store.sweep_inbound(before=LATER, resume=None, most=1, rows=500)).messages == 0
    await store.callback_done(owed.id, LATER)
    assert (await store.sweep_inbound(before=LATER, resume=None, most=1, rows=500)).messages == 1


async def test_a_newsletter_goes_after_its_last_message(store: Store) -> None:
    letter = Newsletter(
        id=NewsletterId(0), account_id=AccountId(1), title="May", text="hello", created_at=NOW, send_at=None
    )
    ids = await store.accept([a_message(), a_message()], letter)
    await store.cancel(ids[0], account_id=None, now=NOW)
    await sweep(store)
    assert await store.sweep_newsletters(before=LATER, most=10) == 0
    await store.cancel(ids[1], account_id=None, now=NOW)
    await sweep(store)
    assert await store.sweep_newsletters(before=NOW, most=10) == 0
    assert await store.sweep_newsletters(before=LATER, most=10) == 1
    assert await store.newsletters_of(None) == []


@pytest.mark.parametrize(("before", "count"), [(0, 0), (2, 2), (9, 3)])
async def test_old_notes_of_changes_go(store: Store, before: int, count: int) -> None:
    for at in range(3):
        await store.add_audit(actor="me", action="something", detail="", now=EpochMs(NOW + at))
    assert await store.sweep_audit(before=EpochMs(NOW + before), most=10) == count
    assert await store.sweep_audit(before=EpochMs(NOW + before), most=10) == 0


async def test_the_file_does_not_grow_when_as_much_goes_as_comes(store: Store) -> None:
    sizes = []
    for _ in range(6):
        ids = await store.accept([a_message(text="x" * 500) for _ in range(200)])
        for message_id in ids:
            await store.cancel(message_id, account_id=None, now=NOW)
        sizes.append((await store.stored()).database_octets)
        await sweep(store, rows=100_000)
    assert sizes[-1] <= sizes[1]
    assert (await store.stored()).spare_octets > 200 * 500


async def test_a_report_on_a_message_that_is_gone_is_parked(store: Store) -> None:
    old = await accept_one(store)
    await send(store, old)
    await send_another(store)
    await sweep(store)
    assert (await store.report(a_report(7, at=LATER - NOW))).value == "parked"
