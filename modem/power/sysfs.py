"""What is plugged where, read from sysfs, and what may therefore be done to a device.

Only a device with serial ports, and nothing that a person may be using through it, counts as a modem: a keyboard, a
disk or a hub that carries one is never touched, whoever asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

# Names of devices as the kernel gives them: bus, then the ports on the way, e.g. 1-1.4. A root hub ("usb1") is none.
_NAME: Final = re.compile(r"[1-9][0-9]{0,3}-[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,6}")
_HUB: Final = "09"
# Interface classes with which a device is somebody's keyboard, printer, camera or hub (usb.org, defined class codes).
_FOREIGN: Final = {"03": "a keyboard or mouse", "07": "a printer", "0e": "a camera", _HUB: "a hub"}


class Step(StrEnum):
    """What can be done, in the words that travel between gateway and helper."""

    USB_RESET = "usb-reset"
    REAUTHORISE = "reauthorise"
    POWER_CYCLE = "power-cycle"
    HUB_RESET = "hub-reset"


class RefusedError(Exception):
    """It is not done; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Host:
    """The places of the system; others in tests."""

    sys: Path = Path("/sys")
    dev: Path = Path("/dev")
    proc: Path = Path("/proc")
    # Where uhubctl is looked for.
    programs: tuple[Path, ...] = (Path("/usr/sbin"), Path("/usr/bin"), Path("/usr/local/sbin"), Path("/usr/local/bin"))

    @property
    def uhubctl(self) -> Path | None:
        """The program that switches ports of hubs, None when it is not installed."""
        return next((path for folder in self.programs if (path := folder / "uhubctl").is_file()), None)


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """One USB device by its name, e.g. 1-1.4; it need not be there."""

    host: Host
    name: str

    @classmethod
    def named(cls, host: Host, name: str) -> UsbDevice:
        """Return the device; RefusedError when that is no name of one."""
        if not _NAME.fullmatch(name):
            raise RefusedError(f"{name!r} is no name of a USB device, such as 1-1.4")
        return cls(host, name)

    @property
    def path(self) -> Path:
        """Its folder in sysfs."""
        return self.host.sys / "bus/usb/devices" / self.name

    @property
    def is_present(self) -> bool:
        """Whether it is plugged in."""
        return self.path.is_dir()

    @property
    def hub(self) -> str:
        """The name of the hub that it is plugged into: another device, or usb1 for a root hub."""
        bus, _, ports = self.name.partition("-")
        before, dot, _ = ports.rpartition(".")
        return f"{bus}-{before}" if dot else f"usb{bus}"

    @property
    def hub_port(self) -> int:
        """The number of the port of the hub."""
        return int(re.split(r"[-.]", self.name)[-1])

    @property
    def port_folder(self) -> Path:
        """The folder of that port, there whether or not something is plugged in; Linux, ABI/testing/sysfs-bus-usb."""
        is_root = self.hub.startswith("usb")
        interface = f"{self.hub.removeprefix('usb')}-0:1.0" if is_root else f"{self.hub}:1.0"
        return self.host.sys / "bus/usb/devices" / self.hub / interface / f"{self.hub}-port{self.hub_port}"

    @property
    def node(self) -> Path:
        """The device node, for ioctl."""
        numbers = (int(self._read("busnum") or 0), int(self._read("devnum") or 0))
        return self.host.dev / "bus/usb" / f"{numbers[0]:03}" / f"{numbers[1]:03}"

    @property
    def ttys(self) -> list[str]:
        """The names of its serial ports, e.g. ttyUSB2."""
        # usb-serial: <interface>/ttyUSB0/tty/ttyUSB0, cdc-acm: <interface>/tty/ttyACM0.
        found = [*self._interfaces_glob("tty/*"), *self._interfaces_glob("*/tty/*")]
        return sorted({path.name for path in found})

    @property
    def children(self) -> list[UsbDevice]:
        """What is plugged into it, if it is a hub."""
        # The links of sysfs may lead anywhere; the names say who is whose child.
        names = [path.name for path in self.path.parent.glob(f"{self.name}[.]*") if _NAME.fullmatch(path.name)]
        return [child for name in sorted(names) if (child := UsbDevice(self.host, name)).hub == self.name]

    @property
    def is_hub(self) -> bool:
        """Whether other devices are plugged into it."""
        return self._read("bDeviceClass") == _HUB

    @property
    def is_authorised(self) -> bool:
        """Whether the kernel uses it."""
        return self._read("authorized") != "0"

    def check_is_modem(self) -> None:
        """Raise RefusedError unless it has serial ports and is nothing else that somebody uses."""
        if not self.is_present:
            raise RefusedError(f"nothing is plugged in at {self.name}")
        classes = {self._read("bDeviceClass"), *(_text(path) for path in self._interfaces_glob("bInterfaceClass"))}
        for foreign, words in _FOREIGN.items():
            if foreign in classes:
                raise RefusedError(f"{self.name} is {words}")
        if not self.is_authorised:
            return  # nothing of it is in use
        if not self.ttys:
            raise RefusedError(f"{self.name} has no serial ports, so it is no modem")
        mounted = self._mounted()
        if mounted:
            raise RefusedError(f"{self.name} has storage that is mounted at {mounted}")

    def check_hub_is_ours(self) -> UsbDevice:
        """Return the hub that it is plugged into; RefusedError unless modems are all there is on it."""
        if self.hub.startswith("usb"):
            raise RefusedError(f"{self.name} is plugged into the computer itself, not into a hub")
        hub = UsbDevice(self.host, self.hub)
        if not hub.is_hub:
            raise RefusedError(f"{hub.name} is no hub")
        hub.check_carries_modems_only()
        return hub

    def check_carries_modems_only(self) -> None:
        """Raise RefusedError when something on this hub, or on a hub on it, is no modem."""
        for child in self.children:
            if child.is_hub:
                child.check_carries_modems_only()
            else:
                child.check_is_modem()

    def modems_on_hub(self) -> list[str]:
        """Return the names of all devices on the hub that it is plugged into, its own too; hubs on it included."""
        prefix = f"{self.hub}."
        return sorted(path.name for path in self.path.parent.glob(f"{prefix}*") if ":" not in path.name)

    def check(self, step: Step) -> None:
        """Raise RefusedError, with the reason, when `step` can or may not be done."""
        match step:
            case Step.USB_RESET | Step.REAUTHORISE:
                self.check_is_modem()
            case Step.HUB_RESET:
                self.check_hub_is_ours()
            case Step.POWER_CYCLE:
                if self.is_present:
                    self.check_is_modem()
                if not self.can_disable_port and self.host.uhubctl is None:
                    raise RefusedError(
                        f"the kernel has no switch for port {self.hub_port} of {self.hub}, and uhubctl is not installed"
                    )

    @property
    def can_disable_port(self) -> bool:
        """Whether the kernel can switch the port that it is plugged into (6.0 and newer)."""
        return (self.port_folder / "disable").exists()

    def _interfaces_glob(self, pattern: str) -> list[Path]:
        return [*self.path.glob(f"{self.name}:*/{pattern}")]

    def _read(self, name: str) -> str:
        return _text(self.path / name)

    def _mounted(self) -> str:
        """Return where one of its disks is mounted, "" when none is; proc(5), mountinfo."""
        numbers = {_text(path) for path in self._interfaces_glob("host*/target*/*/block/*/dev")}
        numbers |= {_text(path) for path in self._interfaces_glob("host*/target*/*/block/*/*/dev")}
        if not numbers:
            return ""
        mounts = [line.split() for line in _text(self.host.proc / "self/mountinfo").splitlines()]
        return next((fields[4] for fields in mounts if fields[2] in numbers), "")


def device_of_tty(host: Host, tty: Path) -> UsbDevice | None:
    """Return the USB device that a serial port belongs to, None when it is no USB port or not there."""
    folder = (host.sys / "class/tty" / tty.resolve().name / "device").resolve()
    for place in (folder, *folder.parents):
        if _NAME.fullmatch(place.name) and (place / "busnum").exists():
            return UsbDevice(host, place.name)
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""  # sysfs: what was there a moment ago was pulled out
