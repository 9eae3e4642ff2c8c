"""Which ports are of one device: by the USB device they hang on, by a hand-made mark, else each for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modem.ports.bridges import bridge_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modem.ports.facts import PortFacts, UsbFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class PortGroup:
    """The ports of one device, in order of interface; `usb` None for ports without one. A USB device may have none."""

    key: str
    usb: UsbFacts | None
    ports: tuple[PortFacts, ...] = ()

    @property
    def slot(self) -> str:
        """Where the device is plugged; the port itself where that is not known."""
        if self.usb is not None:
            return self.usb.slot
        return self.ports[0].device if self.ports else self.key


def group_key(port: PortFacts) -> str:
    """Return what all ports of one device have in common.

    The serial number is no part of it: identical modems often have the same one, or none. Each port of a plain
    adapter with several is a device of its own, because it has a cable of its own, unless ID_MM_PHYSDEV_UID says else.
    """
    uid = port.property("ID_MM_PHYSDEV_UID")
    if uid:
        return f"uid:{uid}"
    if port.usb is None:
        return f"port:{port.device}"
    if bridge_name(port.driver, port.usb):
        return f"usb:{port.usb.slot}:{port.interface}:{port.channel}"
    return f"usb:{port.usb.slot}"


def group(ports: Iterable[PortFacts], devices: Iterable[UsbFacts] = ()) -> list[PortGroup]:
    """Return the devices that `ports` belong to, and those of `devices` that have no port, in order of place."""
    members: dict[str, list[PortFacts]] = {}
    for port in ports:
        members.setdefault(group_key(port), []).append(port)
    groups = [make_group(key, found) for key, found in members.items()]
    with_ports = {port.usb.slot for one in groups for port in one.ports if port.usb is not None}
    groups += [PortGroup(key=f"usb:{device.slot}", usb=device) for device in devices if device.slot not in with_ports]
    return sorted(groups, key=lambda one: one.key)


def make_group(key: str, ports: Iterable[PortFacts]) -> PortGroup:
    """Return the group of `ports`, whatever their order."""
    ordered = tuple(sorted(ports, key=lambda port: (port.interface, port.channel, port.device)))
    return PortGroup(key=key, usb=next((port.usb for port in ordered if port.usb is not None), None), ports=ordered)
