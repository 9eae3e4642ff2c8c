"""Templates, sender names, newsletters and the keys of the box."""

from __future__ import annotations

import json
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any

from gateway.core.directory import Newsletter, OwnNumber, PoolId, SenderPool, Template, TemplateId
from gateway.core.number import match_key
from gateway.core.types import AccountId
from gateway.errors import InvalidFieldError
from gateway.store.backends.sqlite.memory import split_ports
from gateway.store.backends.sqlite.transaction import for_each
from gateway.store.backends.sqlite.withdrawing import cancel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.directory import NewsletterId
    from gateway.core.types import EpochMs, Port
    from gateway.store.backends.sqlite.transaction import Transaction

SECRET_OCTETS = 32
READ_SECRET = "SELECT value FROM secret WHERE name = :name"  # noqa: S105 (a statement)
ADD_SECRET = "INSERT INTO secret (name, value) VALUES (:name, :value)"  # noqa: S105 (a statement)
READ_TEMPLATES = "SELECT id, name, text, approved, accounts FROM template ORDER BY id"
SAVE_TEMPLATE = """
INSERT INTO template (id, name, name_key, text, approved, accounts)
VALUES (:id, :name, :name_key, :text, :approved, :accounts)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, text = excluded.text,
    approved = excluded.approved, accounts = excluded.accounts
"""
REMOVE_TEMPLATE = "DELETE FROM template WHERE id = :id"
READ_POOLS = "SELECT id, name, spans, approved, accounts FROM sender_pool ORDER BY id"
SAVE_POOL = """
INSERT INTO sender_pool (id, name, name_key, spans, approved, accounts)
VALUES (:id, :name, :name_key, :spans, :approved, :accounts)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key, spans = excluded.spans,
    approved = excluded.approved, accounts = excluded.accounts
"""
REMOVE_POOL = "DELETE FROM sender_pool WHERE id = :id"
READ_OWN_NUMBERS = "SELECT port, number FROM own_number ORDER BY port"
SAVE_OWN_NUMBER = """
INSERT INTO own_number (port, number, number_key) VALUES (:port, :number, :number_key)
ON CONFLICT (port) DO UPDATE SET number = excluded.number, number_key = excluded.number_key
"""
REMOVE_OWN_NUMBER = "DELETE FROM own_number WHERE port = :id"
_READ_NEWSLETTERS = "SELECT id, account_id, title, text, created_at, send_at FROM newsletter"
READ_NEWSLETTERS = f"{_READ_NEWSLETTERS} WHERE id IN (SELECT value FROM json_each(:ids)) ORDER BY id"  # noqa: S608
READ_NEWSLETTERS_OF = f"{_READ_NEWSLETTERS} WHERE :account_id IS NULL OR account_id = :account_id ORDER BY id DESC"
NEWSLETTER_WAITING = """
SELECT id FROM message INDEXED BY message_newsletter
WHERE newsletter_id = :id AND status IN ('held', 'queued') ORDER BY id
"""


def secret(tx: Transaction, name: str) -> bytes:
    """Give a key, made when there is none."""
    found = tx.fetch_one(READ_SECRET, {"name": name})
    if found is not None:
        return bytes(found[0])
    value = secrets.token_bytes(SECRET_OCTETS)
    tx.execute(ADD_SECRET, {"name": name, "value": value})
    return value


def read_templates(connection: sqlite3.Connection) -> list[Template]:
    """Give all templates by id."""
    return [
        Template(id=row[0], name=row[1], text=row[2], approved=bool(row[3]), accounts=_accounts(row[4]))
        for row in connection.execute(READ_TEMPLATES)
    ]


def save_templates(tx: Transaction, templates: Sequence[Template]) -> list[TemplateId]:
    """Add or replace templates."""
    return for_each(templates, lambda one: TemplateId(_save(tx, SAVE_TEMPLATE, one, {"text": one.text})))


def read_pools(connection: sqlite3.Connection) -> list[SenderPool]:
    """Give all sender names by id."""
    return [
        SenderPool(id=row[0], name=row[1], spans=split_ports(row[2]), approved=bool(row[3]), accounts=_accounts(row[4]))
        for row in connection.execute(READ_POOLS)
    ]


def save_pools(tx: Transaction, pools: Sequence[SenderPool]) -> list[PoolId]:
    """Add or replace sender names."""
    return for_each(pools, lambda one: PoolId(_save(tx, SAVE_POOL, one, {"spans": ",".join(map(str, one.spans))})))


def _save(tx: Transaction, statement: str, entry: Template | SenderPool, more: dict[str, Any]) -> int:
    accounts = None if entry.accounts is None else ",".join(map(str, sorted(entry.accounts)))
    values = {
        "id": entry.id or None,
        "name": entry.name,
        "name_key": entry.name.casefold(),
        "approved": entry.approved,
        "accounts": accounts,
        **more,
    }
    try:
        made = tx.execute(statement, values).lastrowid or 0
    except sqlite3.IntegrityError as error:
        raise InvalidFieldError("name", "is taken") from error
    return entry.id or made


def _accounts(text: str | None) -> frozenset[AccountId] | None:
    return None if text is None else frozenset(AccountId(int(one)) for one in text.split(",") if one)


def remove(tx: Transaction, statement: str, entry_id: int) -> bool:
    """Drop an entry of a list by one of the REMOVE statements; False when there is none."""
    return tx.execute(statement, {"id": entry_id}).rowcount > 0


def read_own_numbers(connection: sqlite3.Connection) -> list[OwnNumber]:
    """Give the numbers of the box by port."""
    return [OwnNumber(port=row[0], number=row[1]) for row in connection.execute(READ_OWN_NUMBERS)]


def save_own_numbers(tx: Transaction, numbers: Sequence[OwnNumber]) -> list[Port]:
    """Set the numbers of ports."""

    def save(one: OwnNumber) -> Port:
        try:
            tx.execute(SAVE_OWN_NUMBER, {"port": one.port, "number": one.number, "number_key": match_key(one.number)})
        except sqlite3.IntegrityError as error:
            raise InvalidFieldError("number", "is taken") from error
        return one.port

    return for_each(numbers, save)


def read_newsletters(connection: sqlite3.Connection, ids: Sequence[NewsletterId]) -> list[Newsletter]:
    """Give newsletters by id."""
    return [_newsletter(row) for row in connection.execute(READ_NEWSLETTERS, {"ids": json.dumps(list(ids))})]


def read_newsletters_of(connection: sqlite3.Connection, account_id: AccountId | None) -> list[Newsletter]:
    """Give the newsletters of an account, newest first."""
    return [_newsletter(row) for row in connection.execute(READ_NEWSLETTERS_OF, {"account_id": account_id})]


def _newsletter(row: tuple[Any, ...]) -> Newsletter:
    return Newsletter(id=row[0], account_id=row[1], title=row[2], text=row[3], created_at=row[4], send_at=row[5])


def cancel_newsletter(tx: Transaction, newsletter_id: NewsletterId, now: EpochMs) -> int:
    """Withdraw those of its messages that no span has; gives how many."""
    found = tx.fetch_all(NEWSLETTER_WAITING, {"id": newsletter_id})
    statuses = [cancel(tx, message_id, account_id=None, now=now) for (message_id,) in found]
    return sum(status == "cancelled" for status in statuses)
