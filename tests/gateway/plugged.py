"""A gateway on modems that umockdev plays, as a program: started by `test_plugging_in.py` under umockdev's library.

Its settings name no port, so the finder is at work; udev seems to be at work, so nothing is scanned for 45 s and what
is found in less was told by an event. It reads JSON commands, a line each: ["wire", DEVICE, PTY], ["plug", FILE] (of
`tests/modem/ports/devices`), ["unplug", SLOT], ["move", SLOT, BY], ["opened"] (device files that were opened). It
writes the spans when they change.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import threading
from pathlib import Path

import structlog

from gateway.app import App
from gateway.config.settings import Settings
from gateway.modem_ports import ModemPorts
from modem.ports.sysfs import Sysfs
from tests.support.umockdev import Sockets


def say(word: str, what: object) -> None:
    print(json.dumps([word, what]), flush=True)


async def watch(app: App) -> None:
    """Say how the spans are, whenever that is news; the board tells nobody by itself."""
    told: object = None
    while True:
        views = sorted(app.board.views(), key=lambda view: view.span.port)
        reasons = [app.board.condition(view.span.port).reason for view in views]
        now = [
            [view.span.port, view.state.value, view.span.path, reason]
            for view, reason in zip(views, reasons, strict=True)
        ]
        if now != told:
            say("spans", now)
            told = now
        await asyncio.sleep(0.01)


class Box:
    """The sockets of a box, and which device files were opened on it."""

    def __init__(self) -> None:
        self.sockets = Sockets()
        self.opened: set[str] = set()
        sys.addaudithook(self._note)

    async def obey(self, command: list[str]) -> None:
        match command:
            case ["wire", device, pty]:
                self.sockets.wires[device] = pty
            case ["plug", description]:
                await self.sockets.plug(description)
            case ["unplug", slot]:
                await self.sockets.unplug(slot)
            case ["move", slot, by]:
                await self.sockets.move(slot, int(by))
            case ["opened"]:
                say("opened", sorted(self.opened))

    def _note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and str(arguments[0]).startswith("/dev/ttyUSB"):
            self.opened.add(str(arguments[0]))


async def main(data: Path) -> None:
    box = Box()
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def listen() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    threading.Thread(target=listen, daemon=True).start()
    settings = Settings.model_validate({"store": {"url": f"sqlite:///{data}/gateway.db"}, "http": {"port": 0}})
    with tempfile.TemporaryDirectory() as run:
        (Path(run) / "control").touch()
        app = App(settings, ports=ModemPorts(settings.modems, sysfs=Sysfs(run=Path(run)), settle_s=0.1))
        await app.open()
        await app.start()
        watching = asyncio.create_task(watch(app))
        while line := await lines.get():
            await box.obey(json.loads(line))
        watching.cancel()
        await app.stop()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
