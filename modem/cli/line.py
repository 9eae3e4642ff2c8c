"""A dialogue for a program that waits in its main thread: the event loop runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, TypeVar

from modem.cli.dialogue import Dialogue

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import TracebackType

    from modem.cli.dialogue import News, Outcome

T = TypeVar("T")


class Line:
    """A port in use, as a context; what nobody asked for goes to `on_news`, which the loop's thread calls."""

    def __init__(self, url: str, *, baudrate: int, on_news: Callable[[News], None]) -> None:
        self.url = url
        self._baudrate = baudrate
        self._on_news = on_news
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"line {url}", daemon=True)
        self._dialogue: Dialogue | None = None

    def __enter__(self) -> Line:
        """Open the port. Raises PortBusyError when another program holds it, PortError otherwise."""
        self._thread.start()
        try:
            self._dialogue = self._call(self._open())
        except BaseException:
            self._end_thread()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._opened.close())
        self._end_thread()

    def command(self, text: str, *, timeout_s: float) -> Outcome:
        """See Dialogue.command."""
        return self._call(self._opened.command(text, timeout_s=timeout_s))

    def body(self, octets: bytes, *, timeout_s: float) -> Outcome:
        """See Dialogue.body."""
        return self._call(self._opened.body(octets, timeout_s=timeout_s))

    def cancel_body(self, *, timeout_s: float) -> Outcome:
        """See Dialogue.cancel_body."""
        return self._call(self._opened.cancel_body(timeout_s=timeout_s))

    def escape(self) -> None:
        """See Dialogue.escape."""
        self._call(self._opened.escape())

    def give_up(self) -> None:
        """See Dialogue.give_up."""
        self._loop.call_soon_threadsafe(self._opened.give_up)

    @property
    def _opened(self) -> Dialogue:
        if self._dialogue is None:
            message = f"{self.url} is not open"
            raise RuntimeError(message)
        return self._dialogue

    async def _open(self) -> Dialogue:
        dialogue = Dialogue(self._on_news)
        await dialogue.open(self.url, baudrate=self._baudrate)
        return dialogue

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result()
        except BaseException:  # Ctrl-C too: nobody waits for the answer any more
            future.cancel()
            raise

    def _end_thread(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
