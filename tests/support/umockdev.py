"""Devices that umockdev plays, for programs that were started by its wrapper: https://github.com/martinpitt/umockdev."""

from __future__ import annotations

import asyncio
import ctypes
import os
import re
import shutil
from pathlib import Path

import pytest

from tests.support.devices import read_description

WRAPPER = shutil.which("umockdev-wrapper")
needs_umockdev = pytest.mark.skipif(WRAPPER is None, reason="umockdev is not installed (apt-get install umockdev)")

_PATH = re.compile(r"^P: (\S+)$", re.MULTILINE)
_LINK = re.compile(r"^S: (\S+)$", re.MULTILINE)
_NUMBERS = re.compile(r"(ttyUSB|^E: MINOR=|^A: dev=188:)(\d+)", re.MULTILINE)


class Testbed:
    """libumockdev's testbed, by its C interface."""

    def __init__(self) -> None:
        library = ctypes.CDLL("libumockdev.so.0")
        library.umockdev_testbed_new.restype = ctypes.c_void_p
        library.umockdev_testbed_get_root_dir.restype = ctypes.c_char_p
        self._self = ctypes.c_void_p(library.umockdev_testbed_new())
        self._library = library
        self.root = Path(library.umockdev_testbed_get_root_dir(self._self).decode())

    def add(self, text: str) -> None:
        error = ctypes.c_void_p()
        if not self._library.umockdev_testbed_add_from_string(self._self, text.encode(), ctypes.byref(error)):
            raise RuntimeError("umockdev does not take the description")

    def remove(self, path: str) -> None:
        self._library.umockdev_testbed_uevent(self._self, f"/sys{path}".encode(), b"remove")
        self._library.umockdev_testbed_remove_device(self._self, f"/sys{path}".encode())


class Sockets:
    """The USB sockets of a box; `wires` says which device files lead to a PTY of somebody's."""

    def __init__(self) -> None:
        self.testbed = Testbed()
        self.wires: dict[str, str] = {}
        self._texts: dict[str, str] = {}

    async def plug(self, description: str) -> None:
        """Plug in what a file of `tests/modem/ports/devices` describes; a hub that is there already stays."""
        await self._add(read_description(description))

    async def unplug(self, slot: str) -> list[str]:
        """Make a device and all below it vanish; return what it was."""
        paths = [path for path in self._texts if re.search(rf"/{re.escape(slot)}(/|$)", path)]
        for path in reversed(paths):
            self.testbed.remove(path)
            for link in _LINK.findall(self._texts[path]):
                (self.testbed.root / "dev" / link).unlink(missing_ok=True)
            await asyncio.sleep(0)
        return [self._texts.pop(path) for path in paths]

    async def move(self, slot: str, by: int) -> None:
        """Unplug a device and plug it in again in the same socket, where its ports get other numbers."""
        texts = await self.unplug(slot)
        await self._add([_NUMBERS.sub(lambda match: f"{match[1]}{int(match[2]) + by}", text) for text in texts])

    async def _add(self, texts: list[str]) -> None:
        for text in texts:
            path = _PATH.findall(text)[0]
            if path in self._texts:
                continue
            self._texts[path] = text
            self.testbed.add(text + "\n")
            wire = self.wires.get(f"/dev/{Path(path).name}")
            if wire is not None and "E: SUBSYSTEM=tty" in text:
                file = self.testbed.root / "dev" / Path(path).name
                file.unlink()
                file.symlink_to(os.path.realpath(wire))
            await asyncio.sleep(0)  # umockdev ends the process when ten of its events wait
