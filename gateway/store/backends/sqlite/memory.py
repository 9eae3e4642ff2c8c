"""What the writer's thread knows without asking the database.

Everything here is also in the database; it is read once when the store is opened and then kept in step.
Only the writer's thread touches it. Counts change inside a transaction and are undone when it fails;
facts about accounts change after the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, TypeVar

from gateway.core.callback import CallbackEvent
from gateway.core.pacing import Owner, Usage
from gateway.core.types import AccountId, Port
from gateway.store.backends.sqlite.usage import read_usages
from gateway.store.backends.sqlite.waiting import NEVER, Waiting, read_waiting

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

K = TypeVar("K")

_UNUSED = Usage()

READ_SEQUENCES = "SELECT name, next FROM sequence"
READ_QUEUE = """
SELECT port, spans, count(*), sum(due_at > 0) FROM message INDEXED BY message_queue
WHERE status = 'queued' AND pin_sim IS NULL GROUP BY port, spans
"""
READ_PINNED = """
SELECT pin_sim, count(*) FROM message INDEXED BY message_pinned
WHERE status = 'queued' AND pin_sim IS NOT NULL GROUP BY pin_sim
"""
READ_NEXT_LIFT = "SELECT min(until) FROM exclusion"
READ_CLOCK_CHANGE = "SELECT by_ms, messages_moved, messages_below FROM clock_change"
READ_PARKED = "SELECT count(*) FROM parked_report"
READ_ACCOUNTS = "SELECT id, enabled, spans, credit IS NOT NULL FROM account"
READ_SUBSCRIPTIONS = "SELECT account_id, dialect, event FROM subscription"

Group = tuple[Port | None, str]
"""Queued messages that are alike for claiming: the preferred port and the ports that may send them (`join_spans`)."""


def join_ports(ports: Iterable[Port]) -> str:
    """Give ports as the database keeps them: ascending, joined by commas; empty for any."""
    return ",".join(str(port) for port in sorted(set(ports)))


@lru_cache(maxsize=4096)
def split_ports(text: str) -> tuple[Port, ...]:
    """Give ports back from `join_ports`."""
    return tuple(Port(int(port)) for port in text.split(",")) if text else ()


def join_spans(allowed: Iterable[Port], excluded: Iterable[Port]) -> str:
    """Give the ports that may send a message, and those of them that must not for a while, as the database keeps them.

    >>> join_spans((Port(1), Port(2)), (Port(2),)), join_spans((), (Port(3),)), join_spans((Port(1),), ())
    ('1,2!2', '!3', '1')
    """
    kept_away = join_ports(excluded)
    return f"{join_ports(allowed)}!{kept_away}" if kept_away else join_ports(allowed)


@lru_cache(maxsize=4096)
def split_spans(text: str) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Give allowed (empty: any) and excluded ports back from `join_spans`."""
    allowed, _, excluded = text.partition("!")
    return split_ports(allowed), split_ports(excluded)


def able_ports(text: str) -> tuple[Port, ...]:
    """Give the ports of `join_spans` that may send at present; empty when any may that is not excluded."""
    allowed, excluded = split_spans(text)
    return tuple(port for port in allowed if port not in excluded)


class Tally(Generic[K]):
    """Counts by key; a change is noted in the journal so that it can be undone."""

    def __init__(self, journal: list[tuple[Tally[K], K, int]]) -> None:
        self._counts: dict[K, int] = {}
        self._journal = journal

    def get(self, key: K) -> int:
        """Give the count of `key`, 0 when there is none."""
        return self._counts.get(key, 0)

    def add(self, key: K, change: int) -> None:
        """Change the count of `key` until the transaction fails, or for good."""
        self._journal.append((self, key, change))
        self.change(key, change)

    def change(self, key: K, change: int) -> None:
        """Change the count without noting it."""
        count = self._counts.get(key, 0) + change
        if count:
            self._counts[key] = count
        else:
            self._counts.pop(key, None)

    def __iter__(self) -> Iterator[K]:
        return iter(self._counts)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFacts:
    """What the writer must know of an account."""

    enabled: bool
    spans: frozenset[Port] | None
    has_credit: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockChange:
    """The clock shows `by_ms` more than it did; messages with ids between `moved` and `below` are still to be moved."""

    by_ms: int
    moved: int
    below: int

    def moved_through(self, message_id: int) -> ClockChange:
        """Give it as it is when messages up to this one are moved."""
        return ClockChange(by_ms=self.by_ms, moved=message_id, below=self.below)


class Memory:
    """Next ids, counts of what waits, accounts and their subscriptions."""

    def __init__(self) -> None:
        self._journal: list[tuple[Tally[object], object, int]] = []
        self.next_ids: Tally[str] = self._tally()
        self.queued: Tally[Group] = self._tally()
        """Queued messages that are not pinned."""
        self.delayed: Tally[Group] = self._tally()
        """Those of them that wait for their `due_at`."""
        self.pinned: Tally[str] = self._tally()
        """Queued messages that only one SIM may go on with, by that SIM."""
        self.reserved: Tally[AccountId] = self._tally()
        """Segments that are accepted but not charged yet: they count against the credit."""
        self.parked: Tally[None] = self._tally()
        """Delivery reports without an attempt."""
        self.usages: dict[Owner, Usage] = {}
        """What was used of quotas; values, so that others may read them."""
        self.usages_before: dict[Owner, Usage] = {}
        """What those of them were that the transaction has changed."""
        self.next_expiry = 0
        """No queued or held message's validity ends before this instant."""
        self.next_lift = NEVER
        """No span that is kept from a message may have it again before this instant."""
        self.clock_change: ClockChange | None = None
        """What is being moved because the clock was set."""
        self._kept_clock_change: ClockChange | None = None
        self.accounts: dict[AccountId, AccountFacts] = {}
        self.subscriptions: dict[AccountId, dict[str, frozenset[CallbackEvent]]] = {}

    def _tally(self) -> Tally[K]:
        return Tally(self._journal)  # type: ignore[arg-type]  # the journal holds tallies of every key

    @property
    def lag_ms(self) -> int:
        """How much too early what is not moved yet may be looked at."""
        return 0 if self.clock_change is None else max(0, self.clock_change.by_ms)

    def expect_expiry(self, valid_until: int) -> None:
        """A message waits whose validity ends at `valid_until`."""
        self.next_expiry = min(self.next_expiry, valid_until)

    def set_usage(self, owner: Owner, usage: Usage) -> None:
        """Change what was used, until the transaction fails or for good."""
        self.usages_before.setdefault(owner, self.usages.get(owner, _UNUSED))
        self.usages[owner] = usage

    def keep(self) -> None:
        """The transaction was committed."""
        self._journal.clear()
        self.usages_before.clear()
        self._kept_clock_change = self.clock_change

    def undo(self) -> None:
        """The transaction failed."""
        for tally, key, change in reversed(self._journal):
            tally.change(key, -change)
        self._journal.clear()
        self.clock_change = self._kept_clock_change
        self.usages.update(self.usages_before)
        self.usages_before.clear()
        self.next_expiry = self.next_lift = 0  # the next search finds it out

    def groups_of(self, port: Port) -> list[Group]:
        """Give the groups that `port` sends without stealing: its own and those without a port."""
        return [group for group in self.queued if group[0] == port or (group[0] is None and may_send(group[1], port))]

    def groups_elsewhere(self, port: Port) -> list[Group]:
        """Give the groups of other ports that `port` may send as well."""
        return [group for group in self.queued if group[0] not in {None, port} and may_send(group[1], port)]

    def events(self, account_id: AccountId, dialect: str) -> frozenset[CallbackEvent]:
        """Give what an account is owed for messages that came by `dialect`."""
        return self.subscriptions.get(account_id, {}).get(dialect, frozenset())

    def inbound_receivers(self, port: Port) -> list[tuple[AccountId, str]]:
        """Give the accounts and dialects that are owed an inbound message of `port`."""
        return [
            (account_id, dialect)
            for account_id, dialects in self.subscriptions.items()
            for dialect, events in dialects.items()
            if CallbackEvent.INBOUND in events and self._may_have(account_id, port)
        ]

    def _may_have(self, account_id: AccountId, port: Port) -> bool:
        facts = self.accounts[account_id]
        return facts.enabled and (facts.spans is None or port in facts.spans)


def may_send(spans: str, port: Port) -> bool:
    """Tell whether a port may send a message with these spans (`join_spans`) at present."""
    if not spans:
        return True
    allowed, excluded = split_spans(spans)
    return (not allowed or port in allowed) and port not in excluded


def read_memory(connection: sqlite3.Connection, waiting: Waiting | None = None) -> Memory:
    """Read everything from the database, but for what waits when that is `waiting`."""
    memory = Memory()
    waiting = waiting or read_waiting(connection)
    memory.next_expiry = waiting.next_expiry
    memory.usages = read_usages(connection)
    for name, next_id in connection.execute(READ_SEQUENCES):
        memory.next_ids.change(name, next_id)
    for port, spans, count, delayed in connection.execute(READ_QUEUE):
        memory.queued.change((port, spans), count)
        memory.delayed.change((port, spans), delayed)
    for sim, count in connection.execute(READ_PINNED):
        memory.pinned.change(sim, count)
    for (account_id, _, is_late, _), segments in waiting.segments.items():
        if not is_late:
            memory.reserved.change(account_id, segments)
    (next_lift,) = connection.execute(READ_NEXT_LIFT).fetchone()
    memory.next_lift = NEVER if next_lift is None else next_lift
    for by_ms, moved, below in connection.execute(READ_CLOCK_CHANGE):
        memory.clock_change = ClockChange(by_ms=by_ms, moved=moved, below=below)
    memory.keep()
    memory.parked.change(None, connection.execute(READ_PARKED).fetchone()[0])
    for account_id, enabled, spans, has_credit in connection.execute(READ_ACCOUNTS):
        memory.accounts[account_id] = AccountFacts(
            enabled=bool(enabled),
            spans=None if spans is None else frozenset(split_ports(spans)),
            has_credit=bool(has_credit),
        )
    for account_id, dialect, event in connection.execute(READ_SUBSCRIPTIONS):
        dialects = memory.subscriptions.setdefault(account_id, {})
        dialects[dialect] = dialects.get(dialect, frozenset()) | {CallbackEvent(event)}
    return memory
