"""Requests with a key: the first one is done, every later one with the same key gets its answer."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.errors import ConflictError
from gateway.store.backends.sqlite.outbox import accept
from gateway.store.requests import Answer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.message import NewMessage
    from gateway.core.types import EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction, Work
    from gateway.store.requests import RequestKey

READ = """
SELECT digest, answer FROM request_key WHERE account_id = :account_id AND key = :key AND expires_at > :now
"""
KEEP = """
INSERT OR REPLACE INTO request_key (account_id, key, digest, answer, expires_at)
VALUES (:account_id, :key, :digest, :answer, :expires_at)
"""
OVER = """
SELECT account_id, key FROM request_key INDEXED BY request_key_expires WHERE expires_at <= :now LIMIT :limit
"""
# One by one: with a list of pairs SQLite looks through all keys of an account.
FORGET = "DELETE FROM request_key WHERE account_id = :account_id AND key = :key"
FORGOTTEN_AT_ONCE = 500
"""Most keys that are dropped in one transaction: nobody else can write meanwhile."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An answer, and whether an earlier request had got it already."""

    answer: Answer
    is_repeated: bool


def accept_once(messages: Sequence[NewMessage], key: RequestKey) -> Work[Accepted]:
    """Give the work that stores `messages`, or finds what an earlier request with the key was answered."""
    accept_all = accept(messages)

    def work(tx: Transaction) -> Accepted:
        found = _answer(tx.fetch_one(READ, _names(key)), key)
        if found is not None:
            return Accepted(found, is_repeated=True)
        ids = accept_all(tx)
        pairs = tuple((message_id, message.port) for message_id, message in zip(ids, messages, strict=True))
        tx.execute(KEEP, {**_names(key), "answer": json.dumps([key.now, pairs])})
        return Accepted(Answer(accepted_at=key.now, messages=pairs), is_repeated=False)

    return work


def read_answer(connection: sqlite3.Connection, key: RequestKey) -> Answer | None:
    """Give what an earlier request with the key was answered, None when there was none."""
    return _answer(connection.execute(READ, _names(key)).fetchone(), key)


def forget_some(tx: Transaction, now: EpochMs) -> int:
    """Drop up to `FORGOTTEN_AT_ONCE` keys whose time is over; gives how many."""
    found = tx.fetch_all(OVER, {"now": now, "limit": FORGOTTEN_AT_ONCE})
    for account_id, key in found:
        tx.execute(FORGET, {"account_id": account_id, "key": key})
    return len(found)


def _names(key: RequestKey) -> dict[str, Any]:
    return {
        "account_id": key.account_id,
        "key": key.key,
        "digest": key.digest,
        "now": key.now,
        "expires_at": key.expires_at,
    }


def _answer(row: Sequence[Any] | None, key: RequestKey) -> Answer | None:
    if row is None:
        return None
    digest, answer = row
    if digest != key.digest:
        raise ConflictError("key", "it was used before, for a request that asked for something else")
    accepted_at, pairs = json.loads(answer)
    return Answer(accepted_at=accepted_at, messages=tuple((message_id, port) for message_id, port in pairs))
