"""How hosts reach one machine: by its terminal, by its TCP port, or by both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.emulator.rack.pty import PtyPort
from modem.emulator.rack.tcp import TcpPort

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modem.emulator.rack.port_watch import PortWatch


class Door:
    """The ports of one machine; what it says goes to the TCP port while a host is connected there.

    `on_parted` is called when a host has left. ValueError when there is neither a `link` for a terminal nor a `tcp`
    address.
    """

    def __init__(
        self,
        link: Path | None,
        tcp: tuple[str, int] | None,
        on_data: Callable[[bytes], None],
        on_parted: Callable[[], None] = lambda: None,
    ) -> None:
        if link is None and tcp is None:
            message = "a machine needs a terminal or a TCP port"
            raise ValueError(message)
        self._pty = PtyPort(link, on_data) if link is not None else None
        self._tcp = TcpPort(*tcp, on_data, on_parted) if tcp is not None else None
        self._on_parted = on_parted
        self._watch: PortWatch | None = None
        self.is_blocked = False

    @property
    def addresses(self) -> list[str]:
        """What a host may open: the path of the link, `socket://HOST:PORT`, or both."""
        return [port.address for port in (self._pty, self._tcp) if port is not None]

    @property
    def terminal(self) -> str | None:
        """The terminal behind the link, or the TCP address when there is no link; None while closed."""
        return self._pty.terminal if self._pty is not None else self._tcp.terminal if self._tcp is not None else None

    @property
    def is_open(self) -> bool:
        """Whether a host can come in."""
        return self.terminal is not None

    def open(self, watch: PortWatch) -> None:
        """Open every port. Raises OSError, and then none is open."""
        self._watch = watch
        try:
            if self._pty is not None:
                watch.add(self._pty.open(), self._release)
            if self._tcp is not None:
                self._tcp.open()
        except OSError:
            self.close()
            raise

    def _release(self) -> None:
        if self._pty is not None:
            self._pty.release()
        self._on_parted()

    def close(self) -> None:
        """Take every port away from its host."""
        if self._pty is not None:
            self._pty.close()
        if self._tcp is not None:
            self._tcp.close()

    def block(self, *, is_blocked: bool) -> None:
        """Take no more octets of hosts, also of those that come later, or take them again."""
        self.is_blocked = is_blocked
        for port in (self._pty, self._tcp):
            if port is not None:
                port.block(is_blocked=is_blocked)

    def write(self, octets: bytes) -> None:
        """Send octets to the host."""
        if self._tcp is not None and (self._pty is None or self._tcp.has_host):
            self._tcp.write(octets)
        elif self._pty is not None:
            self._pty.write(octets)

    def is_read(self) -> bool:
        """Tell whether the host has taken what was written; also when no host is there to do so.

        What lies in a network's buffers cannot be seen, so of a TCP port this is always true.
        """
        if self._pty is None or self._pty.terminal is None or self._watch is None:
            return True
        return self._pty.is_read or not self._watch.is_used(self._pty.terminal)
