"""Messages for an operator who looks for some: newest id first, never more than a bounded number looked at.

Numbers have an index; what is open is found by the small indexes of the queue. Everything else is
walked by id, a stretch at a time, so that a search among millions of messages holds nobody up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.core.number import match_key
from gateway.core.status import OPEN
from gateway.core.types import MessageId
from gateway.store.backends.sqlite.inbox import INBOUND_COLUMNS, inbound_of
from gateway.store.backends.sqlite.outbox import MESSAGE_COLUMNS, message_of
from gateway.store.backends.sqlite.waiting import READ_IDS
from gateway.store.timeline import FindQuery, Found

if TYPE_CHECKING:
    import sqlite3

_WAITING = f"WITH waiting (id) AS (SELECT DISTINCT id FROM ({READ_IDS}))"  # noqa: S608 (constants)
STRETCH = 100_000
"""Most ids that one call walks over."""
ABOVE_ALL_IDS = 1 << 31

MOST_OPEN = 300_000
"""With more that are open the newest are soon found by a walk, and fetching them all would take longer."""
COUNT_OPEN = f"{_WAITING} SELECT count(*) FROM (SELECT 1 FROM waiting LIMIT :most)"  # noqa: S608 (constants)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Source:
    """A place to look: what comes after FROM, a condition, and a WITH clause before it."""

    table: str
    condition: str = "true"
    prelude: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Box:
    """One of the two tables of messages."""

    table: str
    columns: str
    at: str
    by_number: tuple[_Source, ...]


_OUTBOX = _Box(
    table="message",
    columns=MESSAGE_COLUMNS,
    at="accepted_at",
    by_number=(
        _Source(table="message INDEXED BY message_recipient", condition="recipient_key IN (:number, :digits)"),
        _Source(table="message INDEXED BY message_given", condition="given_key IN (:number, :digits)"),
    ),
)
_INBOX = _Box(
    table="inbound",
    columns=INBOUND_COLUMNS,
    at="received_at",
    by_number=(_Source(table="inbound INDEXED BY inbound_sender", condition="sender_key IN (:number, :digits)"),),
)
_OPEN = _Source(prelude=_WAITING, table="waiting CROSS JOIN message USING (id)")
_ASIDE = _Source(table="inbound INDEXED BY inbound_shown")  # there is little of it


def read_found(connection: sqlite3.Connection, query: FindQuery) -> Found:
    """Give the rows that fit, and where to go on."""
    box = _INBOX if query.is_inbound or query.is_aside else _OUTBOX
    before = ABOVE_ALL_IDS if query.before is None else int(query.before)
    sources, floor = _sources(connection, box, query, before)
    conditions, values = _conditions(box, query)
    where = " AND ".join(["id < :before", "id >= :floor", *conditions])
    chosen = " UNION ".join(
        f"SELECT * FROM ({one.prelude} SELECT id FROM {one.table} WHERE {one.condition} AND {where}"  # noqa: S608
        " ORDER BY id DESC LIMIT :limit)"
        for one in sources
    )
    sql = f"""
    SELECT {box.columns} FROM {box.table} WHERE id IN (SELECT id FROM ({chosen}) ORDER BY id DESC LIMIT :limit)
    ORDER BY id DESC
    """  # noqa: S608 (constants)
    rows = connection.execute(sql, {**values, "before": before, "floor": floor, "limit": query.limit}).fetchall()
    reached = rows[-1][0] if len(rows) == query.limit else floor
    is_end = reached <= 1 or (reached == floor and not _goes_on(connection, box, query, floor))
    return Found(
        rows=[inbound_of(row) if box is _INBOX else message_of(row) for row in rows],
        next_before=None if is_end else MessageId(reached),
    )


def _sources(
    connection: sqlite3.Connection, box: _Box, query: FindQuery, before: int
) -> tuple[tuple[_Source, ...], int]:
    """Give where to look, and the lowest id to look at."""
    if query.number is not None:
        return box.by_number, 0
    if query.is_aside:
        return (_ASIDE,), 0
    is_open = box is _OUTBOX and query.statuses is not None and query.statuses <= OPEN
    if is_open and connection.execute(COUNT_OPEN, {"most": MOST_OPEN + 1}).fetchone()[0] <= MOST_OPEN:
        return (_OPEN,), 0
    sql = f"SELECT max(id) FROM {box.table} WHERE id < :before"  # noqa: S608 (constants)
    newest = connection.execute(sql, {"before": before}).fetchone()[0] or 0
    return (_Source(table=f"{box.table} NOT INDEXED"),), max(0, newest - STRETCH)


def _goes_on(connection: sqlite3.Connection, box: _Box, query: FindQuery, floor: int) -> bool:
    """Tell whether something below `floor` may fit: there is something, and it is not too old."""
    sql = f"SELECT {box.at} FROM {box.table} WHERE id < :floor ORDER BY id DESC LIMIT 1"  # noqa: S608 (constants)
    newest = connection.execute(sql, {"floor": floor}).fetchone()
    return newest is not None and (query.since is None or newest[0] >= query.since)


def _conditions(box: _Box, query: FindQuery) -> tuple[list[str], dict[str, Any]]:
    conditions: list[str] = []
    values: dict[str, Any] = {}

    def narrow(condition: str, name: str, value: object) -> None:
        if value is not None:
            conditions.append(condition)
            values[name] = value

    narrow("port = :port", "port", query.port)
    narrow(f"{box.at} >= :since", "since", query.since)
    if query.number is not None:
        # As it is written, for what callers wrote with blanks and for names, and by its digits.
        key = match_key(query.number)
        values |= {"number": key, "digits": "".join(filter(str.isdecimal, key)) or key}
    if box is _INBOX:
        conditions.append(f"is_shown = {0 if query.is_aside else 1}")
        return conditions, values
    narrow("account_id = :account_id", "account_id", query.account_id)
    if query.statuses is not None:
        names = {f"status{index}": status.value for index, status in enumerate(sorted(query.statuses))}
        conditions.append(f"status IN ({', '.join(f':{name}' for name in names)})")
        values.update(names)
    return conditions, values
