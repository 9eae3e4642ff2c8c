"""A serial port in the event loop: octets in by callback, octets out at once, and one honest word when it is lost.

Paths and `socket://HOST:PORT` are served by their descriptor; `rfc2217://` and pyserial's other URL handlers, which
have none, by threads behind the same face (`threaded.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import os
import socket
import termios
import time
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import serial

from modem.driver.blocking import run_blocking
from modem.driver.threaded import ThreadedPort
from modem.errors import PortBusyError, PortError, PortLostError
from modem.ports.holders import who_holds, who_may_hold

if TYPE_CHECKING:
    from collections.abc import Callable

OPEN_DEADLINE_S: Final = 10.0
CLOSE_DEADLINE_S: Final = 5.0
_READ_OCTETS: Final = 4096
# A modem that does not take this much is dead: an AT dialogue has a command or two under way.
_MAX_UNWRITTEN_OCTETS: Final = 65536
_SETTLE_S: Final = 0.01
_LINUX_PTY_MAJORS: Final = range(136, 144)
_BUSY_ERRORS: Final = frozenset({errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK})


class Port(Protocol):
    """An open port. The callbacks it was opened with are called in the loop, `on_lost` at most once."""

    def write(self, data: bytes) -> None:
        """Write now or as soon as the device takes it; raises PortLostError once the port is lost."""

    async def close(self) -> None:
        """Let go of the port; `on_lost` is not called any more."""


class _Tty(serial.Serial):
    """pyserial's port, which may leave what waits in the input queue where it is, and closes its descriptors once.

    pyserial flushes the input when it opens, with no setting against it. After a crash the answer to the submit
    of the process before us waits in just that queue, so the one method that flushes is replaced.
    """

    def __init__(self, *, path: str, baudrate: int, keep_input: bool) -> None:
        self._keep_input = keep_input
        super().__init__(path, baudrate=baudrate, timeout=0, exclusive=True)

    def _reset_input_buffer(self) -> None:
        if not self._keep_input:
            # What the device was already sending while it was opened should be flushed with the rest.
            time.sleep(_SETTLE_S)
            super()._reset_input_buffer()  # type: ignore[misc]  # private in pyserial, so missing in its type stubs

    def close(self) -> None:
        """Let the descriptors go, whatever close(2) says: Linux has let go of them also when it fails.

        After a failure pyserial believes the port still open, and closes the number again when the object is forgotten:
        by then it is another modem's port.
        """
        if not self.is_open:
            return
        self.is_open = False
        names = ("fd", "pipe_abort_read_w", "pipe_abort_read_r", "pipe_abort_write_w", "pipe_abort_write_r")
        descriptors = [getattr(self, name) for name in names]
        for name in names:
            setattr(self, name, None)
        with contextlib.ExitStack() as closing:
            for descriptor in reversed(descriptors):
                closing.callback(os.close, descriptor)


class DescriptorPort:
    """A tty or a socket, watched by the loop."""

    def __init__(
        self,
        device: serial.Serial | socket.socket,
        *,
        url: str,
        on_data: Callable[[bytes], object],
        on_lost: Callable[[PortLostError], None],
        read: Callable[[int], bytes] | None = None,
    ) -> None:
        self._device = device
        self._fd = device.fileno()
        self._url = url
        self._on_data = on_data
        self._on_lost = on_lost
        self._read_octets = read or _read
        self._loop = asyncio.get_running_loop()
        self._unwritten = bytearray()
        self._death: PortLostError | None = None
        self._is_let_go = False
        self._loop.add_reader(self._fd, self._read)

    def write(self, data: bytes) -> None:
        """Write now or as soon as the device takes it; raises PortLostError once the port is lost."""
        if self._death is not None:
            raise PortLostError(self._url, self._death.reason) from self._death
        if not self._unwritten:
            try:
                written = os.write(self._fd, data)
            except (BlockingIOError, InterruptedError):
                written = 0
            except OSError as error:
                self._lose(error.strerror or str(error))
                raise PortLostError(self._url, error.strerror or str(error)) from error
            if written == len(data):
                return
            data = data[written:]
            self._loop.add_writer(self._fd, self._write_rest)
        self._unwritten += data
        if len(self._unwritten) > _MAX_UNWRITTEN_OCTETS:
            self._lose("the device takes no data any more")

    async def close(self) -> None:
        """Let go of the port; a close that hangs (USB device gone) is left behind after a deadline.

        Once only: while it hangs the number of the descriptor is free already, and may be another modem's by now.
        """
        if self._death is None:
            self._detach("closed by us")
        if self._is_let_go:
            return
        self._is_let_go = True
        try:
            await run_blocking(self._device.close, deadline_s=CLOSE_DEADLINE_S, name=f"close {self._url}")
        except (TimeoutError, OSError):
            return  # Linux lets go of the descriptor also when close(2) fails

    def _read(self) -> None:
        try:
            data = self._read_octets(self._fd)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            # EIO, ENXIO, ENODEV: which one comes depends on the driver and on who notices first.
            self._lose(error.strerror or str(error))
            return
        if data:
            self._on_data(data)
        else:
            self._lose("end of file: the device is gone")

    def _write_rest(self) -> None:
        try:
            written = os.write(self._fd, self._unwritten)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._lose(error.strerror or str(error))
            return
        del self._unwritten[:written]
        if not self._unwritten:
            self._loop.remove_writer(self._fd)

    def _detach(self, reason: str) -> PortLostError:
        self._death = PortLostError(self._url, reason)
        self._unwritten.clear()
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        return self._death

    def _lose(self, reason: str) -> None:
        if self._death is None:
            self._on_lost(self._detach(reason))


def _read(descriptor: int) -> bytes:
    return os.read(descriptor, _READ_OCTETS)


async def open_port(
    url: str,
    *,
    baudrate: int,
    on_data: Callable[[bytes], object],
    on_lost: Callable[[PortLostError], None],
    keep_input: bool = False,
    read: Callable[[int], bytes] | None = None,
) -> Port:
    """Open a path, `socket://HOST:PORT` or another URL of pyserial.

    A symlink is followed anew each time: behind a stable name the device may be another one now. `keep_input` leaves
    what the device has already sent. `read` takes what is there from a descriptor, in os.read's place; pyserial's other
    URLs have none. Raises PortBusyError, which names the program, when another one holds it (also one
    that took no lock), PortError otherwise.
    """
    scheme = url.partition("://")[0] if "://" in url else ""
    if scheme and scheme != "socket":
        return await ThreadedPort.open(
            url, baudrate=baudrate, on_data=on_data, on_lost=on_lost, deadline_s=OPEN_DEADLINE_S
        )

    def connect() -> serial.Serial | socket.socket:
        return _connect(url) if scheme else _open_tty(url, baudrate=baudrate, keep_input=keep_input)

    try:
        device = await run_blocking(
            connect, deadline_s=OPEN_DEADLINE_S, name=f"open {url}", discard=lambda late: late.close()
        )
    except TimeoutError as error:
        raise PortError(url, f"did not open within {OPEN_DEADLINE_S:g} s") from error
    return DescriptorPort(device, url=url, on_data=on_data, on_lost=on_lost, read=read)


def _open_tty(path: str, *, baudrate: int, keep_input: bool) -> serial.Serial:
    # Before it is opened: that alone would change the speed of a line that another program is using.
    holder = who_holds(path)
    if holder:
        raise PortBusyError(path, holder)
    try:
        device = _Tty(path=path, baudrate=baudrate, keep_input=keep_input)
    except OSError as error:
        reason = _reason(error)
        if error.errno in _BUSY_ERRORS:
            raise PortBusyError(path, who_may_hold(path)) from error
        raise PortError(path, reason) from error
    except (ValueError, termios.error) as error:
        raise PortError(path, str(error)) from error
    _exclude_others(device.fileno())
    return device


def _reason(error: OSError) -> str:
    """Return the reason without pyserial's repetition of path and errno."""
    return os.strerror(error.errno) if error.errno else str(error)


def _exclude_others(fd: int) -> None:
    """Make the kernel refuse further opens: pyserial's lock stops only programs that ask for one.

    Not on a PTY: an emulator keeps the device open between sessions, and then the refusal would outlive a process
    of ours that was killed, and shut ourselves out until the emulator ends.
    """
    if os.major(os.fstat(fd).st_rdev) not in _LINUX_PTY_MAJORS:
        fcntl.ioctl(fd, termios.TIOCEXCL)


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise PortError(url, str(error)) from error
    if host is None or port is None:
        raise PortError(url, "wanted: socket://HOST:PORT")
    try:
        # Not by pyserial's handler: it throws away what the peer sent first.
        connection = socket.create_connection((host, port), timeout=OPEN_DEADLINE_S)
    except OSError as error:
        raise PortError(url, error.strerror or str(error)) from error
    connection.settimeout(0)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return connection
