"""The call about the store on the control socket: how much there is, and whether it can be written."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from gateway.errors import InvalidFieldError, StoreUnavailableError

if TYPE_CHECKING:
    from pathlib import Path

    from gateway.store.backend import Store


class LocalStore:
    """The store of this process."""

    def __init__(self, store: Store, path: Path) -> None:
        self._store = store
        self._path = path

    async def call(self, call: str, arguments: dict[str, Any]) -> Any:  # noqa: ARG002 (the signature of every part)
        """`show`: a JSON object of `Stored`, what waits, and why nothing new is taken ("" when it is)."""
        if call != "show":
            raise InvalidFieldError("call", f"unknown: store {call}")
        refusing = "the disk is nearly full" if self._store.is_disk_low() else ""
        try:
            await self._store.ping()
        except StoreUnavailableError as error:
            refusing = str(error)
        return {
            "path": str(self._path),
            **asdict(await self._store.stored()),
            "waiting": self._store.load.open_messages,
            "refusing": refusing,
        }
