"""Who is calling: passwords, session tokens and API tokens, all of one account store; and its upkeep."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import math
import secrets
import string
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from gateway.core.account import Account, Role
from gateway.core.types import AccountId, EpochMs
from gateway.errors import BadCredentialsError, InvalidFieldError
from gateway.service.keys import Keys
from gateway.service.limits import FailedLogins, TokenBucket
from gateway.service.passwords import decoy_hash, hash_password, verify_password
from gateway.service.proofs import VERIFIED_FOR_S, Proofs, Token
from gateway.store.backend import ApiToken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from gateway.clock import Clock
    from gateway.core.account import AccountChanges
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)
R = TypeVar("R")

CHECKS_AT_ONCE = 2
"""Slow hashes that run at the same time: each takes 16 MiB and a core."""
NAME_LIMIT = 255
TOKEN_KEY_CHARACTERS, TOKEN_SECRET_CHARACTERS = 12, 40
ACTOR = "command line"
_KEYED, _PERMANENT = "key and secret", "permanent"


class Accounts:
    """The accounts of the box. Checks raise BadCredentialsError, the same for every cause, or SlowDownError."""

    def __init__(self, store: Store, *, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._proofs = Proofs()
        self._failed = FailedLogins()
        self._buckets: dict[AccountId, TokenBucket] = {}
        self._hashing = ThreadPoolExecutor(CHECKS_AT_ONCE, thread_name_prefix="password")
        self._running: dict[bytes, asyncio.Task[Account | None]] = {}
        self._decoy = decoy_hash()
        self.keys = Keys(store)
        self._token_keys: set[str] = set()

    # --- checks ---------------------------------------------------------------------------------

    async def check_password(self, login: str, password: str, *, source: str, dialect: str) -> Account:
        """Give the account of a name or e-mail and its password.

        `source` is the caller's address. A pair that was right lately costs no hash and is let in even
        while others from its address are slowed down. An unknown name takes as long as a wrong password.
        """
        login = login.casefold()
        account = self._proofs.password(login, password, self._clock.monotonic())
        if account is None:
            account = await self._check_slowly(login, password, source)
        return self._let_in(await self._fresh_credit(account), dialect)

    async def check_session(self, token: str, *, kind: str, life_s: int | None, source: str, dialect: str) -> Account:
        """Give the account of a session token; its life of `life_s` starts anew, None leaves it as it is."""
        now = self._clock.now_ms()
        digest = _sha256(token)
        known = self._proofs.token(kind, digest, self._clock.monotonic())
        if known is None:
            known = await self._find_session(digest, kind, source, now)
        if known.expires_at is not None and known.expires_at <= now:
            self._proofs.drop_token(kind, digest)
            raise BadCredentialsError
        if life_s is not None:
            known.expires_at = EpochMs(now + life_s * 1000)
            if known.stored_at + life_s * 100 <= now:
                # A write for every request would be dear: once in a tenth of its life.
                known.stored_at = now
                await self._store.save_session(digest, known.account.id, kind=kind, expires_at=known.expires_at)
        return self._let_in(await self._fresh_credit(known.account), dialect)

    async def check_api_token(self, text: str, *, source: str, dialect: str) -> Account:
        """Give the account of an API token `key|secret`."""
        digest = _sha256(text)
        known = self._proofs.token(_KEYED, digest, self._clock.monotonic())
        if known is None:
            known = await self._find_api_token(text, source)
        if known.expires_at is not None and known.expires_at <= self._clock.now_ms():
            raise BadCredentialsError
        return self._let_in(await self._fresh_credit(known.account), dialect)

    async def has_token(self, key: str) -> bool:
        """Whether an API token has this key, its secret apart."""
        if key not in self._token_keys and await self._store.token(key) is not None:
            self._token_keys.add(key)
        return key in self._token_keys

    async def open_session(
        self, account: Account, *, kind: str, life_s: int, token: str = "", most: int | None = None
    ) -> str:
        """Give a new session token, 32 hex digits or `token`, stored before this returns.

        With `most` the account keeps that many of its kind; those that would end first go.
        """
        token = token or secrets.token_hex(16)
        expires_at = EpochMs(self._clock.now_ms() + life_s * 1000)
        await self._store.save_session(_sha256(token), account.id, kind=kind, expires_at=expires_at, most=most)
        if most is not None:
            self._proofs.forget_tokens(account.id, kind)
        return token

    async def end_session(self, account: Account, token: str, *, kind: str, after_s: int = 0) -> None:
        """Let a session token of the account be good for `after_s` at most."""
        at = EpochMs(self._clock.now_ms() + after_s * 1000)
        await self._store.end_session(_sha256(token), kind=kind, at=at)
        self._proofs.forget_tokens(account.id, kind)

    async def check_permanent_token(self, token: str, *, source: str, dialect: str) -> Account:
        """Give the account of a permanent token."""
        digest = _sha256(token)

        async def look() -> Token | None:
            account_id = await self.keys.owner_of(digest)
            account = None if account_id is None else await self._store.account(account_id)
            until_s = self._clock.monotonic() + VERIFIED_FOR_S
            return None if account is None else Token(account=account, until_s=until_s)

        known = self._proofs.token(_PERMANENT, digest, self._clock.monotonic())
        if known is None:
            known = await self._find_token(_PERMANENT, digest, source, look)
        return self._let_in(await self._fresh_credit(known.account), dialect)

    def take_rate(self, account: Account) -> None:
        """Count one request of the account; SlowDownError when it comes faster than allowed."""
        if not account.rate_per_s:
            return
        now_s = self._clock.monotonic()
        bucket = self._buckets.get(account.id)
        if bucket is None or bucket.rate_per_s != account.rate_per_s:
            bucket = self._buckets[account.id] = TokenBucket(account.rate_per_s, now_s)
        bucket.take(now_s)

    # --- upkeep ---------------------------------------------------------------------------------

    async def create(self, name: str, *, role: Role, password: str, email: str = "") -> Account:
        """Make an account; InvalidFieldError names what is wrong."""
        _check_name("name", name)
        if email:
            _check_name("email", email)
        password_hash = await self._hash(password)
        now = self._clock.now_ms()
        wanted = Account(id=AccountId(0), name=name, email=email, role=role)
        account = await self._store.add_account(wanted, password_hash, now)
        self.keys.forget()
        await self._audit("account created", f"{name}, {role}")
        return account

    async def enable(self, name: str) -> None:
        """Let the account in; InvalidFieldError when there is none of this name."""
        await self._set_enabled(name, enabled=True)

    async def disable(self, name: str) -> None:
        """Keep the account out, from the next request on; InvalidFieldError when there is none of this name."""
        await self._set_enabled(name, enabled=False)

    async def change(self, name: str, changes: AccountChanges) -> None:
        """Change role, limits and rights of an account, from its next request on; InvalidFieldError names a wrong one.

        What is not named stays.
        """
        account = await self._named(name)
        _check_changes(changes)
        if not changes:
            return
        await self._store.change_account(account.id, changes)
        self._proofs.forget(account.id)
        await self._audit("account changed", f"{account.name}: {', '.join(sorted(changes))}")

    async def set_password(self, name: str, password: str) -> None:
        """Change the account's password, which ends its sessions; InvalidFieldError names what is wrong."""
        account = await self._named(name)
        await self._store.set_password(account.id, await self._hash(password))
        self.keys.forget()
        self._proofs.forget(account.id)
        await self._audit("password changed", account.name)

    async def renew_permanent_token(self, name: str) -> str:
        """Withdraw the account's permanent token, from the next request on; gives the new one."""
        account = await self._named(name)
        await self._store.renew_permanent_token(account.id)
        self.keys.forget()
        self._proofs.forget(account.id)
        await self._audit("permanent token renewed", account.name)
        return await self.keys.permanent_token(await self._named(name))

    async def create_token(self, name: str, *, label: str, expires_at: EpochMs | None = None) -> str:
        """Make an API token for the account; its text `key|secret` is given only now."""
        account = await self._named(name)
        key = _random_text(string.ascii_lowercase + string.digits, TOKEN_KEY_CHARACTERS)
        secret = _random_text(string.ascii_letters + string.digits, TOKEN_SECRET_CHARACTERS)
        token = ApiToken(
            key=key,
            secret_sha256=_sha256(secret),
            account_id=account.id,
            label=label,
            created_at=self._clock.now_ms(),
            expires_at=expires_at,
        )
        await self._store.add_token(token)
        await self._audit("token created", f"{account.name}, {key}, {label}")
        return f"{key}|{secret}"

    async def tokens(self, name: str) -> Sequence[ApiToken]:
        """Give the API tokens of an account, oldest first; their secrets are not known here."""
        return await self._store.tokens((await self._named(name)).id)

    async def revoke_token(self, key: str) -> None:
        """End an API token, from the next request on; InvalidFieldError when none has this key."""
        token = await self._store.token(key) if _is_storable(key) else None
        if token is None:
            raise InvalidFieldError("key", f"no token {key}")
        await self._store.remove_token(key)
        self._token_keys.discard(key)
        self._proofs.forget(token.account_id)
        await self._audit("token revoked", f"{key}, {token.label}")

    async def list(self) -> Sequence[Account]:
        """Give all accounts in order of name."""
        return sorted(await self._store.accounts(), key=lambda account: account.name.lower())

    # --- inside ---------------------------------------------------------------------------------

    async def _check_slowly(self, login: str, password: str, source: str) -> Account:
        """Check a pair against the store; equal ones that arrive meanwhile share the work."""
        flight = self._proofs.digest(login, password)
        task = self._running.get(flight)
        if task is None:
            self._failed.begin(source, login, self._clock.monotonic())
            task = asyncio.create_task(self._verify(login, password, source))
            self._running[flight] = task
            task.add_done_callback(lambda _: self._running.pop(flight, None))
        account = await asyncio.shield(task)
        if account is None:
            raise BadCredentialsError
        return account

    async def _verify(self, login: str, password: str, source: str) -> Account | None:
        generation = self._proofs.generation
        account: Account | None = None
        has_failed = True
        try:
            found = await self._store.account_by_login(login) if _is_storable(login) else None
            password_hash = self._decoy if found is None else found[1]
            is_right = await self._in_thread(partial(verify_password, password, password_hash))
            account = found[0] if found is not None and is_right else None
            has_failed = account is None or not account.enabled
        finally:
            self._failed.end(source, login, self._clock.monotonic(), has_failed=has_failed)
        if account is None:
            log.info("login refused", action="login", reason="unknown name or wrong password", source=source)
        elif account.enabled and generation == self._proofs.generation:
            self._proofs.keep_password(login, password, account, self._clock.monotonic())
        return account

    async def _find_session(self, digest: bytes, kind: str, source: str, now: EpochMs) -> Token:
        async def look() -> Token | None:
            found = await self._store.session(digest, kind=kind, now=now)
            account = None if found is None else await self._store.account(found[0])
            if found is None or account is None:
                return None
            return Token(account=account, until_s=math.inf, expires_at=found[1])

        return await self._find_token(kind, digest, source, look)

    async def _find_api_token(self, text: str, source: str) -> Token:
        key, _, secret = text.partition("|")

        async def look() -> Token | None:
            found = await self._store.token(key) if _is_storable(key) else None
            if found is None or not hmac.compare_digest(found.secret_sha256, _sha256(secret)):
                return None
            account = await self._store.account(found.account_id)
            until_s = self._clock.monotonic() + VERIFIED_FOR_S
            return None if account is None else Token(account=account, until_s=until_s, expires_at=found.expires_at)

        return await self._find_token(_KEYED, _sha256(text), source, look)

    async def _find_token(
        self, kind: str, digest: bytes, source: str, look: Callable[[], Awaitable[Token | None]]
    ) -> Token:
        """Look a token up, counted as a failed login of the address when it is unknown."""
        self._failed.begin(source, None, self._clock.monotonic())
        generation = self._proofs.generation
        token: Token | None = None
        try:
            token = await look()
        finally:
            self._failed.end(source, None, self._clock.monotonic(), has_failed=token is None)
        if token is None:
            log.info("login refused", action="login", reason="unknown or expired token", source=source)
            raise BadCredentialsError
        if generation == self._proofs.generation:
            self._proofs.keep_token(kind, digest, token)
        return token

    def _let_in(self, account: Account | None, dialect: str) -> Account:
        reason = ""
        if account is None:
            reason = "deleted"
        elif not account.enabled:
            reason = "disabled"
        elif account.dialects is not None and dialect not in account.dialects:
            reason = f"{dialect} not allowed"
        if account is None or reason:
            log.info("login refused", action="login", reason=reason, account=account and account.name)
            raise BadCredentialsError
        return account

    async def _fresh_credit(self, account: Account) -> Account | None:
        """Give the account with its credit as it stands; one without a limit need not be read again."""
        return account if account.credit is None else await self._store.account(account.id)

    async def _set_enabled(self, name: str, *, enabled: bool) -> None:
        account = await self._named(name)
        await self._store.set_enabled(account.id, enabled=enabled)
        self._proofs.forget(account.id)
        await self._audit("account enabled" if enabled else "account disabled", account.name)

    async def _named(self, name: str) -> Account:
        found = await self._store.account_by_login(name) if _is_storable(name) else None
        if found is None:
            raise InvalidFieldError("name", f"no account {name}")
        return found[0]

    async def _hash(self, password: str) -> str:
        if not password:
            raise InvalidFieldError("password", "required")
        return await self._in_thread(partial(hash_password, password))

    async def _audit(self, action: str, detail: str) -> None:
        await self._store.add_audit(actor=ACTOR, action=action, detail=detail, now=self._clock.now_ms())

    async def _in_thread(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._hashing, work)


def _check_name(field: str, name: str) -> None:
    if not name:
        raise InvalidFieldError(field, "required")
    if len(name) > NAME_LIMIT:
        raise InvalidFieldError(field, f"longer than {NAME_LIMIT} characters")
    if not name.isprintable() or any(character.isspace() or character == ":" for character in name):
        raise InvalidFieldError(field, "may not contain blanks or colons")


def _check_changes(changes: AccountChanges) -> None:
    for field in ("rate_per_s", "queue_limit", "credit"):
        number = changes.get(field)
        if isinstance(number, int) and number < 0:
            raise InvalidFieldError(field, "may not be negative")
    if "default_sender" in changes and not _is_storable(changes["default_sender"]):
        raise InvalidFieldError("default_sender", "bad character")
    timezone = changes.get("timezone")
    if timezone is None:
        return
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidFieldError("timezone", f"not an IANA time zone: {timezone}") from error


def _is_storable(text: str) -> bool:
    """Whether the store can look for it at all: lone surrogates and U+0000 are in no name."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _random_text(alphabet: str, length: int) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))
