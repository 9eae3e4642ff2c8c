"""What became of messages, told to who may know it: one message's timeline, and the search for messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import modem.pdu as sms
from gateway.core.directory import ID_LIMIT
from gateway.core.inbound_timeline import inbound_timeline
from gateway.core.message import Message
from gateway.core.status import Status
from gateway.core.timeline import Coding, outbound_timeline
from gateway.core.timeline_entry import Words, key_of, shortened
from gateway.core.types import MessageId
from gateway.errors import InvalidFieldError
from gateway.store.news import StatusChanged
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from gateway.config.settings import Settings
    from gateway.core.message import Inbound
    from gateway.core.record import MessageRecord
    from gateway.core.timeline_entry import Entry
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store
    from gateway.store.news import News
    from gateway.store.timeline import FindQuery, Found

LOOK_AGAIN_S = 1.0
"""Callbacks and lost answers change no status, so there is no news of them: who waits looks so often."""
MOST_ENTRIES = 1000
"""A modem that never takes a message is tried for days; nobody reads all of that."""
_ALPHABETS = {sms.Alphabet.GSM7: "GSM-7", sms.Alphabet.UCS2: "UCS-2", sms.Alphabet.DATA8: "8-bit"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """A message with what happened to it, oldest first.

    `account` is whose it is (None for an inbound one), `coding` how its text goes on the air, None when that
    cannot be said any more. `is_over` says that nothing more is expected soon.
    """

    message: Message | Inbound
    account: str | None
    coding: Coding | None
    entries: Sequence[Entry]
    is_over: bool


class Timelines:
    """Timelines of all messages: whose they are is for the caller to ask first."""

    def __init__(self, store: Store, *, board: SpanBoard, settings: Settings) -> None:
        self._store = store
        self._board = board
        self._tables = tuple(sms.Language[name.upper()] for name in settings.text.national_tables)

    async def of(
        self, message: Message | Inbound, *, zone: ZoneInfo, callbacks_of: AccountId | None = None
    ) -> Timeline:
        """Give the timeline with instants in `zone`; with `callbacks_of` without what other accounts were told."""
        record = await self._store.message_record(message.id)
        if callbacks_of is not None:
            record = replace(record, callbacks=[one for one in record.callbacks if one.account_id == callbacks_of])
        names = await self._names(message, record)
        words = Words(
            span=self._span, account=names.__getitem__, report=sms.status_text, instant=lambda at: _written(at, zone)
        )
        is_told = not any(one.last is None and not one.is_waiting for one in record.callbacks)
        if not isinstance(message, Message):
            entries = shortened(inbound_timeline(message, record, words), MOST_ENTRIES)
            return Timeline(message=message, account=None, coding=None, entries=entries, is_over=is_told)
        coding = self._coding(message)
        told = outbound_timeline(message, record, words, coding=coding, why=message.route_why)
        return Timeline(
            message=message,
            account=names[message.account_id],
            coding=coding,
            entries=shortened(told, MOST_ENTRIES),
            is_over=is_told and _is_settled(message, record),
        )

    async def show(self, message_id: int, *, zone: ZoneInfo) -> Timeline:
        """Give the timeline of any message; InvalidFieldError("id", …) when there is none."""
        known = MessageId(message_id)
        if 0 < message_id < ID_LIMIT:
            found: list[Message | Inbound] = [*await self._store.messages([known]), *await self._store.inbound([known])]
            for message in found:
                return await self.of(message, zone=zone)
        raise InvalidFieldError("id", f"there is no message {message_id}")

    async def wait(self, message_id: int, *, seen: Sequence[str], zone: ZoneInfo, timeout_s: float) -> Timeline:
        """Give the timeline once it has an entry that is not among those `seen`, or as it is after `timeout_s`.

        Entries are seen by their `core.timeline_entry.key_of`.
        """
        changed = asyncio.Event()

        def listener(news: News) -> None:
            if isinstance(news, StatusChanged) and news.message_id == message_id:
                changed.set()

        known = set(seen)
        stop = self._store.listen(listener)
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    changed.clear()
                    timeline = await self.show(message_id, zone=zone)
                    if timeline.is_over or not known.issuperset(map(key_of, timeline.entries)):
                        return timeline
                    try:
                        async with asyncio.timeout(LOOK_AGAIN_S):
                            await changed.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            return await self.show(message_id, zone=zone)
        finally:
            stop()

    async def find(self, query: FindQuery, *, account: str | None = None) -> tuple[Found, dict[AccountId, str]]:
        """Give messages as `Store.find_messages`, and the names of their accounts.

        `account` narrows to the account of that name; InvalidFieldError("account", …) when there is none.
        """
        names = {one.id: one.name for one in await self._store.accounts()}
        if account is not None:
            ids = [account_id for account_id, name in names.items() if name.casefold() == account.casefold()]
            if not ids:
                raise InvalidFieldError("account", f"there is no account {account}")
            query = replace(query, account_id=ids[0])
        return await self._store.find_messages(query), names

    def span_name(self, port: Port | None) -> str:
        """Give the name of a span, "" for None."""
        return "" if port is None else self._span(port)

    def _span(self, port: Port) -> str:
        return self._board.name(port) or f"span {port}"

    async def _names(self, message: Message | Inbound, record: MessageRecord) -> dict[AccountId, str]:
        wanted = {one.account_id for one in record.callbacks}
        if isinstance(message, Message):
            wanted.add(message.account_id)
        found = [(account_id, await self._store.account(account_id)) for account_id in sorted(wanted)]
        return {account_id: f"account {account_id}" if one is None else one.name for account_id, one in found}

    def _coding(self, message: Message) -> Coding | None:
        """Work out how the text goes on the air; None when the settings say otherwise than when it was accepted."""
        if message.options.data is not None:
            return Coding(alphabet="8-bit")
        try:
            plan = sms.plan(message.text, national_tables=self._tables)
        except EncodeError:
            return None
        if plan.segment_count != message.segment_count:
            return None
        encoding = plan.encoding
        shifts = (("single", encoding.single_shift), ("locking", encoding.locking_shift))
        tables = tuple(
            f"{language.name.capitalize()} {kind} shift" for kind, language in shifts if language is not None
        )
        return Coding(alphabet=_ALPHABETS[encoding.alphabet], tables=tables)


def _is_settled(message: Message, record: MessageRecord) -> bool:
    return message.status.is_final or (message.status is Status.SENT and not record.request_report)


def _written(at: EpochMs, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at / 1000, UTC).astimezone(zone):%Y-%m-%d %H:%M:%S}"
