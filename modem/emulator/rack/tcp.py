"""One modem's serial port as a TCP port, as a terminal server offers it: octets as they are, no login.

Theory of operation, as with ser2net and its kind. One host has the line at a time; while it has, a further connection
is taken and closed at once, so that two programs never mix their commands. The modem knows nothing of connections: it
stays on when the host leaves, and what it says while nobody is connected is lost. A host that vanished without a word
is noticed by keep-alive within about half a minute, so that the line gets free again.
"""

from __future__ import annotations

import asyncio
import os
import socket
from typing import TYPE_CHECKING, Final

from modem.emulator.rack.stream import Stream

if TYPE_CHECKING:
    from collections.abc import Callable

_KEEPALIVE_S: Final = 10
_KEEPALIVE_PROBES: Final = 2


class TcpPort:
    """A listening socket for one host at a time; closed until `open`.

    Octets of the host go to `on_data`; `on_parted` is called when it has left.
    """

    def __init__(
        self, host: str, port: int, on_data: Callable[[bytes], None], on_parted: Callable[[], None] = lambda: None
    ) -> None:
        self._host = host
        self._port = port
        self._on_data = on_data
        self._on_parted = on_parted
        self._listener: socket.socket | None = None
        self._connection: socket.socket | None = None
        self._stream: Stream | None = None
        self._is_blocked = False

    @property
    def address(self) -> str:
        """What a host opens; the port is 0 until the first `open` when any free one may be taken."""
        return f"socket://{f'[{self._host}]' if ':' in self._host else self._host}:{self._port}"

    @property
    def is_open(self) -> bool:
        """Whether the port is there for a host."""
        return self._listener is not None

    @property
    def has_host(self) -> bool:
        """Whether a host is connected."""
        return self._connection is not None

    @property
    def terminal(self) -> str | None:
        """What is behind the address: the same address, None while the port is closed."""
        return self.address if self._listener is not None else None

    def open(self) -> str:
        """Listen, on the same port each time; return the address. Raises OSError that names the address."""
        try:
            listener = socket.create_server(
                (self._host, self._port), family=socket.AF_INET6 if ":" in self._host else socket.AF_INET, backlog=8
            )
        except OSError as error:
            # Python puts the address behind the system's reason; it stands before it here.
            reason = (error.strerror or str(error)).partition(" (while")[0]
            raise OSError(error.errno, f"cannot listen on {self.address}: {reason}") from error
        os.set_blocking(listener.fileno(), False)
        self._port = listener.getsockname()[1]
        self._listener = listener
        asyncio.get_running_loop().add_reader(listener.fileno(), self._accept)
        return self.address

    def close(self) -> None:
        """Take the port away; the host sees the end of its connection."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener.fileno())
            self._listener.close()
            self._listener = None
        self._hang_up()

    def write(self, data: bytes) -> None:
        """Send octets to the host; without one they are lost."""
        if self._stream is not None:
            self._stream.write(data)

    def block(self, *, is_blocked: bool) -> None:
        """Take no more octets of the host, or take them again; its writes block when the buffers between are full."""
        self._is_blocked = is_blocked
        if self._stream is not None:
            if is_blocked:
                self._stream.pause()
            else:
                self._stream.resume()

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            connection, _ = self._listener.accept()
        except OSError:
            # It was given up before it was taken.
            return
        if self._connection is not None:
            connection.close()
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in (
            ("TCP_KEEPIDLE", _KEEPALIVE_S),
            ("TCP_KEEPINTVL", _KEEPALIVE_S),
            ("TCP_KEEPCNT", _KEEPALIVE_PROBES),
        ):
            if hasattr(socket, option):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
        self._connection = connection
        self._stream = Stream(connection.fileno(), self._on_data, self._lose)
        if self._is_blocked:
            self._stream.pause()

    def _lose(self) -> None:
        self._hang_up()
        self._on_parted()

    def _hang_up(self) -> None:
        if self._connection is not None and self._stream is not None:
            self._stream.close()
            self._connection.close()
            self._connection = self._stream = None
