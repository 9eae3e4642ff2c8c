"""Callbacks owed to accounts."""

from __future__ import annotations

import json
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

from gateway.core.callback import CallbackEvent, OwedCallback
from gateway.core.types import MessageId
from gateway.core.ussd import UssdId

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.callback import CallbackAnswer
    from gateway.core.types import AccountId, CallbackId, EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

# While callbacks are being moved because the clock was set (`shift`): by how much this one still is, and how much too
# early one may be looked at.
_STILL_MOVED_BY = """(SELECT coalesce(sum(by_ms), 0) FROM clock_change
    WHERE callback.id > callbacks_moved AND callback.id < callbacks_below)"""
_LAG = "(SELECT coalesce(sum(by_ms), 0) FROM clock_change WHERE by_ms > 0)"
ADD = """
INSERT INTO callback (id, account_id, dialect, event, message_id, status, status_at, report_status,
    created_at, next_at, is_head)
VALUES (:id, :account_id, :dialect, :event, :message_id, :status, :now, :report_status, :now, :now,
    NOT EXISTS (SELECT 1 FROM callback INDEXED BY callback_message
        WHERE message_id = :message_id AND account_id = :account_id AND dialect = :dialect AND given_up_at IS NULL))
"""
# One row per receiver, found by leaps over the index.
RECEIVERS = """
WITH RECURSIVE receiver (account_id, dialect) AS (
    SELECT * FROM (SELECT account_id, dialect FROM callback INDEXED BY callback_due
        WHERE is_head = 1 ORDER BY account_id, dialect LIMIT 1)
    UNION ALL
    SELECT next.account_id, next.dialect FROM receiver JOIN callback next ON next.id = (
        SELECT id FROM callback INDEXED BY callback_due
        WHERE is_head = 1 AND (account_id, dialect) > (receiver.account_id, receiver.dialect)
        ORDER BY account_id, dialect LIMIT 1)
)
SELECT account_id, dialect FROM receiver
"""
DUE = f"""
SELECT id, account_id, dialect, event, message_id, status, status_at, report_status, tries,
    created_at + {_STILL_MOVED_BY}
FROM callback INDEXED BY callback_due
WHERE is_head = 1 AND account_id = :account_id AND dialect = :dialect AND next_at <= :now - {_LAG}
    AND id NOT IN (SELECT value FROM json_each(:busy))
ORDER BY next_at, id LIMIT :limit
"""  # noqa: S608 (constants)
NEXT_AT = f"""
SELECT next_at + {_LAG} FROM callback INDEXED BY callback_due
WHERE is_head = 1 AND account_id = :account_id AND dialect = :dialect
    AND id NOT IN (SELECT value FROM json_each(:busy))
ORDER BY next_at LIMIT 1
"""  # noqa: S608 (constants)
READ = "SELECT message_id, account_id, dialect FROM callback WHERE id = :id AND given_up_at IS NULL"
REMOVE = "DELETE FROM callback WHERE id = :id"
# The receiver's last answer outlives the row that owed it; dialogues keep none.
KEEP_ANSWER = """
INSERT INTO callback_answer (message_id, callback_id, account_id, dialect, event, status, owed_at, tries, first_at,
    first_error, last_at, last_ms, answer)
SELECT message_id, id, account_id, dialect, event, status, status_at, tries + 1, first_at, first_error, :at, :took_ms,
    :answer
FROM callback WHERE id = :id AND given_up_at IS NULL AND message_id > 0
"""
_TRIED = """
error = :error, tries = tries + 1, first_at = coalesce(first_at, :at),
    first_error = iif(first_at IS NULL AND :at IS NOT NULL, :error, first_error),
    last_at = coalesce(:at, last_at), last_ms = coalesce(:took_ms, last_ms)
"""
RETRY = f"""
UPDATE callback SET next_at = :next_at - {_STILL_MOVED_BY}, {_TRIED} WHERE id = :id AND given_up_at IS NULL
"""  # noqa: S608 (constants)
POSTPONE = f"""
UPDATE callback SET next_at = :next_at - {_STILL_MOVED_BY} WHERE id = :id AND given_up_at IS NULL
"""  # noqa: S608 (constants)
DUE_NOW = f"""
UPDATE callback INDEXED BY callback_due SET next_at = :now - {_STILL_MOVED_BY}
WHERE is_head = 1 AND account_id = :account_id AND dialect = :dialect
    AND next_at + {_STILL_MOVED_BY} > :now AND tries > 0
"""  # noqa: S608 (constants)
GIVE_UP = f"UPDATE callback SET given_up_at = :now, is_head = 0, {_TRIED} WHERE id = :id"  # noqa: S608 (constants)
PROMOTE = """
UPDATE callback SET is_head = 1 WHERE id = (
    SELECT min(id) FROM callback INDEXED BY callback_message
    WHERE message_id = :message_id AND account_id = :account_id AND dialect = :dialect AND given_up_at IS NULL)
"""


def owe(
    tx: Transaction,
    *,
    account_id: AccountId,
    dialect: str,
    event: CallbackEvent,
    message_id: MessageId | None = None,
    ussd_id: UssdId | None = None,
    status: str,
    report_status: int | None,
    now: EpochMs,
) -> None:
    """Write down a callback of a message or a USSD dialogue, due at once."""
    tx.execute(
        ADD,
        {
            "id": tx.next_id("callback"),
            "account_id": account_id,
            "dialect": dialect,
            "event": event.value,
            # One column orders the callbacks of one subject: dialogues are below 0, so that none waits for a message.
            "message_id": message_id if ussd_id is None else -ussd_id,
            "status": status,
            "report_status": report_status,
            "now": now,
        },
    )
    tx.tell_callbacks()


def read_due(
    connection: sqlite3.Connection, *, now: EpochMs, limit: int, busy: frozenset[CallbackId]
) -> list[OwedCallback]:
    """Give rows that are due, every receiver's in turn, so that one with many rows does not hide the others."""
    rows_by_receiver = [
        connection.execute(DUE, {**receiver, "now": now, "limit": limit, "busy": _json(busy)}).fetchall()
        for receiver in _receivers(connection)
    ]
    turns = chain.from_iterable(zip_longest(*rows_by_receiver))
    return [_callback(row) for row in turns if row is not None][:limit]


def read_next_at(connection: sqlite3.Connection, *, busy: frozenset[CallbackId]) -> EpochMs | None:
    """Give when the next row is due."""
    rows = (
        connection.execute(NEXT_AT, {**receiver, "busy": _json(busy)}).fetchone() for receiver in _receivers(connection)
    )
    return min((row[0] for row in rows if row is not None), default=None)


def _receivers(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = connection.execute(RECEIVERS).fetchall()
    return [{"account_id": account_id, "dialect": dialect} for account_id, dialect in rows]


def _json(ids: frozenset[CallbackId]) -> str:
    return json.dumps(sorted(ids))


def _callback(row: tuple[Any, ...]) -> OwedCallback:
    callback_id, account_id, dialect, event, message_id, status, status_at, report_status, tries, created_at = row
    return OwedCallback(
        id=callback_id,
        account_id=account_id,
        dialect=dialect,
        event=CallbackEvent(event),
        message_id=MessageId(max(0, message_id)),
        status=status,
        status_at=status_at,
        report_status=report_status,
        tries=tries,
        created_at=created_at,
        ussd_id=UssdId(-message_id) if message_id < 0 else None,
    )


def remove(tx: Transaction, callback_id: CallbackId, answer: CallbackAnswer | None) -> None:
    """The callback was delivered, with what its receiver said: the next one of its message may go."""
    found = tx.fetch_one(READ, {"id": callback_id})
    if found is not None:
        if answer is not None:
            values = {"id": callback_id, "at": answer.at, "took_ms": answer.took_ms, "answer": answer.text}
            tx.execute(KEEP_ANSWER, values)
        tx.execute(REMOVE, {"id": callback_id})
        _promote(tx, *found)


def retry(
    tx: Transaction, callback_id: CallbackId, *, next_at: EpochMs, error: str, answer: CallbackAnswer | None
) -> None:
    """Try again at `next_at`."""
    tx.execute(RETRY, {"id": callback_id, "next_at": next_at, **_tried(error, answer)})


def _tried(error: str, answer: CallbackAnswer | None) -> dict[str, Any]:
    at, took_ms = (None, None) if answer is None else (answer.at, answer.took_ms)
    return {"error": error, "at": at, "took_ms": took_ms}


def postpone(tx: Transaction, callback_id: CallbackId, *, next_at: EpochMs) -> None:
    """Wait until `next_at`; nothing was tried."""
    tx.execute(POSTPONE, {"id": callback_id, "next_at": next_at})


def make_due(tx: Transaction, account_id: AccountId, dialect: str, now: EpochMs) -> None:
    """Let those that failed be tried again at once."""
    changed = tx.execute(DUE_NOW, {"account_id": account_id, "dialect": dialect, "now": now}).rowcount
    if changed:
        tx.tell_callbacks()


def give_up(
    tx: Transaction, callback_id: CallbackId, *, now: EpochMs, error: str, answer: CallbackAnswer | None
) -> None:
    """Keep the row without further tries: the next one of its message may go."""
    found = tx.fetch_one(READ, {"id": callback_id})
    if found is not None:
        tx.execute(GIVE_UP, {"id": callback_id, "now": now, **_tried(error, answer)})
        _promote(tx, *found)


def _promote(tx: Transaction, message_id: MessageId, account_id: AccountId, dialect: str) -> None:
    values = {"message_id": message_id, "account_id": account_id, "dialect": dialect}
    changed = tx.execute(PROMOTE, values).rowcount
    if changed:
        tx.tell_callbacks()
