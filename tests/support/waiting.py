"""For the few things that have no event to wait for: a file, a counter, somebody else's API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool], *, timeout_s: float = 10, look_every_s: float = 0.01) -> None:
    """Return as soon as `condition` holds; TimeoutError after `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(look_every_s)
