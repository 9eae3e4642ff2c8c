"""Which span had last to do with a number: the one that sent to it, or received from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.number import match_key
from gateway.store.sending import LastSpan

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from gateway.core.types import AccountId, EpochMs

# Only the newest are looked at: a number that many accounts write to has many.
LAST_SENT = """
SELECT port, sim_imsi, coalesce(sent_at, accepted_at) AS at FROM (
    SELECT account_id, port, sim_imsi, sent_at, accepted_at, status FROM message INDEXED BY message_recipient
    WHERE recipient_key = :key ORDER BY id DESC LIMIT 50)
WHERE account_id = :account_id AND port IS NOT NULL AND status NOT IN ('failed', 'cancelled')
ORDER BY at DESC LIMIT 1
"""
LAST_RECEIVED = """
SELECT port, sim_imsi, received_at FROM inbound INDEXED BY inbound_sender
WHERE sender_key = :key ORDER BY id DESC LIMIT 1
"""


def read_last_spans(
    connection: sqlite3.Connection, account_id: AccountId, recipients: Iterable[str], *, since: EpochMs
) -> dict[str, LastSpan]:
    """Give by recipient what had last to do with it, not before `since`."""
    found: dict[str, LastSpan] = {}
    for recipient in recipients:
        values = {"key": match_key(recipient), "account_id": account_id}
        rows = [connection.execute(query, values).fetchone() for query in (LAST_SENT, LAST_RECEIVED)]
        newest = max((row for row in rows if row is not None), key=lambda row: row[2], default=None)
        if newest is not None and newest[2] >= since:
            found[recipient] = LastSpan(port=newest[0], imsi=newest[1])
    return found
