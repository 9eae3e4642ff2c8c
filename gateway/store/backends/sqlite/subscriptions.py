"""What a dialect keeps for an account, and which callbacks it is owed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from gateway.core.callback import CallbackEvent
    from gateway.core.types import AccountId
    from gateway.store.backends.sqlite.transaction import Transaction

READ_SETTINGS = "SELECT settings FROM dialect_settings WHERE account_id = :account_id AND dialect = :dialect"
SAVE_SETTINGS = """
INSERT INTO dialect_settings (account_id, dialect, settings) VALUES (:account_id, :dialect, :settings)
ON CONFLICT (account_id, dialect) DO UPDATE SET settings = excluded.settings
"""
UNSUBSCRIBE = "DELETE FROM subscription WHERE account_id = :account_id AND dialect = :dialect"
SUBSCRIBE = "INSERT INTO subscription (account_id, dialect, event) VALUES (:account_id, :dialect, :event)"


def read_settings(connection: sqlite3.Connection, account_id: AccountId, dialect: str) -> dict[str, Any]:
    """Give what the dialect keeps for the account, {} if nothing."""
    row = connection.execute(READ_SETTINGS, {"account_id": account_id, "dialect": dialect}).fetchone()
    settings: dict[str, Any] = {} if row is None else json.loads(row[0])
    return settings


def save_settings(
    tx: Transaction,
    account_id: AccountId,
    dialect: str,
    values: Mapping[str, Any],
    events: frozenset[CallbackEvent],
) -> None:
    """Keep the settings and the subscriptions that follow from them."""
    settings = json.dumps(dict(values), ensure_ascii=False)
    tx.execute(SAVE_SETTINGS, {"account_id": account_id, "dialect": dialect, "settings": settings})
    set_subscriptions(tx, account_id, dialect, events)


def set_subscriptions(tx: Transaction, account_id: AccountId, dialect: str, events: frozenset[CallbackEvent]) -> None:
    """Owe the account these events of the dialect from now on, and no others."""
    key = {"account_id": account_id, "dialect": dialect}
    tx.execute(UNSUBSCRIBE, key)
    for event in sorted(events):
        tx.execute(SUBSCRIBE, {**key, "event": event.value})
    tx.after_commit.append(lambda: _remember(tx, account_id, dialect, events))


def _remember(tx: Transaction, account_id: AccountId, dialect: str, events: frozenset[CallbackEvent]) -> None:
    dialects = {**tx.memory.subscriptions.get(account_id, {}), dialect: events}
    tx.memory.subscriptions[account_id] = {name: kept for name, kept in dialects.items() if kept}
