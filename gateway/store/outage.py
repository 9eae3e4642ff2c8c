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
        self._is_on = False

    async def ride_out(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work` until the store takes it; give what it gives.

        `work` is called anew each time, so that it sees the present time. Other errors are raised.
        """
        while True:
            try:
                value = await work()
            except StoreUnavailableError as error:
                self.begin(error)
            else:
                self.end()
                return value
            await asyncio.sleep(RETRY_S)

    def begin(self, error: StoreUnavailableError) -> None:
        """The store could not write."""
        if not self._is_on:
            self._is_on = True
            log.error("the store cannot write; it is tried again until it can", action="outage", reason=str(error))

    def end(self) -> None:
        """The store wrote."""
        if self._is_on:
            self._is_on = False
            log.warning("the store writes again", action="outage over")
