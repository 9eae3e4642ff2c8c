"""One modem's serial port on a pseudo-terminal, behind a link with a stable name."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import termios
import tty
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

READ_OCTETS: Final = 65536
# A host that never reads loses what comes last, as on a line without flow control.
MAX_UNREAD_OCTETS: Final = 256 * 1024


class PtyPort:
    """A pseudo-terminal with a link to it; closed until `open`. Octets of the host go to `on_data`."""

    def __init__(self, link: Path, on_data: Callable[[bytes], None]) -> None:
        self.link = link
        self.terminal: str | None = None
        self._on_data = on_data
        self._master = -1
        # Kept open: with no slave open at all, every read of the master would fail between two hosts.
        self._slave = -1
        self._unread = bytearray()
        self._previous_terminal: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the port is there for a host."""
        return self._master >= 0

    def open(self) -> str:
        """Make a terminal, never the one of last time, and point the link to it; return its name.

        Raises OSError when the system has no more of them, and FileExistsError when a file that is no link has
        the link's name.
        """
        if self.link.exists() and not self.link.is_symlink():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.link))
        self._master, self._slave, self.terminal = self._make_terminal()
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._read)
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.terminal)
        fresh.replace(self.link)
        return self.terminal

    def close(self) -> None:
        """Take the port away: the host gets an error, and the link is gone unless somebody else replaced it."""
        if not self.is_open:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        with contextlib.suppress(OSError):
            if str(self.link.readlink()) == self.terminal:
                self.link.unlink()
        os.close(self._master)
        os.close(self._slave)
        self._previous_terminal, self.terminal = self.terminal, None
        self._master = self._slave = -1
        self._unread.clear()

    def write(self, data: bytes) -> None:
        """Send octets to the host; they wait while it does not read."""
        if not data or not self.is_open:
            return
        if self._unread:
            self._unread += data[: max(0, MAX_UNREAD_OCTETS - len(self._unread))]
            return
        written = self._write_now(data)
        if written < len(data):
            self._unread += data[written : written + MAX_UNREAD_OCTETS]
            asyncio.get_running_loop().add_writer(self._master, self._write_rest)

    def release(self) -> None:
        """Undo what the last host did to the terminal, since closing it does not while we hold it open.

        A lock by TIOCEXCL would keep every later host out, and an echo would talk to the modem. What the modem said
        stays: the next host may wait for it.
        """
        if self.is_open:
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
            tty.setraw(self._slave, termios.TCSANOW)

    def _make_terminal(self) -> tuple[int, int, str]:
        # The kernel gives the lowest free number: hold that of last time while another one is made.
        master, slave = os.openpty()
        name = os.ttyname(slave)
        if name == self._previous_terminal:
            try:
                other_master, other_slave = os.openpty()
            finally:
                os.close(master)
                os.close(slave)
            master, slave, name = other_master, other_slave, os.ttyname(other_slave)
        tty.setraw(slave)
        return master, slave, name

    def _read(self) -> None:
        try:
            data = os.read(self._master, READ_OCTETS)
        except OSError:
            # Nothing to read after all; while the slave is open the master has no other error.
            return
        if data:
            self._on_data(data)

    def _write_now(self, data: bytes | bytearray) -> int:
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0

    def _write_rest(self) -> None:
        del self._unread[: self._write_now(self._unread)]
        if not self._unread:
            asyncio.get_running_loop().remove_writer(self._master)
