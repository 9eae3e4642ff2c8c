"""Waits until a device has shown all its ports: comings and goings in, whole devices out.

A modem's ports appear one after the other, and a stick that starts shows some of them twice. A device is given out when
nothing of it has changed for a moment, each by itself, so that one that flaps does not keep the others waiting. What
goes is said at once. Time is an argument, in seconds of the monotonic clock.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.ports.grouping import PortGroup, group_key, make_group

if TYPE_CHECKING:
    from modem.ports.facts import PortFacts, UsbFacts

SETTLE_S: Final = 1.0
# A device without ports waits so many times longer: its driver may come late, or usb_modeswitch is at work on it. So
# does one with a port that udev is not done with: its name, its marks and its permissions are still to come.
_UNFINISHED: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """A device, new or changed, has had all its ports for a moment; the last of them appeared at `appeared_at`."""

    group: PortGroup
    appeared_at: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """A device that was given out has no port any more."""

    key: str


class Settling:
    """The devices that are there; `next_event` gives what became of them.

    With `awaits_udev` a port is whole when udev has noted when it appeared.
    """

    def __init__(self, *, settle_s: float = SETTLE_S, awaits_udev: bool = False) -> None:
        self._settle_s = settle_s
        self._awaits_udev = awaits_udev
        self._ports: dict[str, PortFacts] = {}
        self._devices: dict[str, UsbFacts] = {}
        self._seen_at: dict[str, float] = {}
        self._due: dict[str, float] = {}
        self._given: dict[str, PortGroup] = {}
        self._events: deque[Settled | Gone] = deque()

    @property
    def ports(self) -> frozenset[str]:
        """The device files of all ports that are there."""
        return frozenset(self._ports)

    @property
    def slots(self) -> frozenset[str]:
        """The places of all USB devices that were seen by themselves."""
        return frozenset(self._devices)

    def see_port(self, port: PortFacts, now: float) -> None:
        """A port is there, or has changed."""
        before = self._ports.get(port.device)
        if before == port:
            return
        if before is not None and not _is_same(before, port):
            self.lose_port(port.device, now)
        self._ports[port.device] = port
        self._seen_at.setdefault(port.device, now)
        for key in self._keys(port):
            self._touch(key, now)

    def lose_port(self, device: str, now: float) -> None:
        """A port is gone."""
        port = self._ports.pop(device, None)
        self._seen_at.pop(device, None)
        if port is not None:
            for key in self._keys(port):
                self._shrink(key, now)

    def see_device(self, usb: UsbFacts, now: float) -> None:
        """A USB device is there, with ports or without."""
        if self._devices.get(usb.slot) != usb:
            self._devices[usb.slot] = usb
            self._touch(_device_key(usb.slot), now)

    def lose_device(self, slot: str, now: float) -> None:
        """A USB device is gone. Its ports are told by themselves."""
        if self._devices.pop(slot, None) is not None:
            self._shrink(_device_key(slot), now)

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, None for not at all."""
        return min(self._due.values(), default=None)

    def handle_timer(self, now: float) -> None:
        """Give out what has been quiet for long enough."""
        for key in [key for key, due in self._due.items() if due <= now]:
            del self._due[key]
            group = self._group(key)
            if group is None:
                self._say_gone(key)
            elif group != self._given.get(key):
                self._given[key] = group
                seen = [self._appeared_at(port) for port in group.ports]
                self._events.append(Settled(group=group, appeared_at=max(seen, default=now)))

    def next_event(self) -> Settled | Gone | None:
        """Return what happened, oldest first; None for nothing more."""
        return self._events.popleft() if self._events else None

    def _appeared_at(self, port: PortFacts) -> float:
        seen_at = self._seen_at[port.device]
        return seen_at if port.appeared_at is None else min(seen_at, port.appeared_at)

    def _group(self, key: str) -> PortGroup | None:
        ports = [port for port in self._ports.values() if group_key(port) == key]
        if ports:
            return make_group(key, ports)
        usb = next((usb for slot, usb in self._devices.items() if _device_key(slot) == key), None)
        # The ports of an adapter are devices of their own, and so is what a person has put together.
        is_elsewhere = usb is not None and any(
            port.usb is not None and port.usb.slot == usb.slot for port in self._ports.values()
        )
        return None if usb is None or is_elsewhere else PortGroup(key=key, usb=usb)

    def _keys(self, port: PortFacts) -> set[str]:
        """Return the devices that a port's coming and going concerns: its own, and that of its socket."""
        slot = port.usb.slot if port.usb is not None else ""
        return {group_key(port), *([_device_key(slot)] if slot in self._devices else [])}

    def _shrink(self, key: str, now: float) -> None:
        group, before = self._group(key), self._given.get(key)
        if before is not None and (group is None or (before.ports and not group.ports)):
            self._say_gone(key)
        if group is None:
            self._due.pop(key, None)
        else:
            self._touch(key, now)

    def _touch(self, key: str, now: float) -> None:
        group = self._group(key)
        is_finished = group is not None and bool(group.ports)
        if group is not None and self._awaits_udev:
            is_finished &= all(port.appeared_at is not None for port in group.ports)
        self._due[key] = now + self._settle_s * (1 if is_finished else _UNFINISHED)

    def _say_gone(self, key: str) -> None:
        if self._given.pop(key, None) is not None:
            self._events.append(Gone(key=key))


def _is_same(before: PortFacts, after: PortFacts) -> bool:
    """Tell whether a port is the one of before, of which we know more now; else its name was given to another one."""
    return group_key(before) == group_key(after) and before.appeared_at == after.appeared_at


def _device_key(slot: str) -> str:
    return f"usb:{slot}"
