"""Blocking calls on devices that may hang for ever, each in a thread of its own.

Not the loop's executor: a handful of hung calls on dead USB devices would use up its threads and so stop every other
modem, and its threads are waited for when the process ends.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


async def run_blocking(
    call: Callable[[], T], *, deadline_s: float, name: str, discard: Callable[[T], object] | None = None
) -> T:
    """Return what `call` returns, or raise what it raises; TimeoutError after `deadline_s`.

    A call that ends too late, or after the caller was cancelled, has its result given to `discard`.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def deliver(result: T | None, error: BaseException | None) -> None:
        if done.done():
            if error is None and discard is not None:
                threading.Thread(target=discard, args=(result,), name=f"{name} (late)", daemon=True).start()
        elif error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # None only when T admits None

    def work() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = call()
        except Exception as caught:  # noqa: BLE001  # whatever it is, it is the caller's to handle
            error = caught
        try:
            loop.call_soon_threadsafe(deliver, result, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            if error is None and discard is not None:
                discard(result)  # type: ignore[arg-type]  # None only when T admits None

    threading.Thread(target=work, name=name, daemon=True).start()
    async with asyncio.timeout(deadline_s):
        return await done
