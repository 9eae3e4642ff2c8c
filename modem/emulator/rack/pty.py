"""One modem's serial port on a pseudo-terminal, behind a link with a stable name."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import struct
import termios
import tty
from typing import TYPE_CHECKING

from modem.emulator.rack.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class PtyPort:
    """A pseudo-terminal with a link to it; closed until `open`. Octets of the host go to `on_data`."""

    def __init__(self, link: Path, on_data: Callable[[bytes], None]) -> None:
        self.link = link
        self.terminal: str | None = None
        self._on_data = on_data
        self._master = -1
        # Kept open: with no slave open at all, every read of the master would fail between two hosts.
        self._slave = -1
        self._stream: Stream | None = None
        self._previous_terminal: str | None = None
        self._is_blocked = False

    @property
    def address(self) -> str:
        """What a host opens."""
        return str(self.link)

    @property
    def is_open(self) -> bool:
        """Whether the port is there for a host."""
        return self._stream is not None

    @property
    def is_read(self) -> bool:
        """Whether the host has taken everything that was written."""
        if self._slave < 0:
            return True
        (waiting,) = struct.unpack("i", fcntl.ioctl(self._slave, termios.FIONREAD, bytes(4)))
        return not waiting

    def open(self) -> str:
        """Make a terminal, never the one of last time, and point the link to it; return its name.

        Raises OSError when the system has no more of them, and FileExistsError when a file that is no link has
        the link's name.
        """
        if self.link.exists() and not self.link.is_symlink():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.link))
        self._master, self._slave, self.terminal = self._make_terminal()
        self._stream = Stream(self._master, self._on_data, self._nothing_ends)
        if self._is_blocked:
            termios.tcflow(self._slave, termios.TCOOFF)
        fresh = self.link.with_name(f".{self.link.name}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(self.terminal)
        fresh.replace(self.link)
        return self.terminal

    def close(self) -> None:
        """Take the port away: the host gets an error, and the link is gone unless somebody else replaced it."""
        if self._stream is None:
            return
        self._stream.close()
        self._stream = None
        with contextlib.suppress(OSError):
            if str(self.link.readlink()) == self.terminal:
                self.link.unlink()
        os.close(self._master)
        os.close(self._slave)
        self._previous_terminal, self.terminal = self.terminal, None
        self._master = self._slave = -1

    def write(self, data: bytes) -> None:
        """Send octets to the host; they wait while it does not read."""
        if data and self._stream is not None:
            self._stream.write(data)

    def block(self, *, is_blocked: bool) -> None:
        """Take no more octets of the host, or take them again; while blocked its writes block or give EAGAIN."""
        self._is_blocked = is_blocked
        if self._slave >= 0:
            termios.tcflow(self._slave, termios.TCOOFF if is_blocked else termios.TCOON)

    def release(self) -> None:
        """Undo what the last host did to the terminal, since closing it does not while we hold it open.

        A lock by TIOCEXCL would keep every later host out, and an echo would talk to the modem. What the modem said
        stays: the next host may wait for it.
        """
        if self._slave >= 0:
            fcntl.ioctl(self._slave, termios.TIOCNXCL)
            tty.setraw(self._slave, termios.TCSANOW)

    def _nothing_ends(self) -> None:
        """Ignore an end: while the slave is open, the master has none."""

    def _make_terminal(self) -> tuple[int, int, str]:
        # The kernel gives the lowest free number: hold that of last time while another one is made.
        master, slave = _open_terminal()
        name = os.ttyname(slave)
        if name == self._previous_terminal:
            try:
                other_master, other_slave = _open_terminal()
            finally:
                os.close(master)
                os.close(slave)
            master, slave, name = other_master, other_slave, os.ttyname(other_slave)
        tty.setraw(slave)
        return master, slave, name


def _open_terminal() -> tuple[int, int]:
    try:
        return os.openpty()
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = "the system has no more pseudo-terminals (see /proc/sys/kernel/pty/max); TCP ports need none"
        raise OSError(errno.ENOSPC, message) from error
