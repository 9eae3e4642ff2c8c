"""Which message a span sends next.

Queued messages fall into groups by preferred port and allowed ports; `Memory` knows how many are in
each. So a span asks the database only for the first message of groups that it may send, and a queue of
a hundred thousand messages for others costs it nothing. Messages that wait for a retry have a `due_at`
and are made due when it comes (0, those with a priority -1 to -9, urgent ones -10), so that the first message of a
group is always that of the highest rank, and of these the one with the lowest id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.types import EpochMs
from gateway.store.backends.sqlite.rows import ROW_COLUMNS, Row, row_of
from gateway.store.backends.sqlite.waiting import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.store.backends.sqlite.memory import Group
    from gateway.store.backends.sqlite.transaction import Transaction
    from gateway.store.sending import Turn

# By the SIM, whatever span it is in by now: the phone joins segments by who sent them. There are few of these messages,
# so all are looked through.
PINNED = f"""
SELECT {ROW_COLUMNS} FROM message m INDEXED BY message_pinned
WHERE m.status = 'queued' AND m.pin_sim IS NOT NULL AND m.pin_sim = :sim AND m.due_at <= :now
ORDER BY m.id LIMIT 1
"""  # noqa: S608 (constants)
PINNED_DUE_AT = """
SELECT min(due_at) FROM message INDEXED BY message_pinned
WHERE status = 'queued' AND pin_sim IS NOT NULL AND pin_sim = :sim
"""
MAKE_DUE = """
UPDATE message INDEXED BY message_queue SET due_at = iif(is_urgent, -10, -priority)
WHERE status = 'queued' AND pin_sim IS NULL AND port IS :port AND spans = :spans AND due_at > 0 AND due_at <= :now
"""
FIRST = f"""
SELECT {ROW_COLUMNS} FROM message m INDEXED BY message_queue
WHERE m.status = 'queued' AND m.pin_sim IS NULL AND m.port IS :port AND m.spans = :spans AND m.due_at <= 0
ORDER BY m.due_at, m.id LIMIT 1
"""  # noqa: S608 (constants)
FIRST_ACCEPTED_AT = """
SELECT accepted_at FROM message INDEXED BY message_queue
WHERE status = 'queued' AND pin_sim IS NULL AND port IS :port AND spans = :spans AND due_at <= 0
ORDER BY due_at, id LIMIT 1
"""
DUE_AT = """
SELECT due_at FROM message INDEXED BY message_queue
WHERE status = 'queued' AND pin_sim IS NULL AND port IS :port AND spans = :spans AND due_at > 0
ORDER BY due_at LIMIT 1
"""

LOOK_AGAIN_MS = 1000
"""When to look again while instants are being moved because the clock was set."""


def next_row(tx: Transaction, turn: Turn) -> Row | None:
    """Give the message to send now: begun ones, own ones, then one that waits too long for another span."""
    if tx.memory.pinned.get(turn.sim):
        values = tx.fetch_one(PINNED, {"sim": turn.sim, "now": turn.now - tx.memory.lag_ms})
        if values is not None:
            return row_of(tx, values)
    if turn.only_begun:
        return None
    own = _first(tx, tx.memory.groups_of(turn.port), turn.now)
    if own is not None or turn.steal_before is None:
        return own
    # The first of a group is its oldest, so the others need not be looked at.
    other = _first(tx, tx.memory.groups_elsewhere(turn.port), turn.now)
    return other if other is not None and other.accepted_at < turn.steal_before else None


def _first(tx: Transaction, groups: Iterable[Group], now: EpochMs) -> Row | None:
    first: Row | None = None
    for group in groups:
        key = _key(group)
        if tx.memory.delayed.get(group):
            made_due = tx.execute(MAKE_DUE, {**key, "now": now - tx.memory.lag_ms}).rowcount
            tx.memory.delayed.add(group, -made_due)
        if tx.memory.queued.get(group) > tx.memory.delayed.get(group):
            values = tx.fetch_one(FIRST, key)
            row = None if values is None else row_of(tx, values)
            if row is not None and (first is None or (row.due_at, row.id) < (first.due_at, first.id)):
                first = row
    return first


def next_due_at(tx: Transaction, turn: Turn) -> EpochMs | None:
    """Give when there will be a message to send if nothing is added, None when there will not."""
    instants: list[int] = []
    if tx.memory.pinned.get(turn.sim):
        (due_at,) = tx.fetch_one(PINNED_DUE_AT, {"sim": turn.sim})
        instants += [due_at] if due_at is not None else []
    instants += [] if turn.only_begun else _new_due_at(tx, turn)
    if instants and tx.memory.clock_change is not None:
        return EpochMs(turn.now + LOOK_AGAIN_MS)
    return EpochMs(max(min(instants), turn.now)) if instants else None


def _new_due_at(tx: Transaction, turn: Turn) -> list[int]:
    """Give when there may be a message of which nothing was sent."""
    instants: list[int] = [] if tx.memory.next_lift >= NEVER else [tx.memory.next_lift]
    for group in tx.memory.groups_of(turn.port):
        instants += _due_at(tx, group)
    if turn.steal_before is not None:
        patience = turn.now - turn.steal_before
        for group in tx.memory.groups_elsewhere(turn.port):
            instants += _due_at(tx, group)
            accepted = tx.fetch_one(FIRST_ACCEPTED_AT, _key(group))
            # One more: a message is taken when it was accepted before steal_before, not at it.
            instants += [accepted[0] + patience + 1] if accepted is not None else []
    return instants


def _due_at(tx: Transaction, group: Group) -> list[int]:
    if not tx.memory.delayed.get(group):
        return []
    found = tx.fetch_one(DUE_AT, _key(group))
    return [] if found is None else [found[0]]


def _key(group: Group) -> dict[str, object]:
    return {"port": group[0], "spans": group[1]}
