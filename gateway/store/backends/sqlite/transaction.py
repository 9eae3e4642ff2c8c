"""One transaction of the writer: where works put their statements, and what follows from its commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from gateway.errors import InvalidEntriesError, InvalidFieldError
from gateway.store.backends.sqlite.hours import save_hours
from gateway.store.backends.sqlite.usage import save_usages
from gateway.store.news import CallbackOwedNews, News, StatusChanged, WorkAdded, WorkScheduled

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.store.backends.sqlite.memory import Memory

T = TypeVar("T")
E = TypeVar("E")

SAVE_SEQUENCE = "UPDATE sequence SET next = :next WHERE name = :name"
ADD_TOTAL = """
INSERT INTO total (kind, key, value) VALUES (:kind, :key, :value)
ON CONFLICT (kind, key) DO UPDATE SET value = value + excluded.value
"""
MESSAGE_COLUMNS = (
    "id",
    "account_id",
    "dialect",
    "recipient",
    "recipient_key",
    "recipient_given",
    "given_key",
    "text",
    "segment_count",
    "concat_ref",
    "request_report",
    "client_ref",
    "accepted_at",
    "valid_until",
    "port",
    "spans",
    "shown_at",
)
SPECIAL_COLUMNS = (
    *MESSAGE_COLUMNS,
    "status",
    "due_at",
    "send_at",
    "is_urgent",
    "is_credit_late",
    "sim_slot",
    "sender",
    "callback_url",
    "route_why",
    "cause",
    "priority",
    "send_window",
    "not_before",
    "when_unknown",
    "is_flash",
    "data",
    "data_port",
    "source_port",
    "replay_of",
    "newsletter_id",
)
ROWS_AT_ONCE = (256, 32, 4, 1)
"""Sizes of the INSERT statements for messages."""


@dataclass(slots=True)
class LoadChange:
    """How `Load` changes when the transaction is committed."""

    open_by_account: dict[AccountId, int] = field(default_factory=lambda: defaultdict(int))
    urgent_by_account: dict[AccountId, int] = field(default_factory=lambda: defaultdict(int))
    open_by_port: dict[Port, int] = field(default_factory=lambda: defaultdict(int))
    waiting_segments: dict[Port, int] = field(default_factory=lambda: defaultdict(int))


class Transaction:
    """The statements of one transaction and the consequences of its commit."""

    def __init__(self, connection: sqlite3.Connection, memory: Memory) -> None:
        self._connection = connection
        self.memory = memory
        self.load = LoadChange()
        self.after_commit: list[Callable[[], None]] = []
        self._totals: dict[tuple[str, int], int] = defaultdict(int)
        self._hours: dict[tuple[int, AccountId], int] = defaultdict(int)
        self._used_sequences: set[str] = set()
        self._new_messages: list[Sequence[Any]] = []
        self._special_messages: list[Sequence[Any]] = []
        self._status_news: list[StatusChanged] = []
        self._work_news: dict[WorkAdded, None] = {}
        self._scheduled_at: EpochMs | None = None
        self._owes_callbacks = False

    # --- statements -----------------------------------------------------------------------------

    def execute(self, sql: str, parameters: dict[str, Any]) -> sqlite3.Cursor:
        """Run one statement; it sees everything the transaction has done so far."""
        if self._new_messages or self._special_messages:
            self._insert_messages()
        return self._connection.execute(sql, parameters)

    def fetch_one(self, sql: str, parameters: dict[str, Any]) -> Any:
        """Give the first row, None when there is none."""
        return self.execute(sql, parameters).fetchone()

    def fetch_all(self, sql: str, parameters: dict[str, Any]) -> list[Any]:
        """Give all rows."""
        return self.execute(sql, parameters).fetchall()

    def insert_messages(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of `MESSAGE_COLUMNS`; they are written together with those of other works."""
        self._new_messages += rows

    def insert_special_messages(self, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows of `SPECIAL_COLUMNS`, for messages that are not like most."""
        self._special_messages += rows

    def _insert_messages(self) -> None:
        # Every statement lets the event loop have the GIL and then waits for it, so many rows share one.
        plain, self._new_messages = self._new_messages, []
        special, self._special_messages = self._special_messages, []
        self._insert(plain, MESSAGE_COLUMNS)
        self._insert(special, SPECIAL_COLUMNS)

    def _insert(self, rows: Sequence[Sequence[Any]], columns: tuple[str, ...]) -> None:
        start = 0
        for size in ROWS_AT_ONCE:
            while len(rows) - start >= size:
                values = [value for row in rows[start : start + size] for value in row]
                self._connection.execute(_insert_statement(size, columns), values)
                start += size

    # --- consequences ---------------------------------------------------------------------------

    def next_id(self, sequence: str, count: int = 1) -> int:
        """Take `count` ids that follow each other; gives the first."""
        first = self.memory.next_ids.get(sequence)
        self.memory.next_ids.add(sequence, count)
        self._used_sequences.add(sequence)
        return first

    def add_total(self, kind: str, key: int, count: int = 1) -> None:
        """Count rows that were added, for `key` and over all."""
        self._totals[kind, key] += count
        self._totals[kind, 0] += count

    def add_shown(self, hour: int, account_id: AccountId, count: int) -> None:
        """Count outbound messages that are shown in an hour (`hours.hour_of`) from now on, there and in the totals."""
        self._hours[hour, account_id] += count

    def tell_status(self, news: StatusChanged) -> None:
        """Have the listeners told of a status."""
        self._status_news.append(news)

    def tell_work(self, port: Port | None, spans: tuple[Port, ...]) -> None:
        """Have the listeners told, once, that there is work."""
        self._work_news[WorkAdded(port=port, spans=spans)] = None

    def tell_scheduled(self, at: EpochMs) -> None:
        """Have the listeners told, once, of the earliest message that was put off."""
        self._scheduled_at = at if self._scheduled_at is None else min(at, self._scheduled_at)

    def tell_callbacks(self) -> None:
        """Have the listeners told, once, that callbacks are owed."""
        self._owes_callbacks = True

    def news(self) -> list[News]:
        """Give what the listeners are to be told."""
        owed: list[News] = [CallbackOwedNews()] if self._owes_callbacks else []
        scheduled: list[News] = [] if self._scheduled_at is None else [WorkScheduled(at=self._scheduled_at)]
        return [*self._status_news, *self._work_news, *scheduled, *owed]

    def finish(self) -> None:
        """Write what was gathered; the last thing before the commit."""
        if self._new_messages or self._special_messages:
            self._insert_messages()
        for name in sorted(self._used_sequences):
            self._connection.execute(SAVE_SEQUENCE, {"name": name, "next": self.memory.next_ids.get(name)})
        if self._hours:
            for (_, account_id), value in self._hours.items():
                self.add_total("outbox", account_id, value)
            save_hours(self._connection, self._hours)
        for (kind, key), value in self._totals.items():
            if value:
                self._connection.execute(ADD_TOTAL, {"kind": kind, "key": key, "value": value})
        if self.memory.usages_before:
            save_usages(self)


Work = Callable[[Transaction], T]
"""What a caller wants done in a transaction; it may be run again in another one when the first fails."""


def for_each(entries: Iterable[E], save: Callable[[E], T]) -> list[T]:
    """Save every entry and give what comes of each; InvalidEntriesError tells all mistakes, not only the first."""
    saved: list[T] = []
    mistakes: list[tuple[int, str, str]] = []
    for index, entry in enumerate(entries):
        try:
            saved.append(save(entry))
        except InvalidFieldError as error:
            mistakes.append((index, error.field, error.reason))
    if mistakes:
        raise InvalidEntriesError(mistakes)
    return saved


@lru_cache(maxsize=2 * len(ROWS_AT_ONCE))
def _insert_statement(size: int, columns: tuple[str, ...]) -> str:
    row = f"({', '.join('?' * len(columns))})"
    return f"INSERT INTO message ({', '.join(columns)}) VALUES {', '.join([row] * size)}"  # noqa: S608 (constants)
