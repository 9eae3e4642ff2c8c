"""What every store must do to tell what became of a message, and to find messages for an operator.

The duties of `gateway.store.backend` hold here too, and:

1. A change of status that attempts and reports do not tell (`core.record.event_of_change`) MUST leave an event with
   its cause, in the transaction of the change. So MUST an attempt without an answer, what a late answer or report says
   of one, the decision to send again, and a delivery report that a later one takes the place of.
2. Of a callback MUST be kept: how often it was tried, and what the first and the last try gave; no more, so that
   a receiver which is away for days costs one row.
   The same goes for a message that is held and let go very often: a hundred events, then that there were more.
3. What is on record of a message goes when the message goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.message import Inbound, Message
    from gateway.core.record import MessageRecord
    from gateway.core.status import Status
    from gateway.core.types import AccountId, EpochMs, MessageId, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class FindQuery:
    """Which messages, newest id first; each field that is not None narrows.

    Outbound ones, or with `is_inbound` those that the inbox shows, or with `is_aside` those that it does not.
    `number` is compared as written and by its digits with the other side's number, as given and as normalised; it
    may be the name of a sender. `port` is the span chosen or used, or that received. `since` is about acceptance or
    arrival, inclusive. `statuses` and `account_id` are about outbound messages. `before` leaves out that id and all
    after it.
    """

    is_inbound: bool = False
    is_aside: bool = False
    statuses: frozenset[Status] | None = None
    account_id: AccountId | None = None
    number: str | None = None
    port: Port | None = None
    since: EpochMs | None = None
    before: MessageId | None = None
    limit: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Rows, and the id before which to go on looking; None when there are no more messages."""

    rows: Sequence[Message | Inbound]
    next_before: MessageId | None


class TimelineStore(Protocol):
    """The calls about what became of messages."""

    async def message_record(self, message_id: MessageId) -> MessageRecord:
        """Give what is on record of an outbound or inbound message; nothing for an unknown one."""
        ...

    async def find_messages(self, query: FindQuery) -> Found:
        """Give messages that fit. One call MUST NOT look at more than a bounded number of messages.

        So it may give fewer than `limit`, even none, with a `next_before` to go on from.
        """
        ...
