"""Rides out the times in which the store cannot write: what has happened already must get into it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import structlog

from gateway.errors import StoreUnavailableError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

log = structlog.get_logger(__name__)

RETRY_S = 1.0
"""How often the store is tried again."""


class Outage:
    """Tries again until the store writes, and logs the beginning and the end of an outage once."""

    def __init__(self) -> None:
        self._waiting: set[object] = set()

    @property
    def is_on(self) -> bool:
        """Whether somebody waits for the store."""
        return bool(self._waiting)

    async def ride_out(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` until the store takes it; give what it gives.

        `work` is called anew each time, so that it sees the present time. Other errors are raised.
        """
        who = object()
        try:
            while True:
                try:
                    return await work()
                except StoreUnavailableError as error:
                    self.begin(who, error)
                await asyncio.sleep(RETRY_S)
        finally:
            self.end(who)

    def begin(self, who: object, error: StoreUnavailableError) -> None:
        """The store did not take what `who` had to write."""
        if not self._waiting:
            log.error("the store cannot write; it is tried again until it can", action="outage", reason=str(error))
        self._waiting.add(who)

    def end(self, who: object) -> None:
        """What `who` had to write is written, or given up."""
        if who in self._waiting:
            self._waiting.remove(who)
            if not self._waiting:
                log.warning("nothing waits for the store any more", action="outage over")
