"""What waits, as the event loop sees it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from gateway.store.backend import Load
from gateway.store.backends.sqlite.transaction import LoadChange
from gateway.store.backends.sqlite.waiting import Waiting, read_waiting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from gateway.core.types import AccountId, Port

K = TypeVar("K")


def read_load(connection: sqlite3.Connection, waiting: Waiting | None = None) -> LoadChange:
    """Count what waits in the database, unless that is `waiting`."""
    waiting = waiting or read_waiting(connection)
    change = LoadChange()
    for key, count in waiting.counts.items():
        account_id, port, _, is_urgent = key
        change.open_by_account[account_id] += count
        if is_urgent:
            change.urgent_by_account[account_id] += count
        if port is not None:
            change.open_by_port[port] += count
            in_line = waiting.segments[key] - waiting.held[key]
            if in_line:
                change.waiting_segments[port] += in_line
    return change


class LoadBoard:
    """Keeps `load`; only the event loop touches it."""

    def __init__(self) -> None:
        self._open_by_account: dict[AccountId, int] = {}
        self._urgent_by_account: dict[AccountId, int] = {}
        self._open_by_port: dict[Port, int] = {}
        self._waiting_segments: dict[Port, int] = {}
        self._left_by_account: dict[AccountId, int] = {}
        self.load = Load(
            open_by_account=MappingProxyType(self._open_by_account),
            urgent_by_account=MappingProxyType(self._urgent_by_account),
            open_by_port=MappingProxyType(self._open_by_port),
            waiting_segments=MappingProxyType(self._waiting_segments),
            left_by_account=MappingProxyType(self._left_by_account),
        )

    def leave(self, change: LoadChange) -> None:
        """Count what has left by the change of a transaction; what it accepted is in none."""
        for account_id, count in change.open_by_account.items():
            if count < 0:
                self.load.left_messages -= count
                self._left_by_account[account_id] = self._left_by_account.get(account_id, 0) - count

    def change(self, change: LoadChange, sign: int = 1) -> None:
        """Add (or with `sign` -1 take back) a change."""
        self.load.open_messages += sign * sum(change.open_by_account.values())
        _add(self._open_by_account, change.open_by_account, sign)
        if change.urgent_by_account:
            self.load.open_urgent += sign * sum(change.urgent_by_account.values())
            _add(self._urgent_by_account, change.urgent_by_account, sign)
        _add(self._open_by_port, change.open_by_port, sign)
        _add(self._waiting_segments, change.waiting_segments, sign)


def _add(counts: dict[K, int], changes: Mapping[K, int], sign: int) -> None:
    for key, change in changes.items():
        count = counts.get(key, 0) + sign * change
        if count:
            counts[key] = count
        else:
            counts.pop(key, None)
