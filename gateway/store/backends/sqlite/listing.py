"""Outbound and inbound messages in one list, by id or by conversation, as some APIs show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from gateway.core.number import match_key
from gateway.store.backends.sqlite.inbox import read_inbound
from gateway.store.backends.sqlite.outbox import MESSAGE_COLUMNS, message_of, read_messages
from gateway.store.pages import Listing, ListingQuery

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from gateway.core.message import Inbound, Message
    from gateway.core.types import AccountId, MessageId, Port
    from gateway.store.pages import ConversationQuery

Part = tuple[str, dict[str, Any]]
"""A condition and its parameters."""

NEWEST = """
SELECT id, port, recipient_key FROM message {index} WHERE {outbound}
UNION ALL
SELECT id, port, sender_key FROM inbound NOT INDEXED WHERE {inbound}
ORDER BY id DESC
"""
BY_NUMBER = """
id IN (SELECT id FROM message WHERE recipient_key = :number UNION ALL SELECT id FROM message WHERE given_key = :number)
"""
BY_ITS_END = "(recipient_key GLOB '*' || :number OR given_key GLOB '*' || :number)"
SENDER_BY_ITS_END = "sender_key GLOB '*' || :number"
READ_TOTALS = "SELECT key, value FROM total WHERE kind = :kind"
FEW_ROWS = 20_000
"""So many rows of one account are sorted faster than those of all accounts are walked through in order."""
CLOCK_SET_BACK_MS = 86_400_000
"""A message may be shown as sent so long before it was accepted, when the clock was set back in between."""
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
    total = sum(_count(connection, query, table, part) for table, part in parts.items())
    index = _index(connection, query.account_id) if not _is_narrowed(query) else _index_of_narrowed(query)
    # Both halves come in the order of the primary key, so a page near the start reads little.
    union = " UNION ALL ".join(
        f"SELECT id FROM {table} {index if table == 'message' else ''} WHERE {where}"  # noqa: S608 (constants)
        for table, (where, _) in parts.items()
    )
    values = {name: value for _, more in parts.values() for name, value in more.items()}
    sql = f"{union} ORDER BY id DESC LIMIT :limit OFFSET :offset"
    found = connection.execute(sql, {**values, "limit": query.limit, "offset": query.offset})
    return Listing(rows=_fetched(connection, [row[0] for row in found]), total=total)


def _count(connection: sqlite3.Connection, query: ListingQuery, table: str, part: Part) -> int:
    """Count what fits; what nothing but the account or its spans narrows is counted already."""
    where, values = part
    if not _is_narrowed(query):
        totals = dict(connection.execute(READ_TOTALS, {"kind": "outbox" if table == "message" else "inbox"}))
        account, ports = query.account_id, query.ports
        keys = [0 if account is None else account] if table == "message" else [0] if ports is None else [*ports]
        return sum(totals.get(key, 0) for key in keys)
    index = _index_of_narrowed(query) if table == "message" else ""
    sql = f"SELECT count(*) FROM {table} {index} WHERE {where}"  # noqa: S608 (constants)
    return int(connection.execute(sql, values).fetchone()[0])


def _is_narrowed(query: ListingQuery) -> bool:
    facts = (query.port, query.within, query.since, query.until, query.number, query.statuses, query.client_ref)
    is_nothing = not query.has_outbound and not query.has_inbound
    return is_nothing or query.sim_slot is not None or any(fact is not None for fact in facts)


def _index(connection: sqlite3.Connection, account_id: AccountId | None) -> str:
    """Give how to walk through outbound messages in the order of their ids: all, or the few of an account sorted."""
    totals = dict(connection.execute(READ_TOTALS, {"kind": "outbox"}))
    is_few = account_id is not None and totals.get(account_id, 0) <= FEW_ROWS
    return "INDEXED BY message_account" if is_few else "NOT INDEXED"


def _index_of_narrowed(query: ListingQuery) -> str:
    # NOT INDEXED leaves SQLite no other way than from the ids of a number to the rows.
    return "NOT INDEXED" if _is_number_whole(query) else ""


def _read_kept(connection: sqlite3.Connection, query: ListingQuery) -> Listing:
    """Give outbound rows that `keep` wants; it has to see each."""
    where, values = _outbound(query)
    index = _index_of_narrowed(query)
    sql = f"SELECT {MESSAGE_COLUMNS} FROM message {index} WHERE {where} ORDER BY id DESC"  # noqa: S608 (constants)
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
    # The same once more, for the index of an account's messages.
    narrow("shown_at >= :shown", "shown", None if query.since is None else query.since - CLOCK_SET_BACK_MS)
    narrow("accepted_at <= :until", "until", query.until)
    narrow("client_ref = :client_ref", "client_ref", query.client_ref)
    narrow("sim_slot = :sim_slot", "sim_slot", query.sim_slot)
    narrow(BY_NUMBER if _is_number_whole(query) else BY_ITS_END, "number", _number(query))
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
        ("sender_key = :number" if _is_number_whole(query) else SENDER_BY_ITS_END, "number", _number(query)),
    ):
        if value is not None:
            conditions.append(condition)
            values[name] = value
    return " AND ".join(conditions), values


def _on_ports(ports: frozenset[Port] | None) -> str:
    return "true" if ports is None else f"port IN ({', '.join(str(int(port)) for port in sorted(ports))})"


def _is_number_whole(query: ListingQuery) -> bool:
    return query.number is not None and not query.is_number_end


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
    connection.execute("BEGIN")
    try:
        sql = NEWEST.format(
            index=_index(connection, query.account_id),
            outbound="account_id = :account_id",
            inbound=f"{SHOWN} AND {_on_ports(query.ports)}" if query.has_inbound else "false",
        )
        latest: dict[tuple[Port | None, str], MessageId] = {}
        for message_id, port, other in connection.execute(sql, {"account_id": query.account_id}):
            latest.setdefault((port, other), message_id)
            if len(latest) >= query.offset + query.limit:
                break  # what is older is of a later page
        return _fetched(connection, list(latest.values())[query.offset :])
    finally:
        connection.execute("COMMIT")


def read_scheduled(connection: sqlite3.Connection, account_id: AccountId, *, limit: int, offset: int) -> list[Message]:
    """Give messages that are put off, the earliest first."""
    values = {"account_id": account_id, "limit": limit, "offset": offset}
    return [message_of(row) for row in connection.execute(SCHEDULED, values)]
