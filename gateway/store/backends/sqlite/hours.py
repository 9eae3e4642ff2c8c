"""How many outbound messages are shown in each hour: with it any page of the outbox is near something counted.

The counts change in the transaction that adds, sends or deletes a message, as the totals do, so a reader sees counts
and messages of the same moment. What is sent in the hour in which it was accepted changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from gateway.core.types import AccountId, EpochMs

HOUR_MS = 3_600_000
OF_ALL = 0
"""Stands for the account where messages of all accounts are counted."""
ADD = """
INSERT INTO shown_hour (account_id, hour, value) VALUES (:account_id, :hour, :value)
ON CONFLICT (account_id, hour) DO UPDATE SET value = value + excluded.value
"""
DROP_EMPTY = "DELETE FROM shown_hour WHERE account_id = :account_id AND hour = :hour AND value = 0"
FROM_OLDEST = "SELECT hour, value FROM shown_hour WHERE account_id = :account_id ORDER BY hour"
FROM_NEWEST = f"{FROM_OLDEST} DESC"
BEFORE = "SELECT coalesce(sum(value), 0) FROM shown_hour WHERE account_id = :account_id AND hour < :hour"


@dataclass(frozen=True, slots=True)
class Stretch:
    """An hour of an account, and how many of its messages are shown before that hour and through its end."""

    hour: int
    before: int
    through: int


def hour_of(shown_at: EpochMs) -> int:
    """Give the hour, counted from 1970, in which a message is shown."""
    return shown_at // HOUR_MS


def save_hours(connection: sqlite3.Connection, changes: Mapping[tuple[int, AccountId], int]) -> None:
    """Write how the counts change, by hour and account."""
    sums: dict[tuple[int, int], int] = {}
    for (hour, account_id), value in changes.items():
        sums[hour, account_id] = value
        sums[hour, OF_ALL] = sums.get((hour, OF_ALL), 0) + value
    for (hour, key), value in sums.items():
        if value:
            place = {"hour": hour, "account_id": key}
            connection.execute(ADD, {**place, "value": value})
            if value < 0:
                connection.execute(DROP_EMPTY, place)


def find_stretch(connection: sqlite3.Connection, account_id: int, place: int, *, total: int) -> Stretch:
    """Give the hour of the message that has `place` others before it, of `total`; looked for from the nearer end."""
    values = {"account_id": account_id}
    if place < total // 2:
        reached = 0
        for hour, value in connection.execute(FROM_OLDEST, values):
            if place < reached + value:
                return Stretch(hour, reached, reached + value)
            reached += value
    else:
        reached = total
        for hour, value in connection.execute(FROM_NEWEST, values):
            if place >= reached - value:
                return Stretch(hour, reached - value, reached)
            reached -= value
    raise AssertionError(f"{place} of {total} messages of account {account_id} is in no hour")


def count_before(connection: sqlite3.Connection, account_id: int, hour: int) -> int:
    """Give how many messages are shown before an hour."""
    return int(connection.execute(BEFORE, {"account_id": account_id, "hour": hour}).fetchone()[0])
