"""Changes of messages that no attempt tells: written in the transaction of the change, read for the timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.record import EventKind, MessageEvent

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import AttemptId, EpochMs, MessageId
    from gateway.store.backends.sqlite.transaction import Transaction

ADD = """
INSERT INTO message_event (message_id, at, kind, attempt_id, text) VALUES (:message_id, :at, :kind, :attempt_id, :text)
"""
COUNT = "SELECT count(*) FROM message_event INDEXED BY message_event_message WHERE message_id = :id"
READ = """
SELECT at, kind, text, attempt_id FROM message_event INDEXED BY message_event_message
WHERE message_id = :id ORDER BY id
"""

MOST_TURNS = 100
"""With so many events of a message, further holds and releases are not told: a quota may let it wait for days."""
_TURNS = frozenset({EventKind.HELD, EventKind.QUEUED})


def add_event(
    tx: Transaction,
    message_id: MessageId,
    kind: EventKind,
    *,
    at: EpochMs,
    text: str = "",
    attempt_id: AttemptId | None = None,
) -> None:
    """Put a change of an outbound message on record."""
    if kind in _TURNS:
        (count,) = tx.fetch_one(COUNT, {"id": message_id})
        if count >= MOST_TURNS:
            return
        if count == MOST_TURNS - 1:
            kind, text = EventKind.LEFT_OUT, "from here on it is not told when it is held and let go"
    values = {"message_id": message_id, "at": at, "kind": kind.value, "attempt_id": attempt_id, "text": text}
    tx.execute(ADD, values)


def read_events(connection: sqlite3.Connection, message_id: MessageId) -> list[MessageEvent]:
    """Give the changes of a message, oldest first."""
    return [
        MessageEvent(at=at, kind=EventKind(kind), text=text, attempt_id=attempt_id)
        for at, kind, text, attempt_id in connection.execute(READ, {"id": message_id})
    ]
