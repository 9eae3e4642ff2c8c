"""Accounts with their tokens and sessions, and the record of what administrators did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gateway.core.account import Account, AccountChanges, Readiness, Role
from gateway.core.types import AccountId
from gateway.errors import InvalidFieldError
from gateway.store.backend import ApiToken
from gateway.store.backends.sqlite.memory import AccountFacts, join_ports, split_ports

if TYPE_CHECKING:
    import sqlite3

    from gateway.core.types import EpochMs
    from gateway.store.backends.sqlite.transaction import Transaction

ACCOUNT_COLUMNS = (
    "id, name, email, role, enabled, spans, dialects, timezone, rate_per_s, queue_limit, credit, default_sender, "
    "unready, token_generation, password_hash"
)
READ_ALL = f"SELECT {ACCOUNT_COLUMNS} FROM account ORDER BY id"  # noqa: S608 (constants)
READ = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE id = :id"  # noqa: S608 (constants)
READ_BY_LOGIN = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE name_key = :login OR email_key = :login"  # noqa: S608
IS_TAKEN = """
SELECT 1 FROM account WHERE name_key IN (:name_key, :email_key) OR email_key IN (:name_key, :email_key)
"""
ADD = """
INSERT INTO account (name, name_key, email, email_key, password_hash, role, enabled, spans, dialects, timezone,
    rate_per_s, queue_limit, credit, default_sender, unready, created_at)
VALUES (:name, :name_key, :email, :email_key, :password_hash, :role, :enabled, :spans, :dialects, :timezone,
    :rate_per_s, :queue_limit, :credit, :default_sender, :unready, :now)
"""
SET_ENABLED = "UPDATE account SET enabled = :enabled WHERE id = :id"
SET_HASH = """
UPDATE account SET password_hash = :password_hash, token_generation = token_generation + 1 WHERE id = :id
"""
RENEW = "UPDATE account SET token_generation = token_generation + 1 WHERE id = :id"
END_SESSIONS = "DELETE FROM session WHERE account_id = :id"
ADD_KEY = """
INSERT INTO api_token (key, secret_sha256, account_id, label, created_at, expires_at)
VALUES (:key, :secret_sha256, :account_id, :label, :created_at, :expires_at)
"""
_READ_KEYS = "SELECT key, secret_sha256, account_id, label, created_at, expires_at FROM api_token"
READ_KEY = f"{_READ_KEYS} WHERE key = :key"
READ_KEYS = f"{_READ_KEYS} WHERE account_id = :account_id ORDER BY created_at, key"
DROP_KEY = "DELETE FROM api_token WHERE key = :key"
SAVE_SESSION = """
INSERT INTO session (digest, account_id, kind, expires_at) VALUES (:digest, :account_id, :kind, :expires_at)
ON CONFLICT (digest) DO UPDATE SET expires_at = excluded.expires_at
"""
DROP_SESSIONS = "DELETE FROM session WHERE expires_at <= :now"
DROP_SURPLUS = """
DELETE FROM session WHERE account_id = :account_id AND kind = :kind AND digest NOT IN (
    SELECT digest FROM session WHERE account_id = :account_id AND kind = :kind
    ORDER BY digest = :digest DESC, expires_at DESC LIMIT :most)
"""
END_SESSION = "UPDATE session SET expires_at = min(expires_at, :at) WHERE digest = :digest AND kind = :kind"
READ_SESSION = """
SELECT account_id, expires_at FROM session WHERE digest = :digest AND kind = :kind AND expires_at > :now
"""
ADD_AUDIT = "INSERT INTO audit (at, actor, action, detail) VALUES (:now, :actor, :action, :detail)"


def read_accounts(connection: sqlite3.Connection) -> list[Account]:
    """Give all accounts, oldest first."""
    return [_account(row) for row in connection.execute(READ_ALL)]


def read_account(connection: sqlite3.Connection, account_id: AccountId) -> Account | None:
    """Give an account, None when there is none."""
    row = connection.execute(READ, {"id": account_id}).fetchone()
    return None if row is None else _account(row)


def read_account_by_login(connection: sqlite3.Connection, login: str) -> tuple[Account, str] | None:
    """Give an account and its password hash by name or e-mail, without case."""
    row = connection.execute(READ_BY_LOGIN, {"login": login.casefold()}).fetchone()
    return None if row is None else (_account(row), row[14])


def add_account(tx: Transaction, account: Account, password_hash: str, now: EpochMs) -> Account:
    """Store a new account; a login that could mean two accounts is refused."""
    keys = {"name_key": account.name.casefold(), "email_key": account.email.casefold() or None}
    if tx.fetch_one(IS_TAKEN, keys) is not None:
        raise InvalidFieldError("name", "name or e-mail is taken")
    values: dict[str, Any] = {
        **keys,
        "name": account.name,
        "email": account.email,
        "password_hash": password_hash,
        "enabled": account.enabled,
        "now": now,
        **{name: _column(getattr(account, name)) for name in AccountChanges.__annotations__},
    }
    return _remembered(tx, AccountId(tx.execute(ADD, values).lastrowid or 0))


def change_account(tx: Transaction, account_id: AccountId, changes: AccountChanges) -> None:
    """Change what is named of an account."""
    names = [name for name in AccountChanges.__annotations__ if name in changes]
    assignments = ", ".join(f"{name} = :{name}" for name in names)
    columns = {name: _column(value) for name, value in changes.items()}
    tx.execute(f"UPDATE account SET {assignments} WHERE id = :id", {**columns, "id": account_id})  # noqa: S608
    _remembered(tx, account_id)


def _column(value: object) -> object:
    """Give a fact of an account as its column has it: sets with commas."""
    if not isinstance(value, frozenset):
        return value.value if isinstance(value, Role) else value
    return join_ports(value) if all(isinstance(one, int) for one in value) else ",".join(sorted(value))


def _remembered(tx: Transaction, account_id: AccountId) -> Account:
    """Give the account as stored; what the writer must know of it counts once this is committed."""
    account = _account(tx.fetch_one(READ, {"id": account_id}))
    facts = AccountFacts(enabled=account.enabled, spans=account.spans, has_credit=account.credit is not None)
    tx.after_commit.append(lambda: tx.memory.accounts.update({account_id: facts}))
    return account


def _account(row: tuple[Any, ...]) -> Account:
    spans, dialects = row[5], row[6]
    return Account(
        id=row[0],
        name=row[1],
        email=row[2],
        role=Role(row[3]),
        enabled=bool(row[4]),
        spans=None if spans is None else frozenset(split_ports(spans)),
        dialects=None if dialects is None else frozenset(filter(None, dialects.split(","))),
        timezone=row[7],
        rate_per_s=row[8],
        queue_limit=row[9],
        credit=row[10],
        default_sender=row[11],
        unready=frozenset(map(Readiness, filter(None, row[12].split(",")))),
        token_generation=row[13],
    )


def set_enabled(tx: Transaction, account_id: AccountId, *, enabled: bool) -> None:
    """Let an account in or keep it out."""
    tx.execute(SET_ENABLED, {"id": account_id, "enabled": enabled})
    tx.after_commit.append(lambda: _set_enabled_fact(tx, account_id, enabled=enabled))


def _set_enabled_fact(tx: Transaction, account_id: AccountId, *, enabled: bool) -> None:
    facts = tx.memory.accounts.get(account_id)
    if facts is not None:
        tx.memory.accounts[account_id] = AccountFacts(enabled=enabled, spans=facts.spans, has_credit=facts.has_credit)


def set_password(tx: Transaction, account_id: AccountId, password_hash: str) -> None:
    """Keep a new password hash and end the account's sessions."""
    tx.execute(SET_HASH, {"id": account_id, "password_hash": password_hash})
    tx.execute(END_SESSIONS, {"id": account_id})


def renew_permanent_token(tx: Transaction, account_id: AccountId) -> None:
    """Withdraw the account's permanent token."""
    tx.execute(RENEW, {"id": account_id})


def add_token(tx: Transaction, token: ApiToken) -> None:
    """Keep a new API token."""
    tx.execute(ADD_KEY, {name: getattr(token, name) for name in ApiToken.__slots__})


def read_token(connection: sqlite3.Connection, key: str) -> ApiToken | None:
    """Give an API token by its key."""
    row = connection.execute(READ_KEY, {"key": key}).fetchone()
    return None if row is None else _token(row)


def read_tokens(connection: sqlite3.Connection, account_id: AccountId) -> list[ApiToken]:
    """Give the API tokens of an account, oldest first."""
    return [_token(row) for row in connection.execute(READ_KEYS, {"account_id": account_id})]


def remove_token(tx: Transaction, key: str) -> None:
    """Drop an API token."""
    tx.execute(DROP_KEY, {"key": key})


def _token(row: tuple[Any, ...]) -> ApiToken:
    return ApiToken(**dict(zip(ApiToken.__slots__, row, strict=True)))


def save_session(
    tx: Transaction,
    digest: bytes,
    account_id: AccountId,
    *,
    kind: str,
    expires_at: EpochMs,
    now: EpochMs,
    most: int | None,
) -> None:
    """Keep or renew a session; those that ended before `now`, and more than `most` of the account, are dropped."""
    tx.execute(DROP_SESSIONS, {"now": now})
    values = {"digest": digest, "account_id": account_id, "kind": kind, "expires_at": expires_at}
    tx.execute(SAVE_SESSION, values)
    if most is not None:
        tx.execute(DROP_SURPLUS, {**values, "most": most})


def end_session(tx: Transaction, digest: bytes, *, kind: str, at: EpochMs) -> None:
    """Let a session end at `at` if it would end later."""
    tx.execute(END_SESSION, {"digest": digest, "kind": kind, "at": at})


def read_session(
    connection: sqlite3.Connection, digest: bytes, *, kind: str, now: EpochMs
) -> tuple[AccountId, EpochMs] | None:
    """Give whose session it is and when it ends, None when it is unknown or has ended."""
    row = connection.execute(READ_SESSION, {"digest": digest, "kind": kind, "now": now}).fetchone()
    return None if row is None else (row[0], row[1])


def add_audit(tx: Transaction, *, actor: str, action: str, detail: str, now: EpochMs) -> None:
    """Note an administrative change."""
    tx.execute(ADD_AUDIT, {"actor": actor, "action": action, "detail": detail, "now": now})
