"""The calls of the store about limits, each one transaction or one read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from gateway.store.backends.sqlite import pacing, usage
from gateway.store.backends.sqlite.database import Database

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.core.pacing import Owner, OwnerKind, Pace, Usage
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.store.pacing import Blocked, HeldFor


class LimitsDatabase(Database):
    """Keeps the contract of `gateway.store.pacing.PacingStore`; the calls are described there."""

    async def usages(self, kind: OwnerKind) -> dict[str, Usage]:
        """Give what was used, by the owner's key."""
        found = await self.read(usage.read_usages)
        return {owner.key: one for owner, one in found.items() if owner.kind is kind}

    async def own_limits(self, kind: OwnerKind) -> dict[str, dict[str, Any]]:
        """Give the limits that were set at run time."""
        return await self.read(lambda connection: usage.read_own_limits(connection, kind))

    async def save_own_limits(self, owner: Owner, values: Mapping[str, Any]) -> None:
        """Keep or forget the limits of an owner."""
        await self.write(lambda tx: usage.save_own_limits(tx, owner, values))

    async def hold(self, blocked: Mapping[Port, Blocked], able: frozenset[Port], now: EpochMs, *, limit: int) -> int:
        """Hold messages that only blocked spans may send."""
        return await self.write(lambda tx: pacing.hold_some(tx, blocked, able, now, limit))

    async def keep_held(self, paces: Mapping[AccountId, Pace], now: EpochMs) -> None:
        """Let messages that are held for accounts wait on."""
        for account_id, pace in paces.items():
            while await self.write(partial(pacing.keep_some, account_id=account_id, pace=pace, now=now)):
                pass

    async def free_held(self, which: HeldFor, now: EpochMs, *, limit: int) -> int:
        """Queue some messages that are held for a quota."""
        return await self.write(lambda tx: pacing.free_some(tx, which, now, limit))
