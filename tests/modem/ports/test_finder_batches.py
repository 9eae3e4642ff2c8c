"""Which of many events the finder looks at; the paths and the order are those of an EC25 on a hub, udevadm monitor."""

from __future__ import annotations

from modem.ports.finder import newest
from modem.ports.uevents import Uevent

DEVICE = "/devices/pci0000:00/0000:00:06.0/usb1/1-1/1-1.1"


def device(action: str) -> Uevent:
    return Uevent(action=action, path=DEVICE, subsystem="usb", devtype="usb_device")


def interface(action: str, number: int) -> Uevent:
    return Uevent(action=action, path=f"{DEVICE}/1-1.1:1.{number}", subsystem="usb", devtype="usb_interface")


def port(action: str, number: int) -> Uevent:
    name = f"ttyUSB{number}"
    return Uevent(action=action, path=f"{DEVICE}/1-1.1:1.{number}/{name}/tty/{name}", subsystem="tty")


def test_each_place_of_a_modem_that_is_plugged_in_is_looked_at_once() -> None:
    numbers = range(4)
    events: list[Uevent | None] = [
        device("add"),
        *(interface("add", number) for number in numbers),
        *(port("add", number) for number in numbers),
        *(interface("bind", number) for number in numbers),
        device("bind"),
    ]
    assert newest(events) == [*(port("add", number) for number in numbers), device("bind")]


def test_what_went_is_gone_though_its_interfaces_were_told_too() -> None:
    assert newest([device("remove"), interface("unbind", 0)]) == [device("remove")]


def test_what_went_and_came_back_is_there() -> None:
    assert newest([port("remove", 2), port("add", 2)]) == [port("add", 2)]
    assert newest([device("remove"), device("add"), interface("add", 0)]) == [device("add")]


def test_an_interface_alone_is_a_change_of_its_device() -> None:
    assert newest([interface("bind", 0), interface("bind", 1)]) == [interface("bind", 0)]


def test_lost_events_make_everything_be_looked_through_once() -> None:
    assert newest([port("add", 2), None, None]) == [None]
