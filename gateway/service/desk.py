"""The front desk: what callers may ask for, whichever API they speak."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import modem.pdu as sms
from gateway.core.account import Permission
from gateway.core.directory import ID_LIMIT
from gateway.core.number import Number, read_number
from gateway.core.span import SpanTimes
from gateway.core.status import Status
from gateway.core.types import MessageId
from gateway.directory.directory import Directory
from gateway.errors import NoCreditError, NotAllowedError, QueueFullError
from gateway.service.requests import RequestDesk
from gateway.service.submitting import Submitter
from gateway.service.timelines import Timelines
from gateway.service.ussd import UssdDesk
from gateway.store.news import StatusChanged
from gateway.store.pages import ConversationQuery, PageQuery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.account import Account
    from gateway.core.callback import CallbackEvent
    from gateway.core.directory import Newsletter, NewsletterId
    from gateway.core.message import Inbound, Message
    from gateway.core.span import SpanView
    from gateway.core.types import EpochMs, Port
    from gateway.errors import RequestError
    from gateway.service.accounts import Accounts
    from gateway.service.spans import SpanBoard
    from gateway.service.submitting import Accepted, Submission
    from gateway.service.timelines import Timeline
    from gateway.store.backend import Store
    from gateway.store.news import News
    from gateway.store.pages import InboxPage, Listing, ListingQuery, OutboxPage

_ENDED_BY_REPORT = frozenset({Status.UNDELIVERED, Status.EXPIRED})


class Service:
    """Everything that api and cli may ask for, with the account that asks."""

    def __init__(self, *, settings: Settings, store: Store, accounts: Accounts, board: SpanBoard, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.accounts = accounts
        self.board = board
        self.clock = clock
        self._submitter = Submitter(settings=settings, store=store, board=board, clock=clock)
        self.requests = RequestDesk(settings=settings, store=store, submitter=self._submitter, clock=clock)
        self.ussd = UssdDesk(store, board=board, clock=clock)
        self.timelines = Timelines(store, board=board, settings=settings)
        self._zones: dict[str, ZoneInfo] = {}
        self.directory = Directory(store, clock=clock, read_number=self.read_number)

    # --- spans and numbers ----------------------------------------------------------------------

    def spans_of(self, account: Account) -> list[SpanView]:
        """Give the spans the account may use, in order of port."""
        return [view for view in self.board.views() if account.may_use(view.span.port)]

    async def span_times(self, account: Account) -> dict[Port, SpanTimes]:
        """Give when the account's spans became known, and when their modems last answered: now, for those that do."""
        now = self.clock.now_ms()
        stored = await self.store.span_times()
        times: dict[Port, SpanTimes] = {}
        for port in self.board.ports():
            if account.may_use(port):
                one = stored.get(port) or SpanTimes(created_at=now, seen_at=None)
                times[port] = replace(one, seen_at=now) if self.board.condition(port).is_answering else one
        return times

    def read_number(self, text: str, *, drop_decoration: bool = True, is_international: bool = False) -> Number | None:
        """Read a phone number with the box's default region; None when it cannot be one. As `core.number`."""
        return read_number(
            text,
            default_region=self.settings.number.default_region,
            drop_decoration=drop_decoration,
            is_international=is_international,
        )

    def zone(self, account: Account) -> ZoneInfo:
        """Give the time zone in which the account reads and writes times."""
        name = account.timezone or self.settings.gateway.timezone
        if name not in self._zones:
            self._zones[name] = ZoneInfo(name)
        return self._zones[name]

    # --- sending --------------------------------------------------------------------------------

    def count_segments(self, text: str) -> int:
        """Give how many segments `text` takes; InvalidFieldError("text", …) when it cannot be sent."""
        return self._submitter.count_segments(text)

    def check_send_at(self, send_at: EpochMs) -> None:
        """Raise InvalidFieldError("send_at", …) for a time that is further ahead than the box lets it be."""
        self._submitter.check_send_at(send_at, self.clock.now_ms())

    def latest_send_at(self) -> EpochMs:
        """Give the instant until which a message may be put off."""
        return self._submitter.latest_send_at(self.clock.now_ms())

    async def submit(
        self, account: Account, submission: Submission, *, key: str = "", body: bytes | None = None
    ) -> list[Accepted]:
        """Store one message per number, all or none; as `submit_all`."""
        return await self.submit_all(account, [submission], key=key, body=body)

    async def submit_all(
        self, account: Account, submissions: Sequence[Submission], *, key: str = "", body: bytes | None = None
    ) -> list[Accepted]:
        """Store one message per number of each submission in one transaction, all or none; durable on return.

        Raises, checked in this order: NotAllowedError (permission), InvalidFieldError("text", …), then for each
        submission NotAllowedError (port) and InvalidFieldError("send_at", …), NoCreditError, QueueFullError,
        NoSpanError, RuleRefusalError. Who must say which submission has the wrong text counts its segments first.
        With `key`, the caller's idempotency key, the same request gets the same answer for `queue.key_life_s`, before
        anything else is checked; ConflictError("key", …) when it asks for something else. Requests are the same by
        their `body`, the caller's own words, or else by their submissions.
        """
        if key:
            return await self._submitter.submit_once(account, submissions, key, body)
        return await self._submitter.submit(account, submissions)

    async def submit_newsletter(
        self, account: Account, submission: Submission, title: str
    ) -> tuple[NewsletterId, list[Accepted]]:
        """Store a newsletter and its messages, all or none; as `submit_all`."""
        accepted = await self._submitter.submit(account, [submission], title)
        (first,) = await self.store.messages([accepted[0].id])
        if first.newsletter_id is None:
            raise AssertionError("a message of a newsletter without it")
        return first.newsletter_id, accepted

    async def submit_some(self, account: Account, submission: Submission) -> list[Accepted | RequestError]:
        """Store as many messages as there is credit and room for, from the first number on; durable on return.

        The other numbers get NoCreditError or QueueFullError. Raises the rest of what `submit_all` does.
        """
        if account.credit is None:  # nearly always there is room for all, and submitting looks at that too
            try:
                return [*await self._submitter.submit(account, [submission])]
            except (NoCreditError, QueueFullError):
                pass  # then as many as there is room for
        while True:
            count, refusal = await self._covered(account, submission)
            taken = submission if refusal is None else replace(submission, numbers=submission.numbers[:count])
            try:
                accepted: list[Accepted | RequestError] = []
                accepted += await self._submitter.submit(account, [taken])
            except (NoCreditError, QueueFullError):
                account = await self.store.account(account.id) or account
                continue  # another request was faster
            left = len(submission.numbers) - count
            return accepted + [refusal] * left if refusal is not None else accepted

    async def _covered(self, account: Account, submission: Submission) -> tuple[int, RequestError | None]:
        """Give how many of the numbers there is credit and room for, and why not for the next one."""
        wanted = len(submission.numbers)
        room = self._submitter.room(account, is_urgent=submission.is_urgent)
        is_late = submission.is_credit_late and (submission.send_at or 0) > self.clock.now_ms()
        left = None if is_late or account.credit is None else await self.store.credit_left(account.id)
        paid = wanted if left is None else max(0, left) // self.count_segments(submission.text)
        if wanted <= min(room, paid):
            return wanted, None
        return (
            (paid, NoCreditError())
            if paid <= room
            else (room, self._submitter.queue_full(account, wanted, is_urgent=submission.is_urgent))
        )

    async def cancel(self, account: Account, message_id: int) -> Message | None:
        """Withdraw a message that no span has; gives it as it stands then, CANCELLED when it is withdrawn.

        None when the account may see no such message.
        """
        if not account.may(Permission.SEND):
            raise NotAllowedError
        if not 0 < message_id < ID_LIMIT:
            return None
        known = MessageId(message_id)
        owner = None if account.may(Permission.SEE_ALL) else account.id
        if await self.store.cancel(known, account_id=owner, now=self.clock.now_ms()) is None:
            return None
        return (await self.store.messages([known]))[0]

    async def wait_sent(self, ids: Sequence[MessageId], timeout_s: float) -> list[Message]:
        """Give the messages once none of them is open any more, or as they stand after `timeout_s`."""
        open_ids = set(ids)
        settled = asyncio.Event()

        def listener(news: News) -> None:
            if isinstance(news, StatusChanged) and not news.status.is_open:
                open_ids.discard(news.message_id)
                if not open_ids:
                    settled.set()

        stop = self.store.listen(listener)
        try:
            messages = await self.store.messages(ids)
            open_ids.difference_update(one.id for one in messages if not one.status.is_open)
            if open_ids:
                await asyncio.wait_for(settled.wait(), timeout_s)
        except TimeoutError:
            pass  # the caller asked for how things stand by then
        finally:
            stop()
        return await self.store.messages(ids)

    def cause_of(self, message: Message) -> str:
        """Give in plain words why a message did not arrive: what stopped it, else what its report says."""
        if message.cause or message.report_status is None or message.status not in _ENDED_BY_REPORT:
            return message.cause
        return sms.status_text(message.report_status)

    # --- reading --------------------------------------------------------------------------------

    async def outbox(
        self,
        account: Account,
        *,
        number: str | None = None,
        client_ref: str | None = None,
        since: EpochMs | None = None,
        until: EpochMs | None = None,
        page: int = 1,
        page_size: int = 10,
    ) -> OutboxPage:
        """Give a page of outbound messages that the account may see, newest first."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        owner = None if account.may(Permission.SEE_ALL) else account.id
        query = PageQuery(
            account_id=owner,
            number=number,
            client_ref=client_ref,
            since=since,
            until=until,
            page=page,
            page_size=page_size,
        )
        return await self.store.outbox_page(query)

    async def inbox(
        self,
        account: Account,
        *,
        number: str | None = None,
        since: EpochMs | None = None,
        until: EpochMs | None = None,
        page: int = 1,
        page_size: int = 10,
    ) -> InboxPage:
        """Give a page of inbound messages on the account's spans, newest first."""
        if not account.may(Permission.INBOUND):
            raise NotAllowedError
        query = PageQuery(
            account_id=None,
            ports=account.spans,
            number=number,
            since=since,
            until=until,
            page=page,
            page_size=page_size,
        )
        return await self.store.inbox_page(query)

    async def message(self, account: Account, message_id: int) -> Message | Inbound | None:
        """Give an outbound or inbound message by id, None when the account may see none of this id."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        if not 0 < message_id < ID_LIMIT:
            return None
        for message in await self.store.messages([MessageId(message_id)]):
            return message if message.account_id == account.id or account.may(Permission.SEE_ALL) else None
        if not account.may(Permission.INBOUND):
            return None
        for inbound in await self.store.inbound([MessageId(message_id)]):
            return inbound if account.may_use(inbound.port) else None
        return None

    async def timeline(self, account: Account, message_id: int) -> Timeline | None:
        """Give what happened to a message, None when the account may see none of this id; as `message`."""
        message = await self.message(account, message_id)
        if message is None:
            return None
        callbacks_of = None if account.may(Permission.SEE_ALL) else account.id
        return await self.timelines.of(message, zone=self.zone(account), callbacks_of=callbacks_of)

    async def listing(self, account: Account, query: ListingQuery) -> Listing:
        """Give outbound and inbound messages that the account may see, newest id first.

        `query` says what of them; whose they are is put in here: `account_id`, and of `ports` those that the account
        may use. Without the permission `inbound` only outbound ones.
        """
        if not account.may(Permission.READ):
            raise NotAllowedError
        return await self.store.listing(
            replace(
                query,
                account_id=None if account.may(Permission.SEE_ALL) else account.id,
                ports=_both(query.ports, account.spans),
                has_inbound=query.has_inbound and account.may(Permission.INBOUND),
            )
        )

    async def conversations(self, account: Account, *, limit: int, offset: int) -> list[Message | Inbound]:
        """Give the latest message of each conversation, a pair of span and other number, newest first."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        query = ConversationQuery(
            account_id=account.id,
            ports=account.spans,
            has_inbound=account.may(Permission.INBOUND),
            limit=limit,
            offset=offset,
        )
        return await self.store.conversations(query)

    async def newsletters(self, account: Account, ids: Sequence[NewsletterId]) -> list[Newsletter]:
        """Give newsletters that the account may see by id; others are left out."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        sees_all = account.may(Permission.SEE_ALL)
        return [one for one in await self.store.newsletters(ids) if sees_all or one.account_id == account.id]

    async def scheduled(self, account: Account, *, limit: int, offset: int) -> list[Message]:
        """Give the account's own messages that are put off, the earliest first."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        return await self.store.scheduled(account.id, limit=limit, offset=offset)

    # --- what a dialect keeps for an account ------------------------------------------------------

    async def dialect_settings(self, account: Account, dialect: str) -> dict[str, Any]:
        """Give what the dialect keeps for the account, {} if nothing."""
        return await self.store.settings(account.id, dialect)

    async def save_dialect_settings(
        self, account: Account, dialect: str, values: Mapping[str, Any], events: frozenset[CallbackEvent]
    ) -> None:
        """Keep the dialect's settings for the account and what callbacks it is owed from now on."""
        if not account.may(Permission.CONFIG):
            raise NotAllowedError
        await self.store.save_settings(account.id, dialect, values, events)
        await self.store.add_audit(
            actor=account.name,
            action=f"{dialect} settings saved",
            detail=", ".join(sorted(values)),
            now=self.clock.now_ms(),
        )


def _both(wanted: frozenset[Port] | None, allowed: frozenset[Port] | None) -> frozenset[Port] | None:
    """Give the ports that are in both sets; None stands for all."""
    if wanted is None or allowed is None:
        return allowed if wanted is None else wanted
    return wanted & allowed
