"""Questions for pages of messages, and their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.core.message import Inbound, Message
    from gateway.core.status import Status
    from gateway.core.types import AccountId, EpochMs, Port


@dataclass(frozen=True, kw_only=True, slots=True)
class PageQuery:
    """Which rows of the outbox or inbox, newest first (shown time, then id).

    `account_id` None: of all accounts. `ports` None: of all spans (inbox only). `number` is a
    pattern of digits and `*` to compare with `core.number.match_key` of the number as given and as
    normalised (the sender in the inbox). The shown time is sent_at, before that accepted_at; in the
    inbox scts, else received_at. `since` and `until` are inclusive. `page` counts from 1; beyond the
    end is the last page. `client_ref` is the caller's own (outbox only). `is_aside` asks for what the inbox
    does not show: what was not for people, or was replaced.
    """

    account_id: AccountId | None
    ports: frozenset[Port] | None = None
    number: str | None = None
    client_ref: str | None = None
    since: EpochMs | None = None
    until: EpochMs | None = None
    page: int = 1
    page_size: int = 10
    is_aside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class OutboxPage:
    """Rows, the total that the query matches, and the page that is given (1 when empty)."""

    rows: Sequence[Message]
    total: int
    page: int


@dataclass(frozen=True, kw_only=True, slots=True)
class InboxPage:
    """Rows, the total that the query matches, and the page that is given (1 when empty)."""

    rows: Sequence[Inbound]
    total: int
    page: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ListingQuery:
    """Which messages of both kinds, newest id first; each field that is not None narrows.

    `account_id` (None: of all) is about outbound, `ports` (None: of all spans) about inbound messages; `port`
    is the span chosen or used, or that received, `within` some of them. `since` and `until` are about acceptance and
    arrival, inclusive. `number` is compared by its digits with the other side's number, as given and as normalised,
    whole or by its end (`is_number_end`); whole it may be the name of a sender too. What the inbox does not show is
    left out.
    `statuses`, `client_ref`, `sim_slot` and `keep` are about outbound messages: with them ask for those alone.
    `keep` looks at each message that the rest has left over; it is dear where that is many.
    """

    account_id: AccountId | None
    ports: frozenset[Port] | None = None
    has_outbound: bool = True
    has_inbound: bool = True
    port: Port | None = None
    within: frozenset[Port] | None = None
    since: EpochMs | None = None
    until: EpochMs | None = None
    number: str | None = None
    is_number_end: bool = False
    statuses: frozenset[Status] | None = None
    client_ref: str | None = None
    sim_slot: int | None = None
    keep: Callable[[Message], bool] | None = None
    limit: int = 1000
    offset: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """Rows, and how many fit before paging."""

    rows: Sequence[Message | Inbound]
    total: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ConversationQuery:
    """Conversations, pairs of span and other number, of an account and its spans (None: all).

    What the inbox does not show is left out.
    """

    account_id: AccountId
    ports: frozenset[Port] | None = None
    has_inbound: bool = True
    limit: int = 20
    offset: int = 0
