"""How messages get in: what a caller asks, checked, becomes messages that are stored as a whole."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import modem.pdu as sms
from gateway.core.account import Permission
from gateway.core.directory import Newsletter, NewsletterId
from gateway.core.message import NewMessage
from gateway.core.options import data_caption
from gateway.core.routing import choose_ports
from gateway.core.types import EpochMs
from gateway.core.window import closed_cause
from gateway.errors import InvalidFieldError, NoCreditError, NoSpanError, NotAllowedError
from gateway.service.options import check_key, check_options, count_data_segments, digest_of, read_window
from gateway.service.room import Room
from gateway.service.routes import Route, Router, Wish
from gateway.store.requests import RequestKey
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.account import Account
    from gateway.core.number import Number
    from gateway.core.options import Options
    from gateway.core.types import AccountId, MessageId, Port
    from gateway.errors import QueueFullError
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

REMEMBERED_RECIPIENTS = 4096
REMEMBERED_TEXTS = 2048
DAY_MS = 86_400_000
NOT_SENDABLE = "not sendable"
"""The reason of a refused text that is not only too long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """What a caller wants sent: one text to one or several numbers, over named spans or any.

    `send_at` is when (None or a time that is over: now), `valid_for_s` how long it may wait from then on (None: as
    long as the box lets it). `is_urgent` goes before all that is not. `is_credit_late` has the credit of what is
    put off checked when it is due. `options` has the rarer wishes; data there stands in place of the text, which is
    empty then. The rest is kept to be shown again; status events go to `callback_url` when there is one, rendered by
    `dialect`.
    """

    dialect: str
    numbers: Sequence[Number]
    text: str
    spans: tuple[Port, ...] = ()
    client_ref: str = ""
    send_at: EpochMs | None = None
    valid_for_s: float | None = None
    is_urgent: bool = False
    is_credit_late: bool = False
    sim_slot: int = 0
    sender: str = ""
    callback_url: str = ""
    request_report: bool = True
    options: Options | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Accepted:
    """A stored message: it is durable. `port` is the preferred span, None while none is chosen."""

    id: MessageId
    number: Number
    port: Port | None
    accepted_at: EpochMs


class Submitter:
    """Takes submissions for accounts."""

    def __init__(self, *, settings: Settings, store: Store, board: SpanBoard, clock: Clock) -> None:
        self._settings = settings
        self._store = store
        self._board = board
        self._clock = clock
        self._room = Room(settings=settings.queue, store=store, clock=clock)
        self.router = Router(settings, board=board, store=store)
        self._tables = tuple(sms.Language[name.upper()] for name in settings.text.national_tables)
        self._concat_refs = ConcatRefs()
        # Most APIs count the segments of a text before they submit it.
        self._planned = lru_cache(maxsize=REMEMBERED_TEXTS)(self._plan)
        self._locks: WeakValueDictionary[tuple[AccountId, str], asyncio.Lock] = WeakValueDictionary()

    def _plan(self, text: str) -> int:
        return sms.plan(text, national_tables=self._tables).segment_count

    def count_segments(self, text: str) -> int:
        """Give how many segments `text` takes; InvalidFieldError("text", …) when it cannot be sent."""
        if "\x00" in text or not text:
            raise InvalidFieldError("text", NOT_SENDABLE)
        try:
            count = self._planned(text)
        except EncodeError as error:
            raise InvalidFieldError("text", NOT_SENDABLE) from error
        return self._checked_length("text", count)

    def _checked_length(self, field: str, count: int) -> int:
        most = self._settings.text.max_segments
        if count > most:
            raise InvalidFieldError(field, f"too long, {count} segments, at most {most}")
        return count

    def _count_rarely(self, submission: Submission, options: Options) -> int:
        """Check the rarer wishes; gives how many segments text or data takes."""
        check_options(options, submission.text)
        if options.data is None:
            return self.count_segments(submission.text)
        return self._checked_length("data", count_data_segments(options))

    def check_send_at(self, send_at: EpochMs, now: EpochMs) -> None:
        """Raise InvalidFieldError("send_at", …) for a time that is further ahead than the box lets it be."""
        if send_at > self.latest_send_at(now):
            raise InvalidFieldError("send_at", f"more than {self._settings.queue.schedule_limit_days} days ahead")

    async def submit(self, account: Account, submissions: Sequence[Submission], title: str = "") -> list[Accepted]:
        """Store one message per number of each submission, all or none; as `Service.submit_all`."""
        now = self._clock.now_ms()
        messages = await self._prepare(account, submissions, now)
        newsletter = None
        if title:
            newsletter = Newsletter(
                id=NewsletterId(0),
                account_id=account.id,
                title=title,
                text=submissions[0].text,
                created_at=now,
                send_at=submissions[0].send_at,
            )
        ids = await self._store.accept(messages, newsletter)
        numbers = [number for submission in submissions for number in submission.numbers]
        return [
            Accepted(id=message_id, number=number, port=message.port, accepted_at=now)
            for message_id, number, message in zip(ids, numbers, messages, strict=True)
        ]

    async def submit_once(
        self, account: Account, submissions: Sequence[Submission], key: str, body: bytes | None = None
    ) -> list[Accepted]:
        """Store messages, or give what an earlier request with the same key was answered; as `Service.submit_all`."""
        check_key(key)
        if not account.may(Permission.SEND):
            raise NotAllowedError
        now = self._clock.now_ms()
        request = RequestKey(
            account_id=account.id,
            key=key,
            digest=digest_of(submissions, body),
            now=now,
            expires_at=EpochMs(now + int(self._settings.queue.key_life_s * 1000)),
        )
        # One after the other, so that the second is not refused for the room that the first has taken.
        async with self._locks.setdefault((account.id, key), asyncio.Lock()):
            answer = await self._store.answer_to(request)
            if answer is None:
                messages = await self._prepare(account, submissions, now)
                answer = await self._store.accept_once(messages, request)
        numbers = [number for submission in submissions for number in submission.numbers]
        return [
            Accepted(id=message_id, number=number, port=port, accepted_at=answer.accepted_at)
            for (message_id, port), number in zip(answer.messages, numbers, strict=True)
        ]

    async def _prepare(self, account: Account, submissions: Sequence[Submission], now: EpochMs) -> list[NewMessage]:
        if not account.may(Permission.SEND):
            raise NotAllowedError
        segments = self._check(account, submissions, now)
        routes = await self._routes(account, submissions, segments, now)
        return [
            message
            for index, submission in enumerate(submissions)
            for message in self._messages(account, submission, segments[index], routes[index], now)
        ]

    def _check(self, account: Account, submissions: Sequence[Submission], now: EpochMs) -> list[int]:
        """Refuse what cannot be sent, then what there is no credit or room for; gives the segments of each text."""
        segments = self._count_all(submissions)
        for submission in submissions:
            for port in submission.spans:
                if not account.may_use(port):
                    raise NotAllowedError(port)
            if submission.send_at is not None:
                self.check_send_at(submission.send_at, now)
        charged = sum(
            each * len(submission.numbers)
            for each, submission in zip(segments, submissions, strict=True)
            if not (submission.is_credit_late and _is_put_off(submission, now))
        )
        if account.credit is not None and account.credit < charged:
            raise NoCreditError
        self._check_room(account, submissions)
        return segments

    def _count_all(self, submissions: Sequence[Submission]) -> list[int]:
        counted: dict[str, int] = {}
        segments: list[int] = []
        for submission in submissions:
            if submission.options is not None:
                segments.append(self._count_rarely(submission, submission.options))
                continue
            if submission.text not in counted:
                counted[submission.text] = self.count_segments(submission.text)
            segments.append(counted[submission.text])
        return segments

    def _check_room(self, account: Account, submissions: Sequence[Submission]) -> None:
        for is_urgent in (False, True):
            wanted = sum(len(submission.numbers) for submission in submissions if submission.is_urgent is is_urgent)
            if wanted and wanted > self.room(account, is_urgent=is_urgent):
                raise self._room.refusal(account, wanted, is_urgent=is_urgent)

    def latest_send_at(self, now: EpochMs) -> EpochMs:
        """Give the instant until which a message may be put off."""
        return EpochMs(now + self._settings.queue.schedule_limit_days * DAY_MS)

    def room(self, account: Account, *, is_urgent: bool = False) -> int:
        """Give how many messages the queue of the box and that of the account can still take.

        Urgent ones have a lane beside that of all others: neither takes room of the other, in the box or in an account.
        """
        return self._room.of(account, is_urgent=is_urgent)

    def queue_full(self, account: Account, wanted: int, *, is_urgent: bool = False) -> QueueFullError:
        """Give the refusal of `wanted` messages that there is no room for."""
        return self._room.refusal(account, wanted, is_urgent=is_urgent)

    async def _routes(
        self, account: Account, submissions: Sequence[Submission], segments: Sequence[int], now: EpochMs
    ) -> list[list[Route]]:
        """Give the span of each message; what is put off gets one when it is due, unless one is named."""
        if self.router.is_plain:
            return self._plain_routes(account, submissions, segments, now)
        wishes = [
            Wish(
                numbers=submission.numbers,
                segments=each,
                dialect=submission.dialect,
                sender=submission.sender,
                spans=submission.spans,
                is_put_off=_is_put_off(submission, now),
            )
            for submission, each in zip(submissions, segments, strict=True)
        ]
        return await self.router.routes(account, wishes, now)

    def _plain_routes(
        self, account: Account, submissions: Sequence[Submission], segments: Sequence[int], now: EpochMs
    ) -> list[list[Route]]:
        candidates, waiting = self._board.candidates(account), self._board.waiting_segments
        mine = tuple(sorted(account.spans or ()))
        chosen: list[list[Route]] = []
        for submission, each in zip(submissions, segments, strict=True):
            spans, count = submission.spans, len(submission.numbers)
            if not any(not spans or one.port in spans for one in candidates):
                raise NoSpanError
            if _is_put_off(submission, now) and len(spans) != 1:
                chosen.append([Route(None, spans or mine)] * count)
                continue
            ports = choose_ports(candidates, waiting, named=spans, segments=each, count=count)
            chosen.append([Route(port, spans or mine) for port in ports])
            if len(submissions) > 1:
                waiting = _loaded(waiting, ports, each)
        return chosen

    def _messages(
        self, account: Account, submission: Submission, segments: int, routes: Sequence[Route], now: EpochMs
    ) -> list[NewMessage]:
        longest_s = self._settings.queue.validity_s
        valid_for_s = longest_s if submission.valid_for_s is None else min(submission.valid_for_s, longest_s)
        options = submission.options
        begins_at = max(now, submission.send_at or now)
        send_at, held_cause, text = submission.send_at, "", submission.text
        if options is not None and options.window:
            window = read_window(options.window, "UTC")
            opens_at = window.next_open(begins_at)
            if opens_at > begins_at:
                begins_at = send_at = opens_at
                held_cause = closed_cause(window, opens_at)
        if options is not None and options.data is not None:
            text = data_caption(options.data, options.data_ports)
        return [
            NewMessage(
                account_id=account.id,
                dialect=submission.dialect,
                recipient=number.normalised,
                recipient_given=number.given,
                text=text,
                segment_count=segments,
                concat_ref=self._concat_refs.next(number.normalised) if segments > 1 else 0,
                spans=route.spans,
                port=route.port,
                accepted_at=now,
                valid_until=EpochMs(begins_at + int(valid_for_s * 1000)),
                client_ref=submission.client_ref,
                request_report=submission.request_report,
                send_at=send_at,
                is_urgent=submission.is_urgent,
                is_credit_late=submission.is_credit_late,
                sim_slot=submission.sim_slot,
                sender=submission.sender,
                callback_url=submission.callback_url,
                route_why=route.why,
                options=options,
                not_before=submission.send_at,
                held_cause=held_cause,
            )
            for number, route in zip(submission.numbers, routes, strict=True)
        ]


def _is_put_off(submission: Submission, now: EpochMs) -> bool:
    if submission.send_at is not None and submission.send_at > now:
        return True
    window = submission.options.window if submission.options is not None else ""
    return bool(window) and not read_window(window, "UTC").is_open(now)


def _loaded(waiting: Mapping[Port, int], ports: Sequence[Port | None], segments: int) -> Mapping[Port, int]:
    """Give what waits by port, with what this request has put on it already."""
    load = dict(waiting)
    for port in ports:
        if port is not None:
            load[port] = load.get(port, 0) + segments
    return load


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
