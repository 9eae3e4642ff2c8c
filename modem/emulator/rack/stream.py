"""Octets through one descriptor of the event loop, for ports of every kind."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

READ_OCTETS: Final = 65536
# A host that never reads loses what comes last, as on a line without flow control.
MAX_UNREAD_OCTETS: Final = 256 * 1024


class Stream:
    """An open descriptor: octets that come go to `on_data`, and `on_end` is called once when no more can come.

    The descriptor stays the caller's: `close` only stops watching it.
    """

    def __init__(self, fd: int, on_data: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._fd = fd
        self._on_data = on_data
        self._on_end = on_end
        self._unread = bytearray()
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def close(self) -> None:
        """Stop watching; what the host has not read is forgotten."""
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._unread.clear()

    def pause(self) -> None:
        """Take nothing more; what comes fills the system's buffers."""
        self._loop.remove_reader(self._fd)

    def resume(self) -> None:
        """Take again what comes."""
        self._loop.add_reader(self._fd, self._read)

    def write(self, data: bytes) -> None:
        """Send octets; they wait while the host does not read."""
        if self._unread:
            self._unread += data[: max(0, MAX_UNREAD_OCTETS - len(self._unread))]
            return
        written = self._write_now(data)
        if written < len(data):
            self._unread += data[written : written + MAX_UNREAD_OCTETS]
            self._loop.add_writer(self._fd, self._write_rest)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, READ_OCTETS)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._on_data(data)
        else:
            self._loop.remove_reader(self._fd)
            self._on_end()

    def _write_now(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._fd, data)
        except BlockingIOError:
            return 0
        except OSError:
            # The host is gone; reading says so too, and that is where it is dealt with.
            return len(data)

    def _write_rest(self) -> None:
        del self._unread[: self._write_now(self._unread)]
        if not self._unread:
            self._loop.remove_writer(self._fd)
