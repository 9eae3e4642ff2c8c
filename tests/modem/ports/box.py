"""A box with devices that umockdev plays, as a program: started by `bench.py` under umockdev's preloaded library.

It runs a Finder and reads JSON commands, a line each: ["plug", FILE] (one of `devices/`), ["unplug", SLOT], ["move",
SLOT, BY] (the same device under other tty numbers), ["answers", DEVICE ...] (which ports answer a bare AT),
["choices"], ["asked"]. It writes one JSON line per sighting: the device as it is now, or that it is gone. With "deaf"
it gets no events.
"""

from __future__ import annotations

import asyncio
import errno
import json
import sys
import tempfile
import threading
from pathlib import Path

import structlog

from modem.ports import finder as finder_module
from modem.ports.choice import Choice
from modem.ports.facts import PortFacts
from modem.ports.finder import Finder, Sighting, scan
from modem.ports.settling import Gone
from modem.ports.sysfs import Sysfs
from tests.support.umockdev import Sockets


class Box:
    def __init__(self) -> None:
        self.sockets = Sockets()
        self.answering: set[str] = set()
        self.asked: list[str] = []

    async def asks(self, port: PortFacts) -> bool:
        self.asked.append(port.device)
        return port.device in self.answering

    async def obey(self, command: list[str]) -> object:
        match command:
            case ["plug", description]:
                await self.sockets.plug(description)
            case ["unplug", slot]:
                await self.sockets.unplug(slot)
            case ["move", slot, by]:
                await self.sockets.move(slot, int(by))
            case ["answers", *devices]:
                self.answering = set(devices)
            case ["choices"]:
                return [described(choice) for choice in scan(Sysfs())]
            case ["asked"]:
                return self.asked
            case _:
                raise ValueError(command)
        return None


def described(choice: Choice) -> dict[str, object]:
    return {
        "slot": choice.group.slot,
        "verdict": choice.verdict.value,
        "reason": choice.reason,
        "profile": choice.profile,
        "quiet_s": choice.quiet_s,
        "at": choice.at and choice.at.device,
        "name": choice.at and choice.at.name,
        "at2": choice.at2 and choice.at2.device,
        "asked": [port.device for port in choice.asked],
        "roles": {use.port.device: use.role and use.role.value for use in choice.uses},
        "interfaces": {use.port.device: use.port.interface for use in choice.uses},
        "serial": choice.group.usb and choice.group.usb.serial,
    }


def say(word: str, what: object) -> None:
    print(json.dumps([word, what]), flush=True)


def deaf(on_event: object, *, has_udev: bool) -> None:
    raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")


async def main(settle_s: float, rescan_s: float, *, is_deaf: bool) -> None:
    box = Box()
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    def on_change(news: Sighting | Gone) -> None:
        if isinstance(news, Gone):
            say("gone", news.key)
        else:
            say("found", described(news.choice) | {"quiet": round(news.ready_at - loop.time(), 1)})

    if is_deaf:
        finder_module.__dict__["UeventSocket"] = deaf
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    threading.Thread(target=listen, daemon=True).start()
    with tempfile.TemporaryDirectory() as run:
        (Path(run) / "control").touch()  # so that udev seems to be at work
        finder = Finder(
            on_change=on_change,
            asks=box.asks,
            sysfs=Sysfs(run=Path(run)),
            settle_s=settle_s,
            rescan_s=rescan_s or None,
            ask_every_s=0.01,
        )
        running = asyncio.create_task(finder.run())
        while line := await lines.get():
            say("done", await box.obey(json.loads(line)))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]), float(sys.argv[2]), is_deaf="deaf" in sys.argv))
