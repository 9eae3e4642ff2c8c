"""What waits, as the event loop sees it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from gateway.store.backend import Load
from gateway.store.backends.sqlite.memory import WAITING
from gateway.store.backends.sqlite.transaction import LoadChange

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from gateway.core.types import AccountId, Port

K = TypeVar("K")

READ_LOAD = f"""
{WAITING}
SELECT account_id, port, count(*), sum(is_urgent), sum(segment_count - segments_sent)
FROM waiting CROSS JOIN message USING (id)
WHERE status IN ('queued', 'held', 'sending') GROUP BY account_id, port
"""  # noqa: S608 (constants)


def read_load(connection: sqlite3.Connection) -> LoadChange:
    """Count what waits in the database."""
    change = LoadChange()
    for account_id, port, count, urgent, segments in connection.execute(READ_LOAD):
        change.open_by_account[account_id] += count
        change.urgent_by_account[account_id] += urgent
        if port is not None:
            change.open_by_port[port] += count
            change.waiting_segments[port] += segments
    return change


class LoadBoard:
    """Keeps `Load`; only the event loop touches it."""

    def __init__(self) -> None:
        self._open_messages = 0
        self._open_urgent = 0
        self._open_by_account: dict[AccountId, int] = {}
        self._urgent_by_account: dict[AccountId, int] = {}
        self._open_by_port: dict[Port, int] = {}
        self._waiting_segments: dict[Port, int] = {}
        self._by_account = MappingProxyType(self._open_by_account)
        self._urgent = MappingProxyType(self._urgent_by_account)
        self._by_port = MappingProxyType(self._open_by_port)
        self._segments = MappingProxyType(self._waiting_segments)

    def view(self) -> Load:
        """Give the load; its maps go on changing."""
        return Load(
            open_messages=self._open_messages,
            open_urgent=self._open_urgent,
            open_by_account=self._by_account,
            urgent_by_account=self._urgent,
            open_by_port=self._by_port,
            waiting_segments=self._segments,
        )

    def change(self, change: LoadChange, sign: int = 1) -> Load:
        """Add (or with `sign` -1 take back) a change; gives the load after it."""
        self._open_messages += sign * sum(change.open_by_account.values())
        _add(self._open_by_account, change.open_by_account, sign)
        if change.urgent_by_account:
            self._open_urgent += sign * sum(change.urgent_by_account.values())
            _add(self._urgent_by_account, change.urgent_by_account, sign)
        _add(self._open_by_port, change.open_by_port, sign)
        _add(self._waiting_segments, change.waiting_segments, sign)
        return self.view()


def _add(counts: dict[K, int], changes: Mapping[K, int], sign: int) -> None:
    for key, change in changes.items():
        count = counts.get(key, 0) + sign * change
        if count:
            counts[key] = count
        else:
            counts.pop(key, None)
