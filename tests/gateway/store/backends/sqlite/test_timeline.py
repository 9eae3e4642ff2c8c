"""What is on record of a message goes with it, however the message is deleted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.types import AccountId, MessageId
from gateway.store.backends.sqlite.store import SqliteStore
from tests.gateway.store.test_contract_timeline import an_inbound
from tests.support.store import NOW, accept_one, an_account


async def test_events_and_answers_go_with_their_message(tmp_path: Path) -> None:
    path = tmp_path / "gateway.db"
    store = SqliteStore(path)
    await store.open()
    await store.add_account(an_account("shop"), "hash", NOW)
    await store.set_subscriptions(AccountId(1), "openvox", frozenset(CallbackEvent))
    withdrawn, kept = await accept_one(store), await accept_one(store)
    for message_id in (withdrawn, kept):
        await store.cancel(message_id, account_id=None, now=NOW)
    received = await store.add_inbound(an_inbound(), None)
    assert received is not None
    for row in await store.due_callbacks(NOW, limit=10, busy=frozenset()):
        await store.callback_done(row.id, NOW, CallbackAnswer(at=NOW, took_ms=1, text="HTTP 200"))
    await store.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("DELETE FROM message WHERE id = ?", (withdrawn,))
        connection.execute("DELETE FROM inbound WHERE id = ?", (received,))
        connection.commit()
        left = [
            {MessageId(row[0]) for row in connection.execute(f"SELECT message_id FROM {table}")}
            for table in ("message_event", "callback_answer")
        ]
    assert left == [{kept}, {kept}]
