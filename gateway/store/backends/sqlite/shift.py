"""Moves what is kept as instants in the future when the system's clock was set.

With a million messages waiting that takes ten seconds, in which others must be able to write. So the change is noted
first, then what waits is moved some at a time, in the order of the ids, and how far that got is kept in the same
transactions: a crash neither moves anything twice nor leaves anything out.

Until then whoever reads a message in order to change it moves it first (`move_first`). Whoever looks for what is due
among rows that may not be moved yet looks `Memory.lag_ms` back, so that nothing comes too early; it may come too late
by the time that this takes. Nothing expires meanwhile. Messages that are accepted meanwhile have ids above, and the new
time.
"""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING

from gateway.core.types import EpochMs
from gateway.store.backends.sqlite.memory import READ_CLOCK_CHANGE, ClockChange
from gateway.store.backends.sqlite.waiting import sorted_ids

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.types import MessageId
    from gateway.store.backends.sqlite.transaction import Transaction

MOVED_AT_ONCE = 500
"""Most messages or callbacks that are moved in one transaction: nobody else can write meanwhile."""
NOTE_CHANGE = """
INSERT INTO clock_change (by_ms, messages_below, callbacks_below) VALUES (:by, :messages_below, :callbacks_below)
"""
# Few: what waits for evidence.
DECISIONS = """
UPDATE attempt INDEXED BY attempt_unanswered SET decide_at = decide_at + :by
WHERE outcome = 'no answer' AND decide_at IS NOT NULL
"""
# due_at 0 and below means at once and is counted apart, so a waiting one stays above it. When a window opens, and when
# a quota begins anew, was told by the clock that was wrong: it is found out anew.
MESSAGES = """
UPDATE message SET valid_until = valid_until + :by, due_at = iif(due_at > 0, max(1, due_at + :by), due_at),
    send_at = iif(status = 'held' AND send_window <> '' AND send_at IS NOT NULL, coalesce(not_before, 0), send_at),
    held_until = iif(status = 'held' AND held_until IS NOT NULL, 0, held_until)
WHERE id IN (SELECT value FROM json_each(:ids)) AND id NOT IN (SELECT id FROM clock_moved)
"""
EXCLUSIONS = """
UPDATE exclusion SET until = until + :by
WHERE message_id IN (SELECT value FROM json_each(:ids)) AND message_id NOT IN (SELECT id FROM clock_moved)
"""
MARK_MESSAGES = "UPDATE clock_change SET messages_moved = :moved"
IS_MOVED = "SELECT 1 FROM clock_moved WHERE id = :id"
NOTE_MOVED = "INSERT INTO clock_moved (id) VALUES (:id)"
NEXT_CALLBACKS = """
SELECT max(id) FROM (
    SELECT id FROM callback
    WHERE id > (SELECT callbacks_moved FROM clock_change) AND id < (SELECT callbacks_below FROM clock_change)
    ORDER BY id LIMIT :limit)
"""
CALLBACKS = """
UPDATE callback SET next_at = next_at + :by, created_at = created_at + :by
WHERE id > (SELECT callbacks_moved FROM clock_change) AND id <= :through AND given_up_at IS NULL
"""
MARK_CALLBACKS = "UPDATE clock_change SET callbacks_moved = :through"
END = "DELETE FROM clock_change"
FORGET_MOVED = "DELETE FROM clock_moved"


def note_change(tx: Transaction, by_ms: int) -> bool:
    """Write down that the clock shows `by_ms` more than it did for what waits now; False while another is under way."""
    if tx.memory.clock_change is not None:
        return False
    below = {f"{name}s_below": tx.memory.next_ids.get(name) for name in ("message", "callback")}
    tx.execute(NOTE_CHANGE, {"by": by_ms, **below})
    tx.memory.clock_change = ClockChange(by_ms=by_ms, moved=0, below=below["messages_below"])
    tx.execute(DECISIONS, {"by": by_ms})
    for owner, usage in list(tx.memory.usages.items()):
        tx.memory.set_usage(owner, usage.shifted(by_ms))
    return True


def is_under_way(connection: sqlite3.Connection) -> bool:
    """Tell whether there is something left to move."""
    return connection.execute(READ_CLOCK_CHANGE).fetchone() is not None


def read_unmoved(connection: sqlite3.Connection) -> array[int]:
    """Give the ids of the messages that wait and are still to be moved, in order.

    No other id below the end joins them: what waits came by acceptance, or was read to be changed and is moved then.
    """
    _, moved, below = connection.execute(READ_CLOCK_CHANGE).fetchone()
    return array("I", (one for ids in sorted_ids(connection) for one in ids if moved < one < below))


def move_messages(tx: Transaction, ids: Sequence[int]) -> None:
    """Move the next messages of `read_unmoved`."""
    change = tx.memory.clock_change
    if change is None:
        raise AssertionError("no change of the clock is under way")
    _move(tx, ids, change.by_ms)
    tx.execute(MARK_MESSAGES, {"moved": ids[-1]})
    tx.memory.clock_change = change.moved_through(ids[-1])


def move_first(tx: Transaction, message_id: MessageId) -> bool:
    """Move a message that has not been moved yet; gives whether it was."""
    change = tx.memory.clock_change
    if change is None or not change.moved < message_id < change.below or tx.fetch_one(IS_MOVED, {"id": message_id}):
        return False
    _move(tx, [message_id], change.by_ms)
    tx.execute(NOTE_MOVED, {"id": message_id})
    return True


def _move(tx: Transaction, ids: Sequence[int], by_ms: int) -> None:
    values = {"ids": json.dumps(list(ids)), "by": by_ms}
    tx.execute(MESSAGES, values)
    tx.execute(EXCLUSIONS, values)


def move_callbacks(tx: Transaction) -> bool:
    """Move the next callbacks; gives whether there may be more."""
    (through,) = tx.fetch_one(NEXT_CALLBACKS, {"limit": MOVED_AT_ONCE})
    if through is None or tx.memory.clock_change is None:
        return False
    tx.execute(CALLBACKS, {"through": through, "by": tx.memory.clock_change.by_ms})
    tx.execute(MARK_CALLBACKS, {"through": through})
    return True


def end_change(tx: Transaction) -> None:
    """Everything is moved: let everybody look anew for what is due."""
    tx.execute(END, {})
    tx.execute(FORGET_MOVED, {})
    tx.memory.clock_change = None
    tx.memory.next_expiry = tx.memory.next_lift = 0  # the next search finds it out
    tx.tell_scheduled(EpochMs(0))
    tx.tell_callbacks()
