"""What callers ask about messages that are accepted already: withdraw them, another time, send them anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.core.account import Account, Permission
from gateway.core.directory import ID_LIMIT
from gateway.core.number import Number
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.errors import ConflictError, InvalidFieldError, NotAllowedError, RequestError
from gateway.service.options import read_window
from gateway.service.submitting import Submission
from gateway.store.requests import ReplayQuery

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.message import Message
    from gateway.core.types import AccountId, EpochMs
    from gateway.service.submitting import Accepted, Submitter
    from gateway.store.backend import Store
    from gateway.store.requests import WithdrawalAnswer

REPLAYABLE = frozenset({Status.FAILED, Status.EXPIRED, Status.UNDELIVERED, Status.CANCELLED})
"""How a message has ended that is sent anew without being asked twice."""
REPLAYED_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplayBatch:
    """A batch of messages that ended without success.

    `replayed` has pairs of old and new ids, `refused` ids with the reason. `after` is where the next batch begins, None
    when this was the last.
    """

    replayed: tuple[tuple[MessageId, MessageId], ...]
    refused: tuple[tuple[MessageId, str], ...]
    after: tuple[EpochMs, MessageId] | None


class RequestDesk:
    """The desk for it. Who may see all messages may change all, and each change leaves a line in the audit log."""

    def __init__(self, *, settings: Settings, store: Store, submitter: Submitter, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._submitter = submitter
        self._clock = clock

    def window(self, account: Account, text: str) -> str:
        """Give a send window as `Options.window` wants it; without a zone it is in the account's. As `read_window`."""
        return str(read_window(text, account.timezone or self._settings.gateway.timezone))

    async def cancel(self, account: Account, message_id: int) -> WithdrawalAnswer | None:
        """Withdraw a message at once, or as soon as it is known that it did not go out; the answer says which.

        None when the account may see no such message.
        """
        known = self._known(account, message_id)
        if known is None:
            return None
        answer = await self._store.withdraw(known, account_id=self._owner(account), now=self._clock.now_ms())
        if answer is not None:
            await self._note(account, f"withdrawal: {answer.reason}", f"message {known}")
        return answer

    async def reschedule(self, account: Account, message_id: int, send_at: EpochMs | None) -> Message | None:
        """Put a message off until `send_at`, or let it go now (None); gives it as it stands then, None as in `cancel`.

        InvalidFieldError("send_at", …) when it is too far ahead, ConflictError("message", …) when it does not wait any
        more or may have gone out, NoCreditError when its account cannot pay for it now.
        """
        known = self._known(account, message_id)
        if known is None:
            return None
        now = self._clock.now_ms()
        if send_at is not None:
            self._submitter.check_send_at(send_at, now)
        owner = self._owner(account)
        if not await self._store.reschedule(known, account_id=owner, send_at=send_at, now=now):
            return None
        await self._note(account, "another time", f"message {known}")
        return (await self._store.messages([known]))[0]

    async def replay(self, account: Account, message_id: int, *, is_forced: bool = False) -> Accepted | None:
        """Send a message anew that ended without success: a new message, linked with it, on its account.

        None as in `cancel`. With `is_forced` also one that may have gone out, which may make a duplicate. ConflictError
        ("message", …) for others and for one that was sent anew already; the rest as `Service.submit_all`.
        """
        known = self._known(account, message_id)
        found = [] if known is None else await self._store.messages([known])
        if not found or (found[0].account_id != account.id and not account.may(Permission.SEE_ALL)):
            return None
        message = found[0]
        _check_replayable(message, is_forced=is_forced)
        owner = await self._owner_of(message.account_id)
        (accepted,) = await self._submitter.submit(owner, [self._again(message)])
        await self._note(account, f"sent anew as message {accepted.id}", f"message {message.id}")
        return accepted

    async def replay_some(
        self,
        account: Account,
        *,
        since: EpochMs,
        statuses: Collection[Status] = REPLAYABLE,
        of_account: AccountId | None = None,
        after: tuple[EpochMs, MessageId] | None = None,
        limit: int = REPLAYED_AT_ONCE,
        is_trial: bool = False,
    ) -> ReplayBatch:
        """Send a batch of messages anew that ended without success from `since` on, those first that ended first.

        `statuses` with `unknown` takes those that may have gone out as well. What was sent anew already is passed over.
        `is_trial` only finds them: the new id is then 0.
        """
        if not account.may(Permission.SEND):
            raise NotAllowedError
        if not set(statuses) <= REPLAYABLE | {Status.UNKNOWN}:
            raise InvalidFieldError("status", f"one of {', '.join(sorted(REPLAYABLE | {Status.UNKNOWN}))}")
        owner = of_account if account.may(Permission.SEE_ALL) else account.id
        query = ReplayQuery(
            statuses=frozenset(statuses),
            since=since,
            account_id=owner,
            after=after,
            limit=min(limit, REPLAYED_AT_ONCE),
        )
        found = await self._store.replayable(query)
        messages = await self._store.messages([message_id for _, message_id in found])
        replayed: list[tuple[MessageId, MessageId]] = []
        refused: list[tuple[MessageId, str]] = []
        if is_trial:
            replayed = [(message.id, MessageId(0)) for message in messages]
        else:
            for owner_id in sorted({message.account_id for message in messages}):
                of_owner = [message for message in messages if message.account_id == owner_id]
                await self._replay_all(owner_id, of_owner, replayed, refused)
            if replayed:
                await self._note(account, f"{len(replayed)} messages sent anew", f"message {replayed[0][0]} and others")
        return ReplayBatch(
            replayed=tuple(replayed), refused=tuple(refused), after=found[-1] if len(found) == query.limit else None
        )

    async def _replay_all(
        self,
        owner_id: AccountId,
        messages: Sequence[Message],
        replayed: list[tuple[MessageId, MessageId]],
        refused: list[tuple[MessageId, str]],
    ) -> None:
        """Send all in one transaction, and when something is refused each by itself."""
        try:
            owner = await self._owner_of(owner_id)
            accepted = await self._submitter.submit(owner, [self._again(message) for message in messages])
        except RequestError as error:
            if len(messages) == 1:
                refused.append((messages[0].id, str(error) or type(error).__name__))
                return
            for message in messages:
                await self._replay_all(owner_id, [message], replayed, refused)
        else:
            replayed += [(old.id, new.id) for old, new in zip(messages, accepted, strict=True)]

    def _again(self, message: Message) -> Submission:
        """Ask for the same once more: at once, good for as long as it was at first."""
        options = replace(message.options, replay_of=message.id)
        begun_at = max(message.accepted_at, message.send_at or message.accepted_at)
        if options.window:
            begun_at = read_window(options.window, "UTC").next_open(begun_at)
        life_ms = 0 if message.valid_until is None else message.valid_until - begun_at
        return Submission(
            dialect=message.dialect,
            numbers=(Number(given=message.recipient_given, normalised=message.recipient),),
            text="" if options.data is not None else message.text,
            spans=message.spans,
            client_ref=message.client_ref,
            valid_for_s=life_ms / 1000 if life_ms > 0 else None,
            is_urgent=message.is_urgent,
            sim_slot=message.sim_slot,
            sender=message.sender,
            callback_url=message.callback_url,
            request_report=message.request_report,
            options=options,
        )

    async def _owner_of(self, account_id: AccountId) -> Account:
        owner = await self._store.account(account_id)
        if owner is None or not owner.enabled:
            raise ConflictError("account", "the account of the message is disabled")
        return owner

    def _known(self, account: Account, message_id: int) -> MessageId | None:
        if not account.may(Permission.SEND):
            raise NotAllowedError
        return MessageId(message_id) if 0 < message_id < ID_LIMIT else None

    def _owner(self, account: Account) -> AccountId | None:
        return None if account.may(Permission.SEE_ALL) else account.id

    async def _note(self, account: Account, action: str, detail: str) -> None:
        if account.may(Permission.SEE_ALL):
            await self._store.add_audit(actor=account.name, action=action, detail=detail, now=self._clock.now_ms())


def _check_replayable(message: Message, *, is_forced: bool) -> None:
    if message.replayed_as is not None:
        raise ConflictError("message", f"it was sent anew as message {message.replayed_as}")
    if message.status not in REPLAYABLE | {Status.UNKNOWN}:
        raise ConflictError("message", f"it is {message.status.value}: only what ended without success is sent anew")
    was_reported = message.status is Status.UNDELIVERED or message.report_status is not None
    is_doubtful = message.status is Status.UNKNOWN or (message.may_be_out and not was_reported)
    if is_doubtful and not is_forced:
        raise ConflictError("message", "it may have gone out: sent anew it could arrive twice, so that must be forced")
