"""Writes what the modem says, also while a person is typing: the typed line is put back under it."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_CLEAR_LINE: Final = "\r\x1b[K"
_AGAIN_S: Final = 0.5


class Screen:
    """Where lines go; may be used by several threads. News go to `news`, which may be another stream than `out`."""

    def __init__(self, out: IO[str], news: IO[str]) -> None:
        self._out = out
        self._news = news
        self._lock = threading.Lock()
        self._prompt: str | None = None
        self._typed: Callable[[], str] = str
        self._is_over = False
        self._has_ended = threading.Event()

    def end_typing(self) -> None:
        """Make a person's typing end with KeyboardInterrupt, now and when it begins again."""
        with self._lock:
            self._is_over = True
        threading.Thread(target=self._interrupt, name="end of typing", daemon=True).start()

    def show(self, lines: Iterable[str]) -> None:
        """Write lines of an answer."""
        self._write(self._out, lines)

    def show_news(self, lines: Iterable[str]) -> None:
        """Write lines that nobody asked for."""
        self._write(self._news, lines)

    @contextmanager
    def typing(self, prompt: str, typed: Callable[[], str]) -> Iterator[None]:
        """Keep the line that a person types, which `typed` returns, below what is shown meanwhile."""
        with self._lock:
            if self._is_over:
                raise KeyboardInterrupt
            self._prompt, self._typed = prompt, typed
            self._has_ended.clear()
        try:
            yield
        finally:
            with self._lock:
                self._prompt = None
            self._has_ended.set()

    def _interrupt(self) -> None:
        # Only a signal wakes up a thread that waits for a key; one that comes just before it begins to wait is missed.
        while self._prompt is not None:
            os.kill(os.getpid(), signal.SIGINT)
            self._has_ended.wait(_AGAIN_S)

    def _write(self, stream: IO[str], lines: Iterable[str]) -> None:
        with self._lock:
            text = "".join(f"{line}\n" for line in lines)
            if self._prompt is not None:
                text = f"{_CLEAR_LINE}{text}{self._prompt}{self._typed()}"
            stream.write(text)
            stream.flush()
