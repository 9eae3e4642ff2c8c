"""What `modem.ports` finds, as the pool and the driver want it.

Without ports in the settings the finder is at work: devices come by events, and each is named by its socket. Ports that
the settings name are looked for as they are named, every few seconds, because no event tells of a PTY or of a file
behind a glob that is no device; what the finder knows of them (which of several ports takes commands, and the second
one) is used all the same.
"""

from __future__ import annotations

import asyncio
import os
import re
import zlib
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from gateway.dispatch.ports import FoundPort, find_ports
from modem.driver.asking import answers_at
from modem.errors import PortError, PortTooEarlyError
from modem.ports.choice import Choice, Verdict
from modem.ports.finder import Finder, Sighting, scan
from modem.ports.settling import SETTLE_S, Gone
from modem.ports.sysfs import Sysfs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from gateway.config.settings import ModemsSection
    from modem.driver.place import Place
    from modem.ports.choice import PortUse
    from modem.ports.facts import PortFacts

log = structlog.get_logger(__name__)


@dataclass
class Socket:
    """What is at the place of one port now; fits `modem.driver.place.Place`."""

    url: str
    path: str | None = None
    ready_at: float = 0.0
    why_not: str = "not plugged in"

    def device(self) -> str:
        """Give the device to open now; raises PortError when there is none, PortTooEarlyError in its quiet time."""
        if self.path is None:
            raise PortError(self.url, self.why_not)
        left_s = self.ready_at - asyncio.get_running_loop().time()
        if left_s > 0:
            raise PortTooEarlyError(self.url, "plugged in just now: it gets a few seconds to start")
        return self.path


class ModemPorts:
    """A PortSource (`gateway.dispatch.ports`), and the places of the ports that it has given out."""

    def __init__(
        self,
        settings: ModemsSection,
        *,
        sysfs: Sysfs | None = None,
        settle_s: float = SETTLE_S,
        input_folder: Path | None = None,
    ) -> None:
        """`input_folder`: where what is read from ports is kept until it has been acted upon."""
        self._settings = settings
        self._input_folder = input_folder
        self._sysfs = sysfs or Sysfs()
        self._settle_s = settle_s
        self._sockets: dict[str, Socket] = {}
        self._urls: dict[str, str] = {}
        self._given: dict[str, FoundPort] = {}
        self._passed_over: set[str] = set()

    def place(self, url: str) -> Place | None:
        """Give the place of a port that the finder found, None for one that the settings name."""
        return self._sockets.get(url)

    def other_port(self, url: str) -> str | None:
        """Give another way into the modem behind a port that was given out, None where there is none."""
        return self._given[url].other_port if url in self._given else None

    def input_file(self, url: str) -> Path | None:
        """Give where what is read from a port is kept: a name for each, short enough for every file system."""
        if self._input_folder is None:
            return None
        words = re.sub(r"[^0-9A-Za-z.]+", "-", url).strip("-.")
        return self._input_folder / f"{words[-100:]}.{zlib.crc32(url.encode()):08x}"

    async def watch(self) -> AsyncGenerator[FoundPort, None]:
        """Give each port as it is found, until cancelled."""
        ports = self._named() if self._settings.ports else self._found()
        async with aclosing(ports):
            async for port in ports:
                self._given[port.url] = port
                yield port

    # -- ports that the finder finds --------------------------------------------------------------------------------

    async def _found(self) -> AsyncGenerator[FoundPort, None]:
        news: asyncio.Queue[FoundPort | None] = asyncio.Queue()

        def on_change(change: Sighting | Gone) -> None:
            port = self._take(change)
            if port is not None:
                news.put_nowait(port)

        finder = Finder(on_change=on_change, asks=self._asks, sysfs=self._sysfs, settle_s=self._settle_s)
        running = asyncio.create_task(finder.run(), name="finder")
        running.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (port := await news.get()) is not None:
                yield port
            running.result()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    def _take(self, change: Sighting | Gone) -> FoundPort | None:
        """Note what is plugged in where; give the port when it is one to use."""
        if isinstance(change, Gone):
            self._empty(change.key, "not plugged in")
            return None
        choice = change.choice
        if choice.at is None:
            self._empty(change.key, choice.reason)
            return None
        url = choice.at.name
        if self._urls.get(change.key) != url:
            self._empty(change.key, "another device is plugged in here, with another port")
        self._urls[change.key] = url
        socket = self._sockets.setdefault(url, Socket(url=url))
        socket.path, socket.ready_at = choice.at.device, change.ready_at
        return _found_port(url, choice)

    def _empty(self, key: str, why_not: str) -> None:
        url = self._urls.pop(key, None)
        if url is not None:
            self._sockets[url].path, self._sockets[url].why_not = None, why_not

    async def _asks(self, port: PortFacts) -> bool:
        input_file = self.input_file(port.name)
        return await answers_at(port.device, baudrate=self._settings.baudrate, input_file=input_file)

    # -- ports that the settings name --------------------------------------------------------------------------------

    async def _named(self) -> AsyncGenerator[FoundPort, None]:
        known: list[tuple[str, str]] | None = None
        before: dict[str, int] | None = None
        is_old = True
        ports: list[FoundPort] = []
        while True:
            names = await asyncio.to_thread(_named_now, self._settings.ports)
            signature = await asyncio.to_thread(self._sysfs.signature)
            if before not in (None, signature):
                # Something is being plugged in: its ports come one after the other, and are read in the next turn.
                is_old = True
            elif is_old or names != known:
                ports = await asyncio.to_thread(self._describe, names)
                known, is_old = names, False
            before = signature
            for port in ports:
                yield port
            await asyncio.sleep(self._settings.rescan_s)

    def _describe(self, names: list[tuple[str, str]]) -> list[FoundPort]:
        """Give the ports to use of those that were named, with what is known of them."""
        devices = {device for _, device in names}
        known = {use.port.device: (choice, use) for choice in scan(self._sysfs) for use in choice.uses}
        ports = []
        for url, device in names:
            if device not in known:
                # What was known of a device that is unplugged stays, so that its port is not begun anew.
                ports.append(self._given.get(url, FoundPort(url=url)))
                continue
            choice, use = known[device]
            against = _why_not(choice, use, devices)
            if url in self._settings.ports:
                if against:
                    log.warning("port used as it is named", action="named", path=url, doubt=against)
                ports.append(_found_port(url, choice))
            elif not against:
                ports.append(_found_port(url, choice))
            elif device not in self._passed_over:
                self._passed_over.add(device)
                log.info("port passed over", action="passed over", path=url, reason=against)
        return ports


def _named_now(patterns: Sequence[str]) -> list[tuple[str, str]]:
    return [(name, name if "://" in name else os.path.realpath(name)) for name in find_ports(patterns)]


def _why_not(choice: Choice, use: PortUse, devices: set[str]) -> str:
    """Say why a port that a glob has caught is not one to use, "" when it is."""
    if choice.verdict is Verdict.NOT_A_MODEM:
        return choice.reason
    if use.is_never_opened:
        return f"{use.word}: {use.reason}"
    if choice.at is not None and choice.at.device in devices and use.port.device != choice.at.device:
        return f"{choice.at.device} is the AT port of this modem: {choice.reason}"
    return ""


def _found_port(url: str, choice: Choice) -> FoundPort:
    at2 = choice.at2
    is_itself = at2 is None or at2.device == os.path.realpath(url)
    other = None if at2 is None or is_itself else at2.name if at2.name.startswith("/dev/") else at2.device
    return FoundPort(url=url, slot=choice.group.slot, other_port=other)
