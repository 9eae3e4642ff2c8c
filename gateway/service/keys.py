"""What is computed under the key of this box instead of being stored: signatures, and permanent tokens of accounts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.account import Account
    from gateway.core.types import AccountId
    from gateway.store.backend import Store

PERMANENT_TOKEN_CHARACTERS = 32
_KEY_NAME = "server"


class Keys:
    """The key of this box at work; it is made when it is first needed and stays."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._signer: Callable[[bytes], bytes] | None = None
        self._owners: dict[bytes, AccountId] | None = None
        self._generation = 0

    async def sign(self, octets: bytes) -> bytes:
        """Give HMAC-SHA256 of `octets`, 32 octets."""
        return (await self.signer())(octets)

    async def signer(self) -> Callable[[bytes], bytes]:
        """Give what signs at once, for pure code."""
        if self._signer is None:
            self._signer = _signer_of(await self._store.secret(_KEY_NAME))
        return self._signer

    async def permanent_token(self, account: Account) -> str:
        """Give the account's permanent token, 32 hex digits: the same until it is withdrawn or the password changes."""
        signed = await self.sign(f"getdata:{account.id}:{account.token_generation}".encode())
        return signed.hex()[:PERMANENT_TOKEN_CHARACTERS]

    async def owner_of(self, digest: bytes) -> AccountId | None:
        """Give whose permanent token has this SHA-256, None when nobody's."""
        if self._owners is None:
            generation, owners = self._generation, {}
            for account in await self._store.accounts():
                token = await self.permanent_token(account)
                owners[hashlib.sha256(token.encode()).digest()] = account.id
            if generation != self._generation:
                return owners.get(digest)  # an account changed meanwhile: not to be kept
            self._owners = owners
        return self._owners.get(digest)

    def forget(self) -> None:
        """An account was added, or a token withdrawn: compute the tokens anew."""
        self._owners = None
        self._generation += 1


def _signer_of(key: bytes) -> Callable[[bytes], bytes]:
    """Give what computes HMAC-SHA256 (RFC 2104) under `key`, no longer than a block, in a third of hmac.digest's time.

    The hashes have begun with the key already.
    """
    block = key.ljust(hashlib.sha256().block_size, b"\0")
    inner, outer = (hashlib.sha256(bytes(octet ^ pad for octet in block)) for pad in (0x36, 0x5C))

    def sign(octets: bytes) -> bytes:
        first, second = inner.copy(), outer.copy()
        first.update(octets)
        second.update(first.digest())
        return second.digest()

    return sign
