"""Spans that do not get a message for a while, because they refused it.

The ports that may send a message stay what the caller said: the excluded ones are written behind them (`1,2!2`, or
`!2` for any but 2), so that messages are alike for claiming as before (`memory.Group`). When the time is over, they
are taken off again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.types import EpochMs
from gateway.store.backends.sqlite.memory import join_spans, split_spans
from gateway.store.backends.sqlite.rows import Row, read_row, save_row
from gateway.store.backends.sqlite.waiting import NEVER

if TYPE_CHECKING:
    from gateway.core.types import MessageId, Port
    from gateway.store.backends.sqlite.transaction import Transaction

EXCLUDE = """
INSERT INTO exclusion (message_id, port, until) VALUES (:message_id, :port, :until)
ON CONFLICT (message_id, port) DO UPDATE SET until = excluded.until
"""
OVER = "SELECT message_id FROM exclusion WHERE until <= :now ORDER BY until LIMIT :limit"
DROP = "DELETE FROM exclusion WHERE message_id = :message_id AND until <= :now"
LEFT = "SELECT port FROM exclusion WHERE message_id = :message_id"
END = "UPDATE exclusion SET until = 0 WHERE port = :port"
NEXT = "SELECT min(until) FROM exclusion"
LIFTED_AT_ONCE = 100
"""Most exclusions that end in one transaction: nobody else can write meanwhile."""


def exclude(tx: Transaction, row: Row, port: Port, until: EpochMs) -> None:
    """Keep a message from a span until then; the caller saves the row."""
    tx.execute(EXCLUDE, {"message_id": row.id, "port": port, "until": until})
    tx.memory.next_lift = min(tx.memory.next_lift, until)
    allowed, excluded = split_spans(row.spans)
    row.spans = join_spans(allowed, (*excluded, port))
    if row.port == port:
        row.port = None


def end_exclusions(tx: Transaction, port: Port) -> None:
    """Let a span have everything again that was kept from it: with its next turn."""
    if tx.execute(END, {"port": port}).rowcount:
        tx.memory.next_lift = 0


def lift_some(tx: Transaction, now: EpochMs) -> None:
    """Give messages back to the spans that were kept from them long enough."""
    now = EpochMs(now - tx.memory.lag_ms)
    if now < tx.memory.next_lift:
        return
    found = tx.fetch_all(OVER, {"now": now, "limit": LIFTED_AT_ONCE})
    for message_id in dict.fromkeys(message_id for (message_id,) in found):
        _lift(tx, message_id, now)
    (next_lift,) = tx.fetch_one(NEXT, {})
    tx.memory.next_lift = NEVER if next_lift is None else next_lift


def _lift(tx: Transaction, message_id: MessageId, now: EpochMs) -> None:
    tx.execute(DROP, {"message_id": message_id, "now": now})
    row = read_row(tx, message_id)
    if row is None:
        return
    left = [port for (port,) in tx.fetch_all(LEFT, {"message_id": message_id})]
    allowed, _ = split_spans(row.spans)
    row.spans = join_spans(allowed, left)
    save_row(tx, row)
