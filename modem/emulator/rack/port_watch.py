"""Notices when the last host closes a port, which the owner of a pseudo-terminal is not told otherwise (inotify(7))."""

from __future__ import annotations

import asyncio
import ctypes
import os
import struct
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_OPENED: Final = 0x20
_CLOSED: Final = 0x08 | 0x10
_EVENT: Final = struct.Struct("iIII")


class PortWatch:
    """Watches any number of terminals; on a system without inotify it watches nothing."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC) if sys.platform == "linux" else -1
        self._on_free: dict[int, Callable[[], None]] = {}
        self._openings: dict[int, int] = {}
        self._watches: dict[str, int] = {}
        if self._fd >= 0:
            asyncio.get_running_loop().add_reader(self._fd, self._read)

    def add(self, terminal: str, on_free: Callable[[], None]) -> None:
        """Call `on_free` each time the last opening of `terminal` made from now on is closed."""
        if self._fd < 0:
            return
        watch = self._libc.inotify_add_watch(self._fd, os.fsencode(terminal), _OPENED | _CLOSED)
        if watch >= 0:
            self._on_free[watch] = on_free
            self._openings[watch] = 0
            self._watches[terminal] = watch

    def is_used(self, terminal: str) -> bool:
        """Tell whether an opening of `terminal` that was made since `add` is still there."""
        return self._openings.get(self._watches.get(terminal, -1), 0) > 0

    def close(self) -> None:
        """Stop watching."""
        if self._fd >= 0:
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _read(self) -> None:
        events = os.read(self._fd, 65536)
        closed: set[int] = set()
        offset = 0
        while offset < len(events):
            watch, mask, _, name_octets = _EVENT.unpack_from(events, offset)
            offset += _EVENT.size + name_octets
            if watch in self._on_free:
                self._count(watch, mask, closed)
        # Only now: a port that was closed may have been opened again by the next host.
        for watch in closed:
            if self._openings.get(watch) == 0:
                self._on_free[watch]()

    def _count(self, watch: int, mask: int, closed: set[int]) -> None:
        if mask & _OPENED:
            self._openings[watch] += 1
        elif mask & _CLOSED:
            # Two openings in a row that we had no time to read between are one event (inotify(7)), their two closings
            # may be two: the count must not end below nobody.
            self._openings[watch] = max(0, self._openings[watch] - 1)
            closed.add(watch)
        else:  # IN_IGNORED: the terminal is gone
            del self._on_free[watch], self._openings[watch]
