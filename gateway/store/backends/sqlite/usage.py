"""What SIMs and accounts have used of their quotas: in the writer's memory, and a few rows for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from gateway.core.pacing import LONG_AGO, Bucket, Owner, OwnerKind, Usage
from gateway.core.period import Period

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from gateway.core.types import EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

READ = "SELECT kind, key, period, start, last, segments FROM usage ORDER BY kind, key, period, start"
SAVE = """
INSERT INTO usage (kind, key, period, start, last, segments) VALUES (:kind, :key, :period, :start, :last, :segments)
ON CONFLICT (kind, key, period, start) DO UPDATE SET last = excluded.last, segments = excluded.segments
"""
DROP = "DELETE FROM usage WHERE kind = :kind AND key = :key AND period = :period AND start = :start"
READ_LIMITS = "SELECT key, limits FROM own_limits WHERE kind = :kind"
SAVE_LIMITS = """
INSERT INTO own_limits (kind, key, limits) VALUES (:kind, :key, :limits)
ON CONFLICT (kind, key) DO UPDATE SET limits = excluded.limits
"""
DROP_LIMITS = "DELETE FROM own_limits WHERE kind = :kind AND key = :key"
_GAP: Final = "gap"

_Row = tuple[str, "EpochMs", "EpochMs", int]
"""Period, start, last, segments."""


def read_usages(connection: sqlite3.Connection) -> dict[Owner, Usage]:
    """Give what everybody has used."""
    rows: dict[Owner, list[_Row]] = {}
    for kind, key, period, start, last, segments in connection.execute(READ):
        rows.setdefault(Owner(OwnerKind(kind), key), []).append((period, start, last, segments))
    return {owner: _usage_of(found) for owner, found in rows.items()}


def save_usages(tx: Transaction) -> None:
    """Write what the transaction has changed, and no more."""
    for owner, before in tx.memory.usages_before.items():
        key = {"kind": owner.kind.value, "key": owner.key}
        old = {row[:2]: row for row in _rows_of(before)}
        new = {row[:2]: row for row in _rows_of(tx.memory.usages[owner])}
        for period, start in old.keys() - new.keys():
            tx.execute(DROP, {**key, "period": period, "start": start})
        for place, row in new.items():
            if old.get(place) != row:
                period, start, last, segments = row
                tx.execute(SAVE, {**key, "period": period, "start": start, "last": last, "segments": segments})


def _usage_of(rows: list[_Row]) -> Usage:
    buckets: dict[Period, tuple[Bucket, ...]] = {}
    free_at = LONG_AGO
    for word, start, last, segments in rows:
        if word == _GAP:
            free_at = last
        else:
            period = Period(word)
            buckets[period] = (*buckets.get(period, ()), Bucket(start=start, last=last, segments=segments))
    return Usage(buckets=buckets, free_at=free_at)


def _rows_of(usage: Usage) -> Iterator[_Row]:
    for period, buckets in usage.buckets.items():
        for one in buckets:
            yield period.value, one.start, one.last, one.segments
    if usage.free_at:
        yield _GAP, LONG_AGO, usage.free_at, 0


def read_own_limits(connection: sqlite3.Connection, kind: OwnerKind) -> dict[str, dict[str, Any]]:
    """Give the limits that were set at run time, by the owner's key."""
    return {key: json.loads(limits) for key, limits in connection.execute(READ_LIMITS, {"kind": kind.value})}


def save_own_limits(tx: Transaction, owner: Owner, values: Mapping[str, Any]) -> None:
    """Keep the limits of an owner, or forget them when there are none."""
    key = {"kind": owner.kind.value, "key": owner.key}
    if values:
        tx.execute(SAVE_LIMITS, {**key, "limits": json.dumps(dict(values))})
    else:
        tx.execute(DROP_LIMITS, key)
