"""Ports of pyserial's URL handlers that have no descriptor to watch (rfc2217:// and others): two threads each."""

from __future__ import annotations

import asyncio
import queue
import threading
from typing import TYPE_CHECKING, Final

import serial

from modem.driver.blocking import run_blocking
from modem.errors import PortError, PortLostError

if TYPE_CHECKING:
    from collections.abc import Callable

_CLOSE_DEADLINE_S: Final = 5.0
# How long a read may block, and so how long the reader outlives a close.
_READ_TIMEOUT_S: Final = 0.5


class ThreadedPort:
    """A port read and written by threads; its callbacks are called in the loop."""

    def __init__(
        self,
        device: serial.Serial,
        *,
        url: str,
        on_data: Callable[[bytes], object],
        on_lost: Callable[[PortLostError], None],
    ) -> None:
        self._device = device
        self._url = url
        self._on_data = on_data
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._death: PortLostError | None = None
        for work, name in ((self._read_all, f"read {url}"), (self._write_all, f"write {url}")):
            threading.Thread(target=work, name=name, daemon=True).start()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        baudrate: int,
        on_data: Callable[[bytes], object],
        on_lost: Callable[[PortLostError], None],
        deadline_s: float,
    ) -> ThreadedPort:
        """Open `url`; raises PortError."""

        def connect() -> serial.Serial:
            return serial.serial_for_url(url, baudrate=baudrate, timeout=_READ_TIMEOUT_S)

        try:
            device = await run_blocking(
                connect, deadline_s=deadline_s, name=f"open {url}", discard=lambda late: late.close()
            )
        except TimeoutError as error:
            raise PortError(url, f"did not open within {deadline_s:g} s") from error
        except (OSError, ValueError) as error:
            raise PortError(url, str(error)) from error
        return cls(device, url=url, on_data=on_data, on_lost=on_lost)

    def write(self, data: bytes) -> None:
        """Hand `data` to the writer; raises PortLostError once the port is lost."""
        if self._death is not None:
            raise PortLostError(self._url, self._death.reason) from self._death
        self._outgoing.put(data)

    async def close(self) -> None:
        """Let go of the port; a close that hangs is left behind after a deadline."""
        if self._death is None:
            self._death = PortLostError(self._url, "closed by us")
        self._outgoing.put(None)
        try:
            await run_blocking(self._device.close, deadline_s=_CLOSE_DEADLINE_S, name=f"close {self._url}")
        except (TimeoutError, OSError):
            return

    def _read_all(self) -> None:
        try:
            while self._death is None:
                data = self._device.read(max(1, self._device.in_waiting))
                if data:
                    self._loop.call_soon_threadsafe(self._receive, data)
        except Exception as error:  # noqa: BLE001  # pyserial's handlers raise what their library raises, TypeError too
            self._lose_from_thread(str(error))

    def _write_all(self) -> None:
        try:
            while (data := self._outgoing.get()) is not None:
                self._device.write(data)
        except Exception as error:  # noqa: BLE001  # as in _read_all
            self._lose_from_thread(str(error))

    def _receive(self, data: bytes) -> None:
        if self._death is None:
            self._on_data(data)

    def _lose_from_thread(self, reason: str) -> None:
        try:
            self._loop.call_soon_threadsafe(self._lose, reason)
        except RuntimeError:  # the loop is closed: nobody is left to tell
            return

    def _lose(self, reason: str) -> None:
        if self._death is None:
            self._death = PortLostError(self._url, reason)
            self._outgoing.put(None)
            self._on_lost(self._death)
