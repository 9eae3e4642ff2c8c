"""The calls about what a dialect keeps for an account; some APIs read it with every request, so it is remembered."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from gateway.store.backends.sqlite import subscriptions
from gateway.store.backends.sqlite.database import Database

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gateway.core.callback import CallbackEvent
    from gateway.core.types import AccountId
    from gateway.store.disk import DiskWatch


class SettingsDatabase(Database):
    """Keeps that part of the contract of `gateway.store.backend.Store`."""

    def __init__(self, path: Path, *, synchronous: str = "full", disk: DiskWatch | None = None) -> None:
        super().__init__(path, synchronous=synchronous, disk=disk)
        self._known: dict[tuple[AccountId, str], dict[str, Any]] = {}
        self._change_count = 0

    async def close(self) -> None:
        """Let the database go, with what was remembered of it."""
        await super().close()
        self._known.clear()

    async def set_subscriptions(self, account_id: AccountId, dialect: str, events: frozenset[CallbackEvent]) -> None:
        """Which events the account is owed by `dialect` from now on."""
        await self.write(lambda tx: subscriptions.set_subscriptions(tx, account_id, dialect, events))

    async def settings(self, account_id: AccountId, dialect: str) -> dict[str, Any]:
        """What the dialect keeps for the account, {} if nothing."""
        known = self._known.get((account_id, dialect))
        if known is None:
            count = self._change_count
            known = await self.read(lambda connection: subscriptions.read_settings(connection, account_id, dialect))
            if count == self._change_count:  # else this may be what was there before the change
                self._known[account_id, dialect] = known
        return deepcopy(known) if known else {}

    async def save_settings(
        self, account_id: AccountId, dialect: str, values: Mapping[str, Any], events: frozenset[CallbackEvent]
    ) -> None:
        """Keep the dialect's settings and the subscriptions that follow from them."""
        self._forget(account_id, dialect)
        try:
            await self.write(lambda tx: subscriptions.save_settings(tx, account_id, dialect, values, events))
        finally:
            self._forget(account_id, dialect)

    def _forget(self, account_id: AccountId, dialect: str) -> None:
        self._change_count += 1
        self._known.pop((account_id, dialect), None)
