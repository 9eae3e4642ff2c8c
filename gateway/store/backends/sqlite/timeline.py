"""The calls of the store about what became of messages, each one read of one moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.callback import CallbackAnswer, CallbackEvent
from gateway.core.record import AttemptRecord, CallbackRecord, MessageRecord
from gateway.core.status import Status
from gateway.store.backends.sqlite.attempts import MR_UNKNOWN
from gateway.store.backends.sqlite.database import Database
from gateway.store.backends.sqlite.events import read_events
from gateway.store.backends.sqlite.finding import read_found
from gateway.store.backends.sqlite.memory import split_ports, split_spans

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.types import EpochMs, MessageId
    from gateway.store.timeline import FindQuery, Found

TERMS = "SELECT valid_until, spans, request_report FROM message WHERE id = :id"
ATTEMPTS = """
SELECT id, segment, port, opened_at, outcome, settled_at, mr, code, cause, decide_at, report_status, discharged_at,
    reported_at, next_status, next_at, next_spans
FROM attempt INDEXED BY attempt_message WHERE message_id = :id ORDER BY id
"""
_OWED = """
SELECT id, account_id, dialect, event, status, status_at, tries, first_at, first_error, last_at, last_ms, error,
    next_at, given_up_at, is_head
FROM callback INDEXED BY
"""
CALLBACKS = f"""
{_OWED} callback_message WHERE message_id = :id AND given_up_at IS NULL
UNION ALL {_OWED} callback_given_up WHERE message_id = :id AND given_up_at IS NOT NULL
"""
ANSWERS = """
SELECT callback_id, account_id, dialect, event, status, owed_at, tries, first_at, first_error, last_at, last_ms, answer
FROM callback_answer WHERE message_id = :id
"""


class TimelineDatabase(Database):
    """Keeps the contract of `gateway.store.timeline.TimelineStore`; the calls are described there."""

    async def message_record(self, message_id: MessageId) -> MessageRecord:
        """Give what is on record of a message."""
        return await self.read(lambda connection: read_record(connection, message_id))

    async def find_messages(self, query: FindQuery) -> Found:
        """Give messages that fit."""
        return await self.read_slowly(lambda connection: read_found(connection, query))


def read_record(connection: sqlite3.Connection, message_id: MessageId) -> MessageRecord:
    """Give attempts, events and callbacks of a message, oldest first."""
    key = {"id": message_id}
    connection.execute("BEGIN")  # all of the same moment
    try:
        terms = connection.execute(TERMS, key).fetchone()
        attempts = [_attempt(row) for row in connection.execute(ATTEMPTS, key)]
        events = read_events(connection, message_id)
        callbacks = [_owed(row) for row in connection.execute(CALLBACKS, key)]
        callbacks += [_done(row) for row in connection.execute(ANSWERS, key)]
    finally:
        connection.execute("COMMIT")
    callbacks.sort(key=lambda one: one.id)
    if terms is None:
        return MessageRecord(callbacks=callbacks)
    valid_until, spans, request_report = terms
    return MessageRecord(
        attempts=attempts,
        events=events,
        callbacks=callbacks,
        valid_until=valid_until,
        spans=split_spans(spans)[0],
        request_report=bool(request_report),
    )


def _attempt(row: Sequence[Any]) -> AttemptRecord:
    return AttemptRecord(
        id=row[0],
        segment=row[1],
        port=row[2],
        opened_at=row[3],
        outcome=row[4],
        settled_at=row[5],
        mr=None if row[6] == MR_UNKNOWN else row[6],
        code=row[7],
        cause=row[8],
        decide_at=row[9],
        report_status=row[10],
        discharged_at=row[11],
        reported_at=row[12],
        next_status=None if row[13] is None else Status(row[13]),
        next_at=row[14],
        next_spans=None if row[15] is None else split_ports(row[15]),
    )


def _owed(row: Sequence[Any]) -> CallbackRecord:
    *head, last_at, last_ms, error, next_at, given_up_at, is_head = row
    is_over = given_up_at is not None
    return CallbackRecord(
        **_common(head),
        last=_answer(last_at, last_ms, error),
        next_at=None if is_over else next_at,
        given_up_at=given_up_at,
        is_waiting=not is_over and not is_head,
    )


def _done(row: Sequence[Any]) -> CallbackRecord:
    *head, last_at, last_ms, answer = row
    return CallbackRecord(**_common(head), last=_answer(last_at, last_ms, answer), is_done=True)


def _common(values: Sequence[Any]) -> dict[str, Any]:
    callback_id, account_id, dialect, event, status, owed_at, tries, first_at, first_error = values
    return {
        "id": callback_id,
        "account_id": account_id,
        "dialect": dialect,
        "event": CallbackEvent(event),
        "status": status,
        "owed_at": owed_at,
        "tries": tries,
        "first": _answer(first_at, 0, first_error),
    }


def _answer(at: EpochMs | None, took_ms: int | None, text: str | None) -> CallbackAnswer | None:
    return None if at is None else CallbackAnswer(at=at, took_ms=took_ms or 0, text=text or "")
