"""The store's calls about messages it has accepted; the work of each is done beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.store.backends.sqlite import outbox, replaying, request_keys, schedule, withdrawing
from gateway.store.backends.sqlite.database import Database
from gateway.store.requests import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.message import NewMessage
    from gateway.core.status import Status
    from gateway.core.types import AccountId, EpochMs, MessageId
    from gateway.store.requests import ReplayQuery, RequestKey, WithdrawalAnswer


class RequestDatabase(Database):
    """Keeps the contract of `gateway.store.requests.RequestStore`; the calls are described there."""

    async def accept_once(self, messages: Sequence[NewMessage], key: RequestKey) -> Answer:
        """Store messages, or give what an earlier request with the same key was answered."""
        if not messages:
            return Answer(accepted_at=key.now, messages=())
        release = self.reserve(outbox.reservation(messages))
        accepted = await self.write(request_keys.accept_once(messages, key), on_failed=release)
        if accepted.is_repeated:
            release()
        return accepted.answer

    async def answer_to(self, key: RequestKey) -> Answer | None:
        """Give what an earlier request with the key was answered."""
        return await self.read(lambda connection: request_keys.read_answer(connection, key))

    async def forget_keys(self, now: EpochMs) -> int:
        """Drop keys whose time is over; gives how many."""
        total = 0
        while True:
            count = await self.write(lambda tx: request_keys.forget_some(tx, now))
            total += count
            if count < request_keys.FORGOTTEN_AT_ONCE:
                return total

    async def cancel(self, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs) -> Status | None:
        """Withdraw a message that no span has; gives its status then."""
        return await self.write(lambda tx: withdrawing.cancel(tx, message_id, account_id=account_id, now=now))

    async def withdraw(
        self, message_id: MessageId, *, account_id: AccountId | None, now: EpochMs
    ) -> WithdrawalAnswer | None:
        """Withdraw a message, or have it withdrawn as soon as it is known that it did not go out."""
        return await self.write(lambda tx: withdrawing.withdraw(tx, message_id, account_id=account_id, now=now))

    async def reschedule(
        self, message_id: MessageId, *, account_id: AccountId | None, send_at: EpochMs | None, now: EpochMs
    ) -> bool:
        """Put a message off, or let it go at once."""
        return await self.write(
            lambda tx: schedule.reschedule(tx, message_id, account_id=account_id, send_at=send_at, now=now)
        )

    async def replayable(self, query: ReplayQuery) -> list[tuple[EpochMs, MessageId]]:
        """Give instant and id of messages that may be sent anew."""
        return await self.read_slowly(lambda connection: replaying.read_replayable(connection, query))
