"""PINs as the modem driver wants them: read from their files, their tries on record in the store."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final, TypeVar

import structlog

from gateway.config.pin_file import PinFileError, is_open_to_all, read_pin
from gateway.core.sim import PinTry
from gateway.errors import StoreError
from modem.driver.pins import PinFate, PinRecord, PinUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from gateway.store.backend import Store

log = structlog.get_logger(__name__)

T = TypeVar("T")

_SALT_OCTETS: Final = 16


class PinFile:
    """A PIN in a file; fits `modem.driver.pins.PinSource`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_warned = False

    async def read(self) -> str:
        """Give the PIN."""
        try:
            pin = await asyncio.to_thread(read_pin, self._path)
        except PinFileError as error:
            raise PinUnavailableError(str(error)) from error
        if is_open_to_all(self._path) and not self._has_warned:
            self._has_warned = True
            log.warning("PIN file may be read by everybody on this machine", action="pin file", path=str(self._path))
        return pin


class StoredPinLedger:
    """The record of tries in the store, by ICCID and salted digest; fits `modem.driver.pins.PinLedger`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def record(self, iccid: str, pin: str) -> PinRecord:
        """Give what is on record of a PIN."""
        tries = await _kept(self._store.pin_tries(iccid))
        this = await _find(tries, pin)
        fate = None if this is None else PinFate.REJECTED if this.is_rejected else PinFate.OPEN
        return PinRecord(fate=fate, others=sum(one.is_costly and one is not this for one in tries))

    async def begin(self, iccid: str, pin: str) -> None:
        """Put a try on record, durably."""
        await self._save(iccid, pin, is_rejected=False)

    async def reject(self, iccid: str, pin: str) -> None:
        """The SIM rejected the PIN."""
        await self._save(iccid, pin, is_rejected=True)

    async def withdraw(self, iccid: str, pin: str) -> None:
        """The PIN did not get to the SIM."""
        this = await _find(await _kept(self._store.pin_tries(iccid)), pin)
        if this is not None:
            await _kept(self._store.drop_pin_try(iccid, this.digest))

    async def ready(self, iccid: str) -> None:
        """The SIM is open: what was rejected stays so, and has cost nothing any more."""
        if any(one.is_costly for one in await _kept(self._store.pin_tries(iccid))):
            await _kept(self._store.pin_accepted(iccid))

    async def _save(self, iccid: str, pin: str, *, is_rejected: bool) -> None:
        this = await _find(await _kept(self._store.pin_tries(iccid)), pin)
        salt = secrets.token_bytes(_SALT_OCTETS) if this is None else this.salt
        digest = await _digest(pin, salt) if this is None else this.digest
        await _kept(self._store.save_pin_try(iccid, PinTry(salt=salt, digest=digest, is_rejected=is_rejected)))


async def _kept(work: Awaitable[T]) -> T:
    """Do what must be safe before a PIN is written; without the store no PIN is tried."""
    try:
        return await work
    except StoreError as error:
        raise PinUnavailableError(f"no PIN is tried while its try cannot be put on record: {error}") from error


async def _find(tries: list[PinTry], pin: str) -> PinTry | None:
    for one in tries:
        if hmac.compare_digest(await _digest(pin, one.salt), one.digest):
            return one
    return None


async def _digest(pin: str, salt: bytes) -> bytes:
    # A PIN has few values: the digest must be dear to compute, though whoever reads the store may read the file too.
    return await asyncio.to_thread(hashlib.scrypt, pin.encode("ascii"), salt=salt, n=2**14, r=8, p=1, dklen=32)
