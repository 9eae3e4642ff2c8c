"""Hears of devices that come, change and go: the kernel's uevent socket, read without any library.

Why not pyudev: it needs libudev.so.1, which a slim container lacks just where we have to do without udev, and it would
be one dependency more for a socket and a header of 40 octets that have been the same since 2009 (libudev's monitor,
systemd `sd-device/device-monitor.c`). What an event says of a device is not used: only that it is to be read anew, so
events that are lost, doubled or late do no harm.

With udev at work we listen to what it sends on when its rules are done (group 2), so that links and permissions are
there; without it to the kernel itself (group 1). Only events from root count: anyone may send to a netlink socket.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_KERNEL_GROUP: Final = 1
_UDEV_GROUP: Final = 2
_NETLINK_KOBJECT_UEVENT: Final = 15
_BUFFER_OCTETS: Final = 1 << 20
_MESSAGE_OCTETS: Final = 1 << 16
_UDEV_PREFIX: Final = b"libudev\0"
# prefix, magic (in network order), size of the header, offset and length of the properties
_UDEV_HEADER: Final = struct.Struct("=8s4sIII")
_UDEV_MAGIC: Final = bytes.fromhex("feedcafe")
_CREDENTIALS: Final = struct.Struct("=iII")


@dataclass(frozen=True, kw_only=True, slots=True)
class Uevent:
    """Something happened to a device; `path` is its folder below /sys, with a slash in front."""

    action: str
    path: str
    subsystem: str
    devtype: str = ""


def parse_uevent(message: bytes) -> Uevent | None:
    """Return the event of a message from udev or the kernel, None for anything else."""
    body = message
    if message.startswith(_UDEV_PREFIX):
        if len(message) < _UDEV_HEADER.size:
            return None
        _, magic, _, offset, length = _UDEV_HEADER.unpack_from(message)
        if magic != _UDEV_MAGIC or offset + length > len(message):
            return None
        body = message[offset : offset + length]
    pairs = (part.partition(b"=") for part in body.split(b"\0"))
    found = {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, sign, value in pairs if sign}
    if not found.get("ACTION") or not found.get("DEVPATH", "").startswith("/"):
        return None
    return Uevent(
        action=found["ACTION"],
        path=found["DEVPATH"],
        subsystem=found.get("SUBSYSTEM", ""),
        devtype=found.get("DEVTYPE", ""),
    )


class UeventSocket:
    """The events as they come, in the loop. `on_event` gets each, and None when some were lost.

    Raises OSError where there is no such socket: another system than Linux, or a sandbox that forbids it.
    """

    def __init__(self, on_event: Callable[[Uevent | None], None], *, has_udev: bool) -> None:
        self._on_event = on_event
        self._socket = socket.socket(
            socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, _NETLINK_KOBJECT_UEVENT
        )
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_OCTETS)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            self._socket.bind((0, _UDEV_GROUP if has_udev else _KERNEL_GROUP))
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._socket.fileno(), self._read)
        except OSError:
            self._socket.close()
            raise

    def close(self) -> None:
        """Hear nothing more."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()

    def _read(self) -> None:
        try:
            message, ancillary, _, sender = self._socket.recvmsg(_MESSAGE_OCTETS, socket.CMSG_SPACE(_CREDENTIALS.size))
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            if error.errno != errno.ENOBUFS:
                raise
            self._on_event(None)
            return
        # A message that was sent to nobody but us names no group.
        is_to_all = sender[1] != 0
        event = parse_uevent(message) if is_to_all and _is_from_root(ancillary) else None
        if event is not None:
            self._on_event(event)


def _is_from_root(ancillary: list[tuple[int, int, bytes]]) -> bool:
    return any(
        level == socket.SOL_SOCKET
        and kind == socket.SCM_CREDENTIALS
        and len(data) >= _CREDENTIALS.size
        and _CREDENTIALS.unpack_from(data)[1] == 0
        for level, kind, data in ancillary
    )
