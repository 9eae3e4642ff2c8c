"""Moves what is kept as instants in the future when the system's clock was set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from gateway.store.backends.sqlite.transaction import Transaction

# due_at 0 and below means at once and is counted apart, so a waiting one stays above it.
MESSAGES = """
UPDATE message SET valid_until = valid_until + :by, due_at = iif(due_at > 0, max(1, due_at + :by), due_at)
WHERE id IN (
    SELECT id FROM message INDEXED BY message_queue WHERE status = 'queued' AND pin_sim IS NULL
    UNION ALL
    SELECT id FROM message INDEXED BY message_pinned WHERE status = 'queued' AND pin_sim IS NOT NULL
    UNION ALL
    SELECT id FROM message INDEXED BY message_held WHERE status = 'held'
    UNION ALL
    SELECT message_id FROM attempt INDEXED BY attempt_open WHERE outcome = 'open'
    UNION ALL
    SELECT message_id FROM attempt INDEXED BY attempt_unanswered
    WHERE outcome = 'no answer' AND decide_at IS NOT NULL)
"""
# When a window opens was told by the clock that was wrong: it is found out anew.
WINDOWS = """
UPDATE message INDEXED BY message_held SET send_at = coalesce(not_before, 0)
WHERE status = 'held' AND send_window <> '' AND send_at IS NOT NULL
"""
DECISIONS = """
UPDATE attempt INDEXED BY attempt_unanswered SET decide_at = decide_at + :by
WHERE outcome = 'no answer' AND decide_at IS NOT NULL
"""
EXCLUSIONS = "UPDATE exclusion SET until = until + :by"
# When a quota begins anew is told anew by whoever may not send: by the calendar that is another time now.
PACED = "UPDATE message INDEXED BY message_paced SET held_until = 0 WHERE status = 'held' AND held_until IS NOT NULL"
CALLBACKS = "UPDATE callback SET next_at = next_at + :by, created_at = created_at + :by WHERE given_up_at IS NULL"


def shift_instants(tx: Transaction, by_ms: int) -> None:
    """Let everything that waits wait as long as before, though the clock shows `by_ms` more."""
    for statement in (MESSAGES, DECISIONS, EXCLUSIONS, CALLBACKS):
        tx.execute(statement, {"by": by_ms})
    tx.execute(WINDOWS, {})
    for owner, usage in list(tx.memory.usages.items()):
        tx.memory.set_usage(owner, usage.shifted(by_ms))
    tx.execute(PACED, {})
    tx.tell_scheduled(EpochMs(0))
    tx.memory.next_expiry = tx.memory.next_lift = 0  # the next search finds it out
    tx.tell_callbacks()
