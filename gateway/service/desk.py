"""The front desk: what callers may ask for, whichever API they speak."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import modem.pdu as sms
from gateway.core.account import Permission
from gateway.core.message import NewMessage
from gateway.core.number import Number, read_number
from gateway.core.routing import choose_ports
from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.errors import InvalidFieldError, NoCreditError, NoSpanError, NotAllowedError, QueueFullError
from gateway.service.ussd import UssdDesk
from gateway.store.backend import PageQuery, StatusChanged
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.account import Account
    from gateway.core.callback import CallbackEvent
    from gateway.core.message import Message
    from gateway.core.span import SpanView
    from gateway.core.types import MessageId, Port
    from gateway.service.accounts import Accounts
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import InboxPage, News, OutboxPage, Store

QUEUE_FULL_RETRY_S = 30
REMEMBERED_RECIPIENTS = 4096
_ENDED_BY_REPORT = frozenset({Status.UNDELIVERED, Status.EXPIRED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a caller wants sent: one text to one or several numbers, over named spans or any."""

    dialect: str
    numbers: Sequence[Number]
    text: str
    spans: tuple[Port, ...] = ()
    client_ref: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A stored message: it is durable. `port` is the preferred span, None while none is chosen."""

    id: MessageId
    number: Number
    port: Port | None


class Service:
    """Everything that api and cli may ask for, with the account that asks."""

    def __init__(self, *, settings: Settings, store: Store, accounts: Accounts, board: SpanBoard, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.accounts = accounts
        self.board = board
        self.clock = clock
        self._tables = tuple(sms.Language[name.upper()] for name in settings.text.national_tables)
        self.ussd = UssdDesk(store, board=board, clock=clock)
        self._concat_refs = ConcatRefs()
        self._zones: dict[str, ZoneInfo] = {}

    # --- spans and numbers ----------------------------------------------------------------------

    def spans_of(self, account: Account) -> list[SpanView]:
        """Give the spans the account may use, in order of port."""
        return [view for view in self.board.views() if account.may_use(view.span.port)]

    def read_number(self, text: str, *, drop_decoration: bool = True) -> Number | None:
        """Read a phone number with the box's default region; None when it cannot be one."""
        return read_number(text, default_region=self.settings.number.default_region, drop_decoration=drop_decoration)

    def zone(self, account: Account) -> ZoneInfo:
        """Give the time zone in which the account reads and writes times."""
        name = account.timezone or self.settings.gateway.timezone
        if name not in self._zones:
            self._zones[name] = ZoneInfo(name)
        return self._zones[name]

    # --- sending --------------------------------------------------------------------------------

    def count_segments(self, text: str) -> int:
        """Give how many segments `text` takes; InvalidFieldError("text", …) when it cannot be sent."""
        if "\x00" in text or not text:
            raise InvalidFieldError("text", "not sendable")
        try:
            count = sms.plan(text, national_tables=self._tables).segment_count
        except EncodeError as error:
            raise InvalidFieldError("text", "not sendable") from error
        most = self.settings.text.max_segments
        if count > most:
            raise InvalidFieldError("text", f"too long, {count} segments, at most {most}")
        return count

    async def submit(self, account: Account, submission: Submission) -> list[Accepted]:
        """Store one message per number, all or none; they are durable when this returns.

        Raises, checked in this order: NotAllowedError (permission), InvalidFieldError("text", …),
        NotAllowedError (port), NoCreditError, QueueFullError, NoSpanError.
        """
        if not account.may(Permission.SEND):
            raise NotAllowedError
        segments = self.count_segments(submission.text)
        for port in submission.spans:
            if not account.may_use(port):
                raise NotAllowedError(port)
        count = len(submission.numbers)
        if account.credit is not None and account.credit < segments * count:
            raise NoCreditError
        self._check_room(account, count)
        ports = self._choose_ports(account, submission, segments)
        spans = submission.spans or tuple(sorted(account.spans or ()))
        now = self.clock.now_ms()
        messages = [
            NewMessage(
                account_id=account.id,
                dialect=submission.dialect,
                recipient=number.normalised,
                recipient_given=number.given,
                text=submission.text,
                segment_count=segments,
                concat_ref=self._concat_refs.next(number.normalised) if segments > 1 else 0,
                spans=spans,
                port=port,
                accepted_at=now,
                valid_until=EpochMs(now + int(self.settings.queue.validity_s * 1000)),
                client_ref=submission.client_ref,
            )
            for number, port in zip(submission.numbers, ports, strict=True)
        ]
        ids = await self.store.accept(messages)
        return [
            Accepted(id=message_id, number=number, port=port)
            for message_id, number, port in zip(ids, submission.numbers, ports, strict=True)
        ]

    def _check_room(self, account: Account, count: int) -> None:
        load = self.store.load
        if load.open_messages + count > self.settings.queue.limit:
            raise QueueFullError(QUEUE_FULL_RETRY_S)
        if account.queue_limit and load.open_by_account.get(account.id, 0) + count > account.queue_limit:
            raise QueueFullError(QUEUE_FULL_RETRY_S)

    def _choose_ports(self, account: Account, submission: Submission, segments: int) -> list[Port | None]:
        candidates = self.board.candidates(account)
        if not any(not submission.spans or one.port in submission.spans for one in candidates):
            raise NoSpanError
        return choose_ports(candidates, named=submission.spans, segments=segments, count=len(submission.numbers))

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
        since: EpochMs | None = None,
        until: EpochMs | None = None,
        page: int = 1,
        page_size: int = 10,
    ) -> OutboxPage:
        """Give a page of outbound messages that the account may see, newest first."""
        if not account.may(Permission.READ):
            raise NotAllowedError
        owner = None if account.may(Permission.SEE_ALL) else account.id
        query = PageQuery(account_id=owner, number=number, since=since, until=until, page=page, page_size=page_size)
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


class ConcatRefs:
    """References for messages of several segments: sequential per recipient, from a random start.

    A phone joins segments by sender, reference and total (3GPP TS 23.040 9.2.3.24.1), so two messages
    to one recipient must not share a reference for as long as possible: 256 messages here.
    """

    def __init__(self) -> None:
        self._last: OrderedDict[str, itertools.count[int]] = OrderedDict()

    def next(self, recipient: str) -> int:
        """Give the next reference for `recipient`, 0..255."""
        counter = self._last.pop(recipient, None) or itertools.count(random.randrange(256))  # noqa: S311 (no secret)
        self._last[recipient] = counter
        if len(self._last) > REMEMBERED_RECIPIENTS:
            self._last.popitem(last=False)
        return next(counter) % 256
