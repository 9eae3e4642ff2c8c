"""Pages of the outbox and the inbox, newest first.

A page is found in an index that holds everything the choice needs; only the rows that are shown are read from the
table. Outbound messages of all, of an account, of a time, are counted by the hour (`hours`): their total is a sum, and
a page is walked to from an end of its hour. Any other choice is counted, and walked to from the nearer end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gateway.core.number import match_key
from gateway.store.backends.sqlite.hours import HOUR_MS, OF_ALL, count_before, find_stretch
from gateway.store.backends.sqlite.inbox import INBOUND_COLUMNS, inbound_of
from gateway.store.backends.sqlite.outbox import MESSAGE_COLUMNS, message_of
from gateway.store.pages import InboxPage, OutboxPage, PageQuery

if TYPE_CHECKING:
    import sqlite3

READ_TOTAL = """
SELECT coalesce(sum(value), 0) FROM total WHERE kind = :kind AND key IN (SELECT value FROM json_each(:keys))
"""
MOST_BY_NUMBER = 20_000
"""With more rows of a number or prefix, a walk over all rows in order is faster than fetching and sorting them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    """One of the two tables: `keys` are the columns that numbers are compared with."""

    kind: str
    table: str
    columns: str
    keys: tuple[str, ...]


_OUTBOX = _Box(kind="outbox", table="message", columns=MESSAGE_COLUMNS, keys=("recipient_key", "given_key"))
_INBOX = _Box(kind="inbox", table="inbound", columns=INBOUND_COLUMNS, keys=("sender_key",))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Choice:
    """The rows that a query matches: an index to walk and conditions on what it finds."""

    index: str
    conditions: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    counters: tuple[int, ...] | None = None
    """Keys of the counters that add up to the total; None when it must be counted."""
    hours_of: int | None = None
    """The account in the counts by the hour; None when it must be counted."""

    def where(self, condition: str, /, **parameters: Any) -> _Choice:
        return replace(
            self,
            conditions=(*self.conditions, condition),
            parameters={**self.parameters, **parameters},
            counters=None,
            hours_of=None,
        )

    @property
    def sql(self) -> str:
        return " AND ".join(self.conditions) or "true"


def read_outbox(connection: sqlite3.Connection, query: PageQuery) -> OutboxPage:
    """Give a page of outbound messages."""
    if query.account_id is None:
        choice = _Choice(index="INDEXED BY message_shown", counters=(0,), hours_of=OF_ALL)
    else:
        choice = _Choice(
            index="INDEXED BY message_account",
            conditions=("account_id = :account_id",),
            parameters={"account_id": query.account_id},
            counters=(query.account_id,),
            hours_of=query.account_id,
        )
    rows, total, page = _read(connection, _OUTBOX, choice, query)
    return OutboxPage(rows=[message_of(row) for row in rows], total=total, page=page)


def read_inbox(connection: sqlite3.Connection, query: PageQuery) -> InboxPage:
    """Give a page of inbound messages."""
    rows, total, page = _read(connection, _INBOX, _inbox_choice(query.ports, is_aside=query.is_aside), query)
    return InboxPage(rows=[inbound_of(row) for row in rows], total=total, page=page)


def _inbox_choice(ports: frozenset[int] | None, *, is_aside: bool) -> _Choice:
    choice = _shown_choice(ports)
    is_shown = f"is_shown = {0 if is_aside else 1}"
    # What lies aside is not counted: there is little of it.
    counters = None if is_aside else choice.counters
    return replace(choice, conditions=(is_shown, *choice.conditions), counters=counters)


def _shown_choice(ports: frozenset[int] | None) -> _Choice:
    if ports is None:
        return _Choice(index="INDEXED BY inbound_shown", counters=(0,))
    counters = tuple(sorted(ports))
    if len(ports) == 1:
        return _Choice(
            index="INDEXED BY inbound_port",
            conditions=("port = :port",),
            parameters={"port": counters[0]},
            counters=counters,
        )
    numbers = ", ".join(str(int(port)) for port in counters)
    return _Choice(index="INDEXED BY inbound_shown", conditions=(f"port IN ({numbers})",), counters=counters)


def _read(connection: sqlite3.Connection, box: _Box, choice: _Choice, query: PageQuery) -> tuple[list[Any], int, int]:
    connection.execute("BEGIN")  # total and rows of the same moment
    try:
        choice = _narrowed(connection, box, choice, query)
        if choice.hours_of is not None:
            return _read_by_hours(connection, box, choice, choice.hours_of, query)
        choice = _within(choice, query)
        total = _total(connection, box, choice)
        page = _page(query, total)
        first = (page - 1) * query.page_size
        count = min(query.page_size, total - first)
        is_nearer_to_end = first > total // 2
        order, skip = ("ASC", total - first - count) if is_nearer_to_end else ("DESC", first)
        return _rows(connection, box, choice, order=order, skip=skip, count=count), total, page
    finally:
        connection.execute("COMMIT")


def _page(query: PageQuery, total: int) -> int:
    last_page = max(1, -(-total // query.page_size))
    return min(max(1, query.page), last_page)


def _read_by_hours(
    connection: sqlite3.Connection, box: _Box, choice: _Choice, account_id: int, query: PageQuery
) -> tuple[list[Any], int, int]:
    """Read a page of a choice that is counted by the hour. A message's place is how many are older than it."""
    of_all = _total(connection, box, choice)

    def place_of(at: int) -> int:
        """Give how many are shown before an instant."""
        hour = at // HOUR_MS
        within = choice.where("shown_at >= :begins_at AND shown_at < :at", begins_at=hour * HOUR_MS, at=at)
        return count_before(connection, account_id, hour) + _total(connection, box, within)

    first = 0 if query.since is None else place_of(query.since)
    beyond = of_all if query.until is None else place_of(query.until + 1)
    total = max(0, beyond - first)
    page = _page(query, total)
    if not total:
        return [], total, page
    newest = beyond - (page - 1) * query.page_size - 1
    oldest = max(first, newest + 1 - query.page_size)
    upper, lower = (find_stretch(connection, account_id, place, total=of_all) for place in (newest, oldest))
    down, up = upper.through - 1 - newest, oldest - lower.before
    if down <= up:
        order, skip, near = "DESC", down, choice.where("shown_at < :edge", edge=(upper.hour + 1) * HOUR_MS)
    else:
        order, skip, near = "ASC", up, choice.where("shown_at >= :edge", edge=lower.hour * HOUR_MS)
    return _rows(connection, box, near, order=order, skip=skip, count=newest + 1 - oldest), total, page


def _within(choice: _Choice, query: PageQuery) -> _Choice:
    """Narrow the choice to the time that is asked for."""
    if query.since is not None:
        choice = choice.where("shown_at >= :since", since=query.since)
    if query.until is not None:
        choice = choice.where("shown_at <= :until", until=query.until)
    return choice


def _narrowed(connection: sqlite3.Connection, box: _Box, choice: _Choice, query: PageQuery) -> _Choice:
    """Narrow the choice by everything but time."""
    if query.client_ref is not None:
        choice = choice.where("client_ref = :client_ref", client_ref=query.client_ref)
    return choice if query.number is None else _by_number(connection, box, choice, match_key(query.number))


def _by_number(connection: sqlite3.Connection, box: _Box, choice: _Choice, pattern: str) -> _Choice:
    """Narrow the choice to numbers like `pattern`, in which `*` stands for any run of characters."""
    if pattern and not pattern.strip("*"):
        return choice
    prefix, star, _ = pattern.partition("*")
    if not prefix:
        return _scanned(box, choice, pattern)
    limits = {"number": prefix, "beyond": f"{prefix}\U0010ffff"}
    is_within = "{key} = :number" if not star else "{key} >= :number AND {key} < :beyond"
    found = " UNION ALL ".join(
        f"SELECT id FROM {box.table} WHERE {is_within.format(key=key)}"  # noqa: S608 (constants)
        for key in box.keys
    )
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({found}) LIMIT :most)"  # noqa: S608 (constants)
    (count,) = connection.execute(sql, {**limits, "most": MOST_BY_NUMBER + 1}).fetchone()
    if count > MOST_BY_NUMBER:
        return _scanned(box, choice, pattern)
    # NOT INDEXED leaves SQLite no other way than from the ids to the rows.
    choice = replace(choice, index="NOT INDEXED").where(f"id IN ({found})", **limits)
    return choice if pattern.rstrip("*") == prefix else _scanned(box, choice, pattern)


def _scanned(box: _Box, choice: _Choice, pattern: str) -> _Choice:
    like = " OR ".join(f"{key} GLOB :pattern" for key in box.keys)
    return choice.where(f"({like})", pattern=pattern.replace("[", "[[]").replace("?", "[?]"))


def _total(connection: sqlite3.Connection, box: _Box, choice: _Choice) -> int:
    if choice.counters is not None:
        keys = "[" + ",".join(map(str, choice.counters)) + "]"
        found = connection.execute(READ_TOTAL, {"kind": box.kind, "keys": keys}).fetchone()
    else:
        sql = f"SELECT count(*) FROM {box.table} {choice.index} WHERE {choice.sql}"  # noqa: S608 (constants)
        found = connection.execute(sql, choice.parameters).fetchone()
    return int(found[0])


def _rows(
    connection: sqlite3.Connection, box: _Box, choice: _Choice, *, order: str, skip: int, count: int
) -> list[Any]:
    # Two steps: the index alone is walked to the page, then only its rows are read.
    sql = f"""
    SELECT {box.columns} FROM {box.table} WHERE id IN (
        SELECT id FROM {box.table} {choice.index} WHERE {choice.sql}
        ORDER BY shown_at {order}, id {order} LIMIT :count OFFSET :skip)
    ORDER BY shown_at DESC, id DESC
    """  # noqa: S608 (constants and numbers)
    return connection.execute(sql, {**choice.parameters, "count": count, "skip": skip}).fetchall()
