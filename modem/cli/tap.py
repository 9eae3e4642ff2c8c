"""Stands between a program and a modem, passes every octet on at once, and tells what was said."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from modem.at.transcript import Recorder, Side
from modem.driver.port import open_port
from modem.emulator.rack.clock import LoopClock
from modem.emulator.rack.port_watch import PortWatch
from modem.emulator.rack.pty import PtyPort

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from modem.at.transcript import Passage
    from modem.driver.port import Port
    from modem.errors import PortLostError


class Tap:
    """A terminal at `link` for the program, in front of the port `url`; `on_passage` gets what either side said."""

    def __init__(self, url: str, link: Path, *, baudrate: int, on_passage: Callable[[Passage], None]) -> None:
        self._url = url
        self._baudrate = baudrate
        self._on_passage = on_passage
        self._recorder = Recorder()
        self._clock = LoopClock()
        self._terminal = PtyPort(link, self._from_host)
        self._port: Port | None = None
        self._lost: asyncio.Future[PortLostError] | None = None

    async def run(self, stopped: asyncio.Event, on_ready: Callable[[], None]) -> None:
        """Pass octets on until `stopped` is set; `on_ready` is called when the program may open the link.

        Raises PortError when the port cannot be opened, PortLostError when it is lost, OSError when the link cannot
        be made.
        """
        self._lost = asyncio.get_running_loop().create_future()
        self._clock.start(self._ring)
        self._port = await open_port(
            self._url,
            baudrate=self._baudrate,
            on_data=self._from_device,
            on_lost=self._lost.set_result,
            keep_input=True,
        )
        watch = PortWatch()
        try:
            watch.add(self._terminal.open(), self._terminal.release)
            on_ready()
            stopping = asyncio.create_task(stopped.wait())
            ends: list[asyncio.Future[Any]] = [stopping, self._lost]
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
        finally:
            self._tell(self._recorder.finish(self._clock.now()))
            self._clock.stop()
            self._terminal.close()
            watch.close()
            await self._port.close()
        if self._lost.done():
            raise self._lost.result()

    def _from_host(self, octets: bytes) -> None:
        # What comes after the port was lost goes nowhere; `run` is about to say so.
        if self._port is not None and self._lost is not None and not self._lost.done():
            self._port.write(octets)
            self._hear(Side.HOST, octets)

    def _from_device(self, octets: bytes) -> None:
        self._terminal.write(octets)
        self._hear(Side.DEVICE, octets)

    def _hear(self, side: Side, octets: bytes) -> None:
        self._tell(self._recorder.hear(side, octets, self._clock.now()))
        self._clock.set(self._recorder.next_timer())

    def _ring(self) -> None:
        due = self._recorder.next_timer()
        if due is not None and due <= self._clock.now():
            self._tell(self._recorder.flush(due))
        self._clock.set(self._recorder.next_timer())

    def _tell(self, passages: Sequence[Passage]) -> None:
        for passage in passages:
            self._on_passage(passage)
