"""Reads what the kernel and udev know of serial ports and USB devices. Only files are read; nothing is opened.

The kernel's half (/sys) is there always. udev's half is its database, a file per device under /run/udev/data, from
which libudev reads as well: hints of rules (ID_MM_*, ID_GSM_PORT), links, and when the device was first seen. Without
udev, as in a container, the links are looked up in /dev/serial and /dev/gsm, where somebody may have put them.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from modem.ports.facts import PortFacts, PortKind, UsbFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PORTS: Final = "class/tty"
_DEVICES: Final = "bus/usb/devices"
_LINK_FOLDERS: Final = ("gsm/by-path", "serial/by-path", "serial/by-id")
_MICROSECONDS: Final = 1_000_000
_CONSOLE: Final = "The system's console is on it."
# Ports that have a driver of their own but are no serial ports: virtual consoles, PTYs.
_NO_SERIAL: Final = re.compile(r"(tty\d*|console|ptmx|pty.*|tty[p-za-e][0-9a-f])")


class Sysfs:
    """The ports of this system. All functions block, for some milliseconds."""

    def __init__(self, *, sys: Path = Path("/sys"), dev: Path = Path("/dev"), run: Path = Path("/run/udev")) -> None:
        self._sys = sys
        self._dev = dev
        self._run = run

    @property
    def has_udev(self) -> bool:
        """Whether udev is at work here."""
        return (self._run / "control").exists()

    def signature(self) -> dict[str, int]:
        """Return the links to all ports and USB devices with the inodes behind them, to tell quickly what is new.

        Where they lead is not looked up: that takes a system call for each part of each path, and this is done often.
        """
        found = {}
        for folder in (self._sys / _PORTS, self._sys / _DEVICES):
            with suppress(OSError), os.scandir(folder) as links:
                for link in links:
                    with suppress(OSError):  # it went while we looked
                        found[link.path] = link.stat().st_ino
        return found

    def ports(self) -> list[PortFacts]:
        """Return every serial port that has hardware behind it."""
        return [port for folder in self._port_folders() if (port := self.read_port(folder)) is not None]

    def devices(self) -> list[UsbFacts]:
        """Return every USB device."""
        return [usb for folder in self._device_folders() if (usb := self.read_device(folder)) is not None]

    def folder(self, path: str) -> Path:
        """Return the folder of a device by its path as events have it."""
        return self._sys / path.lstrip("/")

    def device_file(self, folder: Path) -> str:
        """Return the file of the port with this folder."""
        return str(self._dev / folder.name)

    def _port_folders(self) -> list[Path]:
        return _resolved(self._sys / _PORTS)

    def _device_folders(self) -> list[Path]:
        return _resolved(self._sys / _DEVICES)

    def read_port(self, folder: Path) -> PortFacts | None:
        """Read a port by its folder in /sys; None when it is gone, or has no hardware behind it."""
        if _NO_SERIAL.fullmatch(folder.name) or not (folder / "device").exists() or _is_empty(folder):
            return None
        device = self.device_file(folder)
        properties = self._properties(folder)
        interface = _above(folder, "bInterfaceNumber")
        hub_port = _above(folder, "idVendor")
        usb = None if hub_port is None else self.read_device(hub_port)
        seen = properties.get("USEC_INITIALIZED", "")
        return PortFacts(
            device=device,
            kind=PortKind.UART if usb is None else PortKind.USB,
            usb=usb,
            interface="" if interface is None else _text(interface / "bInterfaceNumber"),
            interface_kind="" if interface is None else _kind(interface),
            channel=_number(_text(folder.parent.parent / "port_number")),
            driver=_link_name((interface or folder / "device") / "driver"),
            links=self._links(device, properties),
            properties=properties,
            appeared_at=int(seen) / _MICROSECONDS if seen.isdigit() else None,
            not_for_us=_CONSOLE if folder.name in _text(self._sys / "class/tty/console/active").split() else "",
        )

    def read_device(self, folder: Path) -> UsbFacts | None:
        """Read a USB device by its folder in /sys; None when it is gone."""
        vendor = _text(folder / "idVendor").lower()
        if not vendor:
            return None
        interfaces = sorted(folder.glob(f"{folder.name}:*"))
        return UsbFacts(
            slot=folder.name,
            vendor=vendor,
            product=_text(folder / "idProduct").lower(),
            maker=_text(folder / "manufacturer"),
            model=_text(folder / "product"),
            serial=_text(folder / "serial"),
            interfaces=tuple(_kind(one) for one in interfaces if (one / "bInterfaceClass").exists()),
            properties=self._properties(folder),
        )

    def describe(self, path: str) -> PortFacts | None:
        """Read the port that a name or link leads to; None when there is none."""
        device = os.path.realpath(path)
        name = Path(device).name
        folder = self._sys / "class/tty" / name
        if Path(device).parent == self._dev and folder.exists():
            with suppress(OSError):
                return self.read_port(folder.resolve(strict=True))
        if not Path(device).exists():
            return None
        return PortFacts(device=device, kind=PortKind.VIRTUAL, links=(path,) if path != device else ())

    def _properties(self, folder: Path) -> dict[str, str]:
        """Return what kernel and udev noted of a device, udev's last; {} when it is gone."""
        found = dict(_assignments(_lines(folder / "uevent")))
        number = f"{found.get('MAJOR', '')}:{found.get('MINOR', '')}"
        for line in _lines(self._run / "data" / f"c{number}"):
            tag, _, rest = line.partition(":")
            if tag == "E":
                found.update(_assignments([rest]))
            elif tag == "S":
                found["DEVLINKS"] = f"{found.get('DEVLINKS', '')} {self._dev / rest}".strip()
            elif tag == "I":
                found["USEC_INITIALIZED"] = rest
        return found

    def _links(self, device: str, properties: Mapping[str, str]) -> tuple[str, ...]:
        noted = properties.get("DEVLINKS", "").split()
        if noted or self.has_udev:
            return tuple(sorted(noted))
        found = []
        for folder in _LINK_FOLDERS:
            with suppress(OSError):
                links = (self._dev / folder).iterdir()
                found += [str(link) for link in links if os.path.realpath(link) == device]
        return tuple(sorted(found))


def _resolved(folder: Path) -> list[Path]:
    """Return what the links in a folder lead to, in order; without what goes meanwhile."""
    found = []
    with suppress(OSError):
        for entry in sorted(folder.iterdir()):
            with suppress(OSError):
                found.append(entry.resolve(strict=True))
    return found


def _is_empty(entry: Path) -> bool:
    """Tell whether the kernel made a name for a UART that is not there: ttyS1 and others of type 0, PORT_UNKNOWN."""
    return _text(entry / "type") == "0"


def _above(folder: Path, file: str) -> Path | None:
    """Return the nearest folder above that has a file of this name."""
    return next((parent for parent in folder.parents if (parent / file).exists()), None)


def _kind(interface: Path) -> str:
    """Return class, subclass and protocol of an interface."""
    names = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
    return "/".join(_text(interface / name) for name in names).lower()


def _assignments(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, found, value = line.partition("=")
        if found:
            yield key, value


def _lines(file: Path) -> list[str]:
    return _text(file).splitlines()


def _text(file: Path) -> str:
    """Return what a file says, "" when it is not there or not readable any more."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0


def _link_name(link: Path) -> str:
    try:
        return link.readlink().name
    except OSError:
        return ""
