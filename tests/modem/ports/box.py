"""A box with devices that umockdev plays, as a program: started by `bench.py` under umockdev's preloaded library.

It runs a Finder and reads one JSON command per line: ["plug", FILE], ["unplug", SLOT], ["answers", DEVICE ...] (which
ports answer a bare AT), ["move", SLOT, BY] (the same device under other tty numbers), ["choices"], ["asked"]. It
writes one JSON line per sighting: the device as it is now, or that it is gone. With "deaf" it gets no events.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import json
import re
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

_PATH = re.compile(r"^P: (\S+)$", re.MULTILINE)


class Testbed:
    """libumockdev's testbed, by its C interface: https://github.com/martinpitt/umockdev."""

    def __init__(self) -> None:
        library = ctypes.CDLL("libumockdev.so.0")
        library.umockdev_testbed_new.restype = ctypes.c_void_p
        self._self = ctypes.c_void_p(library.umockdev_testbed_new())
        self._library = library

    def add(self, text: str) -> None:
        error = ctypes.c_void_p()
        if not self._library.umockdev_testbed_add_from_string(self._self, text.encode(), ctypes.byref(error)):
            raise RuntimeError("umockdev does not take the description")

    def event(self, path: str, action: str) -> None:
        self._library.umockdev_testbed_uevent(self._self, f"/sys{path}".encode(), action.encode())

    def remove(self, path: str) -> None:
        self._library.umockdev_testbed_remove_device(self._self, f"/sys{path}".encode())


class Box:
    def __init__(self) -> None:
        self.testbed = Testbed()
        self.texts: dict[str, str] = {}
        self.answering: set[str] = set()
        self.asked: list[str] = []
        self.news: asyncio.Queue[object] = asyncio.Queue()

    async def asks(self, port: PortFacts) -> bool:
        self.asked.append(port.device)
        return port.device in self.answering

    async def plug(self, text: str) -> None:
        """Make devices appear; one that is there already, as a hub, stays."""
        for block in text.split("\n\n"):
            path = _PATH.findall(block)[0]
            if path not in self.texts:
                self.texts[path] = block
                self.testbed.add(block + "\n")
                await asyncio.sleep(0)  # umockdev ends the process when ten of its events wait

    async def unplug(self, slot: str) -> str:
        """Make a device and all below it vanish; give its description."""
        paths = [path for path in self.texts if re.search(rf"/{re.escape(slot)}(/|$)", path)]
        for path in reversed(paths):
            self.testbed.event(path, "remove")
            self.testbed.remove(path)
            await asyncio.sleep(0)
        return "\n\n".join(self.texts.pop(path) for path in paths)

    async def obey(self, command: list[str]) -> object:
        match command:
            case ["plug", file]:
                await self.plug(read(file))
            case ["unplug", slot]:
                await self.unplug(slot)
            case ["move", slot, by]:
                numbers = re.compile(r"(ttyUSB|^E: MINOR=|^A: dev=188:)(\d+)", re.MULTILINE)
                text = await self.unplug(slot)
                await self.plug(numbers.sub(lambda match: f"{match[1]}{int(match[2]) + int(by)}", text))
            case ["answers", *devices]:
                self.answering = set(devices)
            case ["choices"]:
                return [described(choice) for choice in scan(Sysfs())]
            case ["asked"]:
                return self.asked
            case _:
                raise ValueError(command)
        return None


def read(file: str) -> str:
    """Read a description; lines with # are our comments, which umockdev does not know."""
    lines = Path(file).read_text().splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip() + "\n"


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
