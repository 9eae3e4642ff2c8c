"""Outbound and inbound messages in one list, by id or by conversation, as some APIs show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.core.number import match_key
from gateway.store.backend import Listing, ListingQuery
from gateway.store.backends.sqlite.inbox import read_inbound
from gateway.store.backends.sqlite.outbox import MESSAGE_COLUMNS, message_of, read_messages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.message import Inbound, Message
    from gateway.core.types import AccountId, MessageId, Port
    from gateway.store.backend import ConversationQuery

Part = tuple[str, dict[str, Any]]
"""A condition and its parameters."""

LATEST = """
SELECT max(id) FROM (
    SELECT id, port, recipient_key AS other FROM message NOT INDEXED WHERE {outbound}
    UNION ALL
    SELECT id, port, sender_key FROM inbound NOT INDEXED WHERE {inbound}
) GROUP BY port, other ORDER BY 1 DESC LIMIT :limit OFFSET :offset
"""
# With the plus no index is used for it: rows must come in the order of their ids.
SHOWN = "+is_shown = 1"
_NAME = re.compile(r"[^0-9 ()./+-]")
"""What makes the sender of a message a name."""
SCHEDULED = f"""
SELECT {MESSAGE_COLUMNS} FROM message INDEXED BY message_scheduled
WHERE status = 'held' AND send_at IS NOT NULL AND held_until IS NULL AND account_id = :account_id
ORDER BY send_at, id LIMIT :limit OFFSET :offset
"""  # noqa: S608 (constants)


def read_listing(connection: sqlite3.Connection, query: ListingQuery) -> Listing:
    """Give the rows that fit, newest id first, and how many fit in all."""
    connection.execute("BEGIN")  # total and rows of the same moment
    try:
        return _read_kept(connection, query) if query.keep is not None else _read(connection, query)
    finally:
        connection.execute("COMMIT")


def _read(connection: sqlite3.Connection, query: ListingQuery) -> Listing:
    parts = _parts(query)
    total = 0
    for table, (where, values) in parts.items():
        total += connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", values).fetchone()[0]  # noqa: S608
    # Both halves come in the order of the primary key, so a page near the start reads little.
    union = " UNION ALL ".join(f"SELECT id FROM {table} WHERE {where}" for table, (where, _) in parts.items())  # noqa: S608
    values = {name: value for _, more in parts.values() for name, value in more.items()}
    sql = f"{union} ORDER BY id DESC LIMIT :limit OFFSET :offset"
    found = connection.execute(sql, {**values, "limit": query.limit, "offset": query.offset})
    return Listing(rows=_fetched(connection, [row[0] for row in found]), total=total)


def _read_kept(connection: sqlite3.Connection, query: ListingQuery) -> Listing:
    """Give outbound rows that `keep` wants; it has to see each."""
    where, values = _outbound(query)
    sql = f"SELECT {MESSAGE_COLUMNS} FROM message WHERE {where} ORDER BY id DESC"  # noqa: S608 (constants)
    rows: list[Message | Inbound] = []
    total = 0
    for message in map(message_of, connection.execute(sql, values)):
        if query.keep is not None and query.keep(message):
            if query.offset <= total < query.offset + query.limit:
                rows.append(message)
            total += 1
    return Listing(rows=rows, total=total)


def _parts(query: ListingQuery) -> dict[str, Part]:
    parts: dict[str, Part] = {}
    if query.has_outbound:
        parts["message"] = _outbound(query)
    if query.has_inbound:
        parts["inbound"] = _inbound(query)
    return parts or {"message": ("false", {})}


def _outbound(query: ListingQuery) -> Part:
    conditions = ["true"]
    values: dict[str, Any] = {}

    def narrow(condition: str, name: str, value: object) -> None:
        if value is not None:
            conditions.append(condition)
            values[name] = value

    narrow("account_id = :account_id", "account_id", query.account_id)
    narrow("port = :port", "port", query.port)
    narrow("accepted_at >= :since", "since", query.since)
    narrow("accepted_at <= :until", "until", query.until)
    narrow("client_ref = :client_ref", "client_ref", query.client_ref)
    narrow("sim_slot = :sim_slot", "sim_slot", query.sim_slot)
    narrow(f"({_like('recipient_key', query)} OR {_like('given_key', query)})", "number", _number(query))
    if query.within is not None:
        conditions.append(_on_ports(query.within))
    if query.statuses is not None:
        names = {f"status{index}": status.value for index, status in enumerate(sorted(query.statuses))}
        conditions.append(f"status IN ({', '.join(f':{name}' for name in names)})")
        values.update(names)
    return " AND ".join(conditions), values


def _inbound(query: ListingQuery) -> Part:
    conditions = [SHOWN, _on_ports(query.ports)]
    if query.within is not None:
        conditions.append(_on_ports(query.within))
    values: dict[str, Any] = {}
    for condition, name, value in (
        ("port = :port", "port", query.port),
        ("received_at >= :since", "since", query.since),
        ("received_at <= :until", "until", query.until),
        (_like("sender_key", query), "number", _number(query)),
    ):
        if value is not None:
            conditions.append(condition)
            values[name] = value
    return " AND ".join(conditions), values


def _on_ports(ports: frozenset[Port] | None) -> str:
    return "true" if ports is None else f"port IN ({', '.join(str(int(port)) for port in sorted(ports))})"


def _like(column: str, query: ListingQuery) -> str:
    return f"{column} GLOB '*' || :number" if query.is_number_end else f"{column} = :number"


def _number(query: ListingQuery) -> str | None:
    """Give the digits to look for; only digits, so that nothing in them is a pattern. A name is taken as it is."""
    if query.number is None:
        return None
    key = match_key(query.number)
    if not query.is_number_end and _NAME.search(key):
        return key
    return "".join(filter(str.isdecimal, key))


def _fetched(connection: sqlite3.Connection, ids: Sequence[MessageId]) -> list[Message | Inbound]:
    """Give messages of either kind in the order of `ids`: both count from one sequence."""
    found: dict[MessageId, Message | Inbound] = {one.id: one for one in read_messages(connection, ids)}
    found.update({one.id: one for one in read_inbound(connection, ids)})
    return [found[message_id] for message_id in ids if message_id in found]


def read_conversations(connection: sqlite3.Connection, query: ConversationQuery) -> list[Message | Inbound]:
    """Give the latest message of each pair of span and other number, newest first."""
    sql = LATEST.format(
        outbound="account_id = :account_id",
        inbound=f"{SHOWN} AND {_on_ports(query.ports)}" if query.has_inbound else "false",
    )
    values = {"account_id": query.account_id, "limit": query.limit, "offset": query.offset}
    connection.execute("BEGIN")
    try:
        return _fetched(connection, [row[0] for row in connection.execute(sql, values)])
    finally:
        connection.execute("COMMIT")


def read_scheduled(connection: sqlite3.Connection, account_id: AccountId, *, limit: int, offset: int) -> list[Message]:
    """Give messages that are put off, the earliest first."""
    values = {"account_id": account_id, "limit": limit, "offset": offset}
    return [message_of(row) for row in connection.execute(SCHEDULED, values)]
