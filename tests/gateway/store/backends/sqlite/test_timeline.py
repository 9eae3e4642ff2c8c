"""What is on record of a message goes with it, and has its bounds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.record import EventKind
from gateway.core.status import Status
from gateway.core.types import AccountId, EpochMs, MessageId
from gateway.store.backends.sqlite.events import MOST_TURNS
from gateway.store.backends.sqlite.rows import change_status, read_row, save_row
from gateway.store.backends.sqlite.store import SqliteStore
from gateway.store.backends.sqlite.transaction import Transaction
from tests.gateway.store.test_contract_timeline import an_inbound
from tests.support.store import NOW, accept_one, an_account


async def test_events_and_answers_go_with_their_message(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    await store.set_subscriptions(AccountId(1), "openvox", frozenset(CallbackEvent))
    withdrawn, kept = await accept_one(store), await accept_one(store)
    await store.cancel(withdrawn, account_id=None, now=NOW)
    await store.cancel(kept, account_id=None, now=EpochMs(NOW + 60_000))
    received = await store.add_inbound(an_inbound(), None)
    assert received is not None
    for row in await store.due_callbacks(EpochMs(NOW + 60_000), limit=10, busy=frozenset()):
        await store.callback_done(row.id, NOW, CallbackAnswer(at=NOW, took_ms=1, text="HTTP 200"))
    before = EpochMs(NOW + 30_000)
    assert (await store.sweep_outbound(before=before, now=before, resume=None, most=9, rows=99)).messages == 1
    assert (await store.sweep_inbound(before=before, resume=None, most=9, rows=99)).messages == 1
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        left = [
            {MessageId(row[0]) for row in connection.execute(f"SELECT message_id FROM {table}")}
            for table in ("message_event", "callback_answer")
        ]
    assert left == [{kept}, {kept}]


async def test_a_message_that_is_held_again_and_again_does_not_fill_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "gateway.db")
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    message_id = await accept_one(store)

    def turn(tx: Transaction) -> None:
        for number in range(150):
            status, cause = (Status.HELD, "over quota") if number % 2 == 0 else (Status.QUEUED, "")
            row = read_row(tx, message_id)
            assert row is not None
            change_status(tx, row, status, cause=cause, now=NOW)
            save_row(tx, row)

    await store.write(turn)
    await store.cancel(message_id, account_id=None, now=NOW)
    events = (await store.message_record(message_id)).events
    await store.close()
    assert [event.kind for event in events[-3:]] == [EventKind.HELD, EventKind.LEFT_OUT, EventKind.CANCELLED]
    assert len(events) == MOST_TURNS + 1
