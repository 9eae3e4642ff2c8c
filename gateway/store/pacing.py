"""What every store must do about limits of SIMs and accounts, and about what was used of them.

The duties of `gateway.store.backend` hold here too; that about quotas is number 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.core.pacing import Owner, OwnerKind, Pace, Pause, Usage
    from gateway.core.types import AccountId, EpochMs, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class Blocked:
    """Why the SIM of a span may not send: a quota is used up."""

    pace: Pace
    pause: Pause


class HeldBy(StrEnum):
    """What a message waits for: its account, a SIM that may send again at all, or one that has room for all of it."""

    ACCOUNT = "account"
    SIM = "SIM"
    ROOM = "room"


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldFor:
    """Which messages that are held for a quota; each field that is set narrows.

    `port`: those that this span may send. `account_id`: those of this account. `before`: those held by then.
    """

    by: HeldBy
    port: Port | None = None
    account_id: AccountId | None = None
    before: EpochMs | None = None


class PacingStore(Protocol):
    """The calls about limits."""

    async def usages(self, kind: OwnerKind) -> dict[str, Usage]:
        """Give what was used, by the owner's key; owners without limits have none."""
        ...

    async def own_limits(self, kind: OwnerKind) -> dict[str, dict[str, Any]]:
        """Give the limits that a person set at run time (a JSON object), by the owner's key."""
        ...

    async def save_own_limits(self, owner: Owner, values: Mapping[str, Any]) -> None:
        """Keep the limits of an owner; without any they are forgotten."""
        ...

    async def hold(self, blocked: Mapping[Port, Blocked], able: frozenset[Port], now: EpochMs, *, limit: int) -> int:
        """Hold up to `limit` queued messages that only `blocked` spans may send; gives how many.

        `able` are the spans that can send: what one of them may send stays queued, and so does what has begun.
        """
        ...

    async def keep_held(self, paces: Mapping[AccountId, Pace], now: EpochMs) -> None:
        """Let messages that are held for accounts wait on where the quota has no room for them yet.

        Of those whose time has come the first ones stay due, one for each segment of room; the others get the time
        and the reason of the next period. To let all go would only be to hold most of them again.
        """
        ...

    async def free_held(self, which: HeldFor, now: EpochMs, *, limit: int) -> int:
        """Queue up to `limit` messages that are held for a quota, the first ones first; gives how many.

        `Store.release` does it when their time has come, but for those that wait for a SIM: they stay until somebody
        has a span for them, for the same reason.
        """
        ...
