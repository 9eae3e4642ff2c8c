"""What is known of a serial port and of the USB device that it belongs to before anybody opens it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
# The folders of stable names, the best first: ours has a name for the AT port only, the other is systemd's.
_STABLE: Final = ("/dev/gsm/by-path/", "/dev/serial/by-path/")


class PortKind(Enum):
    """How the port is connected."""

    USB = "usb"
    # On the board, or a card: nothing tells what is behind it.
    UART = "uart"
    # A PTY: a program is at the other end, as the emulator.
    VIRTUAL = "virtual"


@dataclass(frozen=True, kw_only=True, slots=True)
class UsbFacts:
    """A USB device.

    `slot` is where it is plugged: bus number and the chain of hub ports, "1-4.2" (the kernel's name of the device).
    `vendor` and `product` are four hexadecimal digits in small letters; `interfaces` are class, subclass and protocol
    of each interface, in order of number, "ff/ff/ff"; `properties` are what udev has noted of the device.
    """

    slot: str
    vendor: str
    product: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    interfaces: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def ids(self) -> str:
        """Vendor and product as lsusb writes them, 2c7c:0125."""
        return f"{self.vendor}:{self.product}"

    @property
    def title(self) -> str:
        """What the device calls itself, its ids when it says nothing."""
        return " ".join(filter(None, (self.maker, self.model))) or self.ids


@dataclass(frozen=True, kw_only=True, slots=True)
class PortFacts:
    """A serial port.

    `device` is its file, which changes at every plug-in; `links` are its other names. `interface` is bInterfaceNumber
    ("02"), `interface_kind` class, subclass and protocol of the interface ("ff/01/02"), `channel` counts the ports of
    one interface. `appeared_at` is in seconds of the monotonic clock, None where nobody noted it. `not_for_us` says in
    words why the port is no candidate at all, "" when it is.
    """

    device: str
    kind: PortKind
    usb: UsbFacts | None = None
    interface: str = ""
    interface_kind: str = ""
    channel: int = 0
    driver: str = ""
    links: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    appeared_at: float | None = None
    not_for_us: str = ""

    @property
    def name(self) -> str:
        """The name that stays the same over re-plugging and restart.

        udev's link where there is one; else, for a USB device, its place as "usb:1-4.2:02" (with "+1" behind it for the
        second port of one interface); else the device itself.
        """
        for folder in _STABLE:
            names = [link for link in self.links if link.startswith(folder)]
            if names:
                # Newer systems have a second link, with the version of USB in it.
                return min(names, key=lambda name: (len(name), name))
        if self.usb is None:
            return self.device
        return f"usb:{self.usb.slot}:{self.interface}{f'+{self.channel}' if self.channel else ''}"

    def property(self, key: str) -> str:
        """What udev noted under `key` of the port, else of its USB device; "" for nothing."""
        return self.properties.get(key, "") or (self.usb.properties.get(key, "") if self.usb is not None else "")

    def is_marked(self, key: str) -> bool:
        """Whether a mark of udev's is set; "0" and "" mean that somebody took it back."""
        return self.property(key) not in {"", "0"}
