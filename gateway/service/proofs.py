"""Proofs of identity that were checked a moment ago, kept in memory so that the next request costs little.

Passwords are kept as BLAKE2 under a key of this process, tokens as SHA-256: memory holds no secret that
could be used elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from gateway.core.account import Account
    from gateway.core.types import AccountId

VERIFIED_FOR_S = 300
"""How long a checked proof is believed without asking the store again."""
_NEVER = EpochMs(0)
REMEMBERED = 10_000
"""Most proofs of one kind; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class _Password:
    account: Account
    digest: bytes
    until_s: float


@dataclass(slots=True)
class Token:
    """A session or API token in use. `stored_at` is when the store last heard of a session."""

    account: Account
    until_s: float
    expires_at: EpochMs | None = None
    stored_at: EpochMs = _NEVER


class Proofs:
    """The memory; `forget` drops all of an account that has changed."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._passwords: dict[str, _Password] = {}
        self._tokens: dict[tuple[str, bytes], Token] = {}
        self.generation = 0

    def digest(self, label: str, password: str) -> bytes:
        """Give the keyed digest of a password for one account or login name."""
        octets = f"{label}:{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(octets, key=self._key, digest_size=32).digest()

    def password(self, login: str, password: str, now_s: float) -> Account | None:
        """Give the account whose password was checked lately, None when it must be checked."""
        known = self._passwords.get(login)
        if known is None or known.until_s <= now_s:
            return None
        is_same = hmac.compare_digest(known.digest, self.digest(str(known.account.id), password))
        return known.account if is_same else None

    def keep_password(self, login: str, password: str, account: Account, now_s: float) -> None:
        """Believe this pair for `VERIFIED_FOR_S`."""
        _make_room(self._passwords)
        digest = self.digest(str(account.id), password)
        self._passwords[login] = _Password(account, digest, now_s + VERIFIED_FOR_S)

    def token(self, kind: str, digest: bytes, now_s: float) -> Token | None:
        """Give what is known of a token that was checked lately; `kind` keeps sorts of tokens apart."""
        known = self._tokens.get((kind, digest))
        return known if known is not None and known.until_s > now_s else None

    def keep_token(self, kind: str, digest: bytes, token: Token) -> None:
        """Believe this token until its `until_s`."""
        _make_room(self._tokens)
        self._tokens[kind, digest] = token

    def drop_token(self, kind: str, digest: bytes) -> None:
        """Believe this token no more."""
        self._tokens.pop((kind, digest), None)

    def forget(self, account_id: AccountId) -> None:
        """Drop all that proves this account; checks that are under way must not be kept either (`generation`)."""
        self.generation += 1
        self._passwords = {key: one for key, one in self._passwords.items() if one.account.id != account_id}
        self._tokens = {key: one for key, one in self._tokens.items() if one.account.id != account_id}

    def forget_tokens(self, account_id: AccountId, kind: str) -> None:
        """Drop the account's tokens of one sort, and keep none of a check that is under way."""
        self.generation += 1
        self._tokens = {key: one for key, one in self._tokens.items() if key[0] != kind or one.account.id != account_id}


def _make_room(memory: dict[Any, Any]) -> None:
    if len(memory) >= REMEMBERED:
        del memory[next(iter(memory))]
