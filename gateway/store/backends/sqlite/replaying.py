"""Messages that are sent anew: which may be, and that none is twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gateway.core.status import Status
from gateway.errors import ConflictError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.types import EpochMs, MessageId
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.requests import ReplayQuery

REPLAYED = "SELECT replay_of, id FROM message WHERE replay_of IN (SELECT value FROM json_each(:ids)) LIMIT 1"
# The order of the index, so that a batch begins where the one before ended.
REPLAYABLE = """
SELECT changed_at, id FROM message INDEXED BY message_replayable
WHERE status IN ('failed', 'expired', 'undelivered', 'cancelled', 'unknown') AND changed_at >= :since
    AND (changed_at, id) > (:after_at, :after_id)
    AND status IN (SELECT value FROM json_each(:statuses))
    AND (:account_id IS NULL OR account_id = :account_id)
    AND (resent_segment IS NULL OR status = 'undelivered' OR report_status IS NOT NULL OR :may_be_out)
    AND NOT EXISTS (SELECT 1 FROM message later WHERE later.replay_of = message.id)
ORDER BY changed_at, id LIMIT :limit
"""


def refuse_second_replay(tx: Transaction, ids: Sequence[MessageId]) -> None:
    """Raise ConflictError("message", …) when one of `ids` was sent anew before."""
    found = tx.fetch_one(REPLAYED, {"ids": json.dumps(ids)})
    if found is not None:
        raise ConflictError("message", f"message {found[0]} was sent anew as message {found[1]}")


def read_replayable(connection: sqlite3.Connection, query: ReplayQuery) -> list[tuple[EpochMs, MessageId]]:
    """Give instant and id of messages that may be sent anew, in the order in which they ended."""
    after_at, after_id = query.after or (-1, 0)
    values = {
        "since": query.since,
        "after_at": after_at,
        "after_id": after_id,
        "statuses": json.dumps([status.value for status in query.statuses]),
        "account_id": query.account_id,
        "may_be_out": Status.UNKNOWN in query.statuses,
        "limit": query.limit,
    }
    return [(changed_at, message_id) for changed_at, message_id in connection.execute(REPLAYABLE, values)]
