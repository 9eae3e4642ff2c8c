"""What a store does for callers about messages it has accepted: requests repeated, withdrawn, put off, sent anew."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.message import NewMessage
    from gateway.core.status import Status
    from gateway.core.types import AccountId, EpochMs, MessageId, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestKey:
    """The caller's key of a request, by account, and the SHA-256 of what was asked; kept until `expires_at`."""

    account_id: AccountId
    key: str
    digest: bytes
    now: EpochMs
    expires_at: EpochMs


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a request with a key was answered: its messages and their preferred spans, in order."""

    accepted_at: EpochMs
    messages: tuple[tuple[MessageId, Port | None], ...]


class Withdrawal(StrEnum):
    """How far the withdrawal of a message has come."""

    WITHDRAWN = "withdrawn"
    """It is cancelled."""
    ASKED = "asked"
    """A span has it: it is withdrawn if the modem refuses it, and sent if not."""
    TOO_LATE = "too late"
    """It went out, or may have; or it has ended in another way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithdrawalAnswer:
    """What came of asking for a withdrawal: how far it is, in a sentence, and the status the message has now."""

    state: Withdrawal
    reason: str
    status: Status


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayQuery:
    """Messages that ended without success from `since` on and were not sent anew, in the order in which they ended.

    `after` is where the batch before ended: instant and id. `account_id` None: of any account.
    """

    statuses: frozenset[Status]
    since: EpochMs
    account_id: AccountId | None = None
    after: tuple[EpochMs, MessageId] | None = None
    limit: int = 100


class RequestStore(Protocol):
    """That part of the contract."""

    async def accept_once(self, messages: Sequence[NewMessage], key: RequestKey) -> Answer:
        """Store messages as `accept` does, or give what an earlier request with the same key was answered.

        One transaction decides. ConflictError("key", …) when the earlier request asked for something else.
        """
        ...

    async def answer_to(self, key: RequestKey) -> Answer | None:
        """Give what an earlier request with the key was answered, None when there was none; as `accept_once`."""
        ...

    async def forget_keys(self, now: EpochMs) -> int:
        """Drop keys whose time is over, in small transactions; gives how many."""
        ...

    async def cancel(self, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs) -> Status | None:
        """Withdraw a message that no span has; gives its status then, CANCELLED when it is withdrawn.

        None when there is none, or none of `account_id` (None: of any account).
        """
        ...

    async def withdraw(
        self, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs
    ) -> WithdrawalAnswer | None:
        """Withdraw a message, or have it withdrawn as soon as it is known that it did not go out.

        None as in `cancel`. The wish is kept: whenever the store would queue the message again, it is cancelled
        instead; when it may have gone out, it becomes unknown and is not sent again. Once a segment went out the rest
        follows, as the phone has a part of it.
        """
        ...

    async def reschedule(
        self, message_id: MessageId, *, account_id: AccountId | None, send_at: EpochMs | None, now: EpochMs
    ) -> bool:
        """Put a message off until `send_at`, or let it go at once (None), within its send window; False as in `cancel`.

        It is then good for as long as it was before. ConflictError("message", …) when it does not wait any more or a
        part of it may have gone out, NoCreditError when it would be due and its credit does not cover it.
        """
        ...

    async def replayable(self, query: ReplayQuery) -> list[tuple[EpochMs, MessageId]]:
        """Give instant and id of messages that may be sent anew; what may have gone out all the same is left out.

        That is `unknown`, and what ended in another way after one of its segments was queued again without knowing:
        they are given only when `query.statuses` has `unknown`.
        """
        ...
