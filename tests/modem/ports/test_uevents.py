"""Messages of udev and the kernel, and what is none."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.ports.uevents import Uevent, parse_uevent

TTY = "/devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.2/ttyUSB2/tty/ttyUSB2"
# As the kernel sends it: action@path, then the properties (lib/kobject_uevent.c).
KERNEL = f"add@{TTY}\0ACTION=add\0DEVPATH={TTY}\0SUBSYSTEM=tty\0MAJOR=188\0MINOR=2\0DEVNAME=ttyUSB2\0SEQNUM=4711\0"
# As udevd 252 sends it on; header of sd-device's device-monitor.c, received through umockdev 0.17.16.
PROPERTIES = f"ACTION=add\0DEVPATH={TTY}\0SUBSYSTEM=tty\0SEQNUM=4\0DEVNAME=ttyUSB2\0MAJOR=188\0MINOR=2\0".encode()
UDEV = (
    b"libudev\0\xfe\xed\xca\xfe"
    + b"".join(number.to_bytes(4, sys.byteorder) for number in (40, 40, len(PROPERTIES)))
    + b"\x8a\xfa\x90\xc8"
    + bytes(12)
    + PROPERTIES
)


@pytest.mark.parametrize("message", [KERNEL.encode(), UDEV], ids=["kernel", "udev"])
def test_a_port_that_comes_is_understood(message: bytes) -> None:
    assert parse_uevent(message) == Uevent(action="add", path=TTY, subsystem="tty")


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"libudev\0",
        UDEV[:30],
        UDEV[:-30],
        UDEV.replace(b"\xfe\xed\xca\xfe", b"\xfe\xed\xca\xff"),
        b"add@/devices/x\0ACTION=add\0",
        b"ACTION=add\0DEVPATH=../../etc\0",
    ],
    ids=["nothing", "prefix", "header cut", "body cut", "another magic", "no path", "odd path"],
)
def test_what_is_no_event_is_none(message: bytes) -> None:
    assert parse_uevent(message) is None


@given(st.binary())
def test_any_octets_are_an_event_or_none(message: bytes) -> None:
    assert isinstance(parse_uevent(message), Uevent | None)
    assert isinstance(parse_uevent(UDEV[:40] + message), Uevent | None)
