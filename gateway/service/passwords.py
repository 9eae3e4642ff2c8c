"""Passwords as slow salted hashes: scrypt, with its parameters kept beside the hash."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

COST, BLOCK_SIZE, PARALLELISM = 2**14, 8, 5
"""n, r and p of RFC 7914: about 16 MiB and a fifth of a second on a small box."""
_SALT_OCTETS = 16
_DIGEST_OCTETS = 32
_MEMORY_LIMIT_OCTETS = 64 * 1024 * 1024


def hash_password(text: str) -> str:
    """Give `scrypt$n$r$p$salt$hash` with a fresh salt. Blocks for about 0.2 s: call it in a thread."""
    salt = secrets.token_bytes(_SALT_OCTETS)
    return _format(salt, _scrypt(text, salt, COST, BLOCK_SIZE, PARALLELISM))


def decoy_hash() -> str:
    """Give a hash of no password: checking against it takes as long as against a real one."""
    return _format(secrets.token_bytes(_SALT_OCTETS), secrets.token_bytes(_DIGEST_OCTETS))


def verify_password(text: str, password_hash: str) -> bool:
    """Whether `text` is the password behind a hash of `hash_password`. Blocks like it; ValueError for no such hash."""
    scheme, cost, block_size, parallelism, salt, digest = password_hash.split("$")
    if scheme != "scrypt":
        raise ValueError(f"unknown password scheme {scheme!r}")
    found = _scrypt(text, base64.b64decode(salt), int(cost), int(block_size), int(parallelism))
    return hmac.compare_digest(found, base64.b64decode(digest))


def _scrypt(text: str, salt: bytes, cost: int, block_size: int, parallelism: int) -> bytes:
    # JSON may bring lone surrogates; they are octets like any other here.
    octets = text.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        octets, salt=salt, n=cost, r=block_size, p=parallelism, maxmem=_MEMORY_LIMIT_OCTETS, dklen=_DIGEST_OCTETS
    )


def _format(salt: bytes, digest: bytes) -> str:
    encoded = (base64.b64encode(octets).decode("ascii") for octets in (salt, digest))
    return "$".join(["scrypt", str(COST), str(BLOCK_SIZE), str(PARALLELISM), *encoded])
