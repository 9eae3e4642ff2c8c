"""What the queues can still take, and when they will take more."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from gateway.core.drain import SHORTEST_S, Drain
from gateway.errors import QueueFullError

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.config.settings import QueueSection
    from gateway.core.account import Account
    from gateway.core.types import AccountId
    from gateway.store.backend import Store

DISK_RETRY_S: Final = 300
"""Somebody has to free some disk first."""
REMEMBERED_ACCOUNTS: Final = 1024


class Room:
    """The room of the box and of each account; it watches how fast they empty while it is asked."""

    def __init__(self, *, settings: QueueSection, store: Store, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._whole = Drain()
        self._by_account: OrderedDict[AccountId, Drain] = OrderedDict()

    def of(self, account: Account, *, is_urgent: bool = False) -> int:
        """Give how many messages the queue of the box and that of the account can still take; none on a full disk.

        Urgent ones have a lane beside that of all others: neither takes room of the other, in the box or in an account.
        """
        queues = self._queues(account, is_urgent=is_urgent)
        now_s = self._clock.monotonic()
        for drain, left, _ in queues:
            drain.note(now_s, left)
        if self._store.is_disk_low():
            return 0
        return max(0, min(room for _, _, room in queues))

    def refusal(self, account: Account, wanted: int, *, is_urgent: bool = False) -> QueueFullError:
        """Give the refusal of `wanted` messages that there is no room for, with the time when there should be."""
        if self._store.is_disk_low():
            return QueueFullError(DISK_RETRY_S)
        now_s = self._clock.monotonic()
        queues = self._queues(account, is_urgent=is_urgent)
        waits = [drain.wait_s(now_s, left, wanted - room) for drain, left, room in queues if wanted > room]
        return QueueFullError(max(waits, default=SHORTEST_S))

    def _queues(self, account: Account, *, is_urgent: bool) -> list[tuple[Drain, int, int]]:
        """Give for the queue of the box, and that of the account if it has one, how many have left and its room."""
        load, settings = self._store.load, self._settings
        urgent_of_account = load.urgent_by_account.get(account.id, 0)
        if is_urgent:
            # While there are any, they are what leaves first.
            room, of_account = settings.urgent_limit - load.open_urgent, urgent_of_account
        else:
            room = settings.limit - load.open_messages + load.open_urgent
            of_account = load.open_by_account.get(account.id, 0) - urgent_of_account
        queues = [(self._whole, load.left_messages, room)]
        if account.queue_limit:
            drain = self._drain(account.id)
            queues.append((drain, load.left_by_account.get(account.id, 0), account.queue_limit - of_account))
        return queues

    def _drain(self, account_id: AccountId) -> Drain:
        drain = self._by_account.get(account_id)
        if drain is None:
            drain = self._by_account[account_id] = Drain()
            if len(self._by_account) > REMEMBERED_ACCOUNTS:
                self._by_account.popitem(last=False)
        return drain
