"""The steps write what the kernel wants where it wants it, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.power.steps import Hands, do
from modem.power.sysfs import RefusedError, Step, UsbDevice
from tests.modem.power.usb_tree import UsbTree

# linux/usbdevice_fs.h
USBDEVFS_RESET = ord("U") << 8 | 20


class Watch:
    """Looks at the tree in each pause, and at each call of the kernel."""

    def __init__(self, tree: UsbTree, name: str, attribute: str) -> None:
        self._tree, self._name, self._attribute = tree, name, attribute
        self.seen: list[tuple[float, str]] = []
        self.calls: list[tuple[str, int]] = []

    def sleep(self, seconds: float) -> None:
        self.seen.append((seconds, self._tree.read(self._name, self._attribute)))

    def ioctl(self, file: int, request: int, argument: int) -> None:
        self.calls.append((str(Path(f"/proc/self/fd/{file}").readlink()), request))

    def do(self, step: Step, name: str) -> str:
        hands = Hands(sleep=self.sleep, ioctl=self.ioctl)
        return do(step, UsbDevice.named(self._tree.host, name), hands)


def test_reset_asks_the_node_of_the_device(tree: UsbTree) -> None:
    watch = Watch(tree, "1-1.4", "authorized")
    assert watch.do(Step.USB_RESET, "1-1.4") == "1-1.4 was reset"
    number = int(tree.read("1-1.4", "devnum"))
    assert watch.calls == [(str(tree.host.dev / "bus/usb/001" / f"{number:03}"), USBDEVFS_RESET)]


def test_hub_reset_asks_the_node_of_the_hub(tree: UsbTree) -> None:
    watch = Watch(tree, "1-1.4", "authorized")
    assert watch.do(Step.HUB_RESET, "1-1.4") == "1-1 was reset"
    number = int(tree.read("1-1", "devnum"))
    assert watch.calls == [(str(tree.host.dev / "bus/usb/001" / f"{number:03}"), USBDEVFS_RESET)]


def test_kernel_that_refuses_is_quoted(tree: UsbTree) -> None:
    # The node of the test is a plain file, which knows no such request.
    with pytest.raises(RefusedError, match=r"usb-reset of 1-1\.4: Inappropriate ioctl for device"):
        do(Step.USB_RESET, UsbDevice.named(tree.host, "1-1.4"))


def test_device_is_refused_for_a_moment_and_allowed_again(tree: UsbTree) -> None:
    watch = Watch(tree, "1-1.4", "authorized")
    watch.do(Step.REAUTHORISE, "1-1.4")
    assert [state for _, state in watch.seen] == ["0"]
    assert tree.read("1-1.4", "authorized") == "1"


def test_device_is_allowed_again_also_when_the_helper_is_interrupted(tree: UsbTree) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do(Step.REAUTHORISE, UsbDevice.named(tree.host, "1-1.4"), Hands(sleep=interrupt))
    assert tree.read("1-1.4", "authorized") == "1"


def test_power_is_off_long_enough_at_the_port_of_the_modem_alone(tree: UsbTree) -> None:
    watch = Watch(tree, "1-1", "1-1:1.0/1-1-port4/disable")
    watch.do(Step.POWER_CYCLE, "1-1.4")
    # Five to ten seconds, or the capacitors of the modem bridge it.
    assert [(5 <= seconds <= 10, state) for seconds, state in watch.seen] == [(True, "1")]
    assert [tree.read("1-1", f"1-1:1.0/1-1-port{port}/disable") for port in range(1, 5)] == ["0"] * 4


def test_port_of_the_computer_itself_is_found(tree: UsbTree) -> None:
    tree.modem("1-3", "ttyUSB3")
    watch = Watch(tree, "usb1", "1-0:1.0/usb1-port3/disable")
    watch.do(Step.POWER_CYCLE, "1-3")
    assert [state for _, state in watch.seen] == ["1"]


def test_hub_without_a_switch_of_the_kernel_is_switched_by_uhubctl(tree: UsbTree) -> None:
    tree.hub("1-4", has_switches=False)
    tree.modem("1-4.1", "ttyUSB3")
    program = tree.host.programs[0] / "uhubctl"
    program.parent.mkdir()
    said = program.with_name("said")
    program.write_text(f'#!/bin/sh\necho "$@" >{said}\n')
    program.chmod(0o755)
    assert "uhubctl switched port 1 of 1-4 off" in do(Step.POWER_CYCLE, UsbDevice.named(tree.host, "1-4.1"))
    # uhubctl(8): location, port, action, delay, and no other hub of the same device
    assert said.read_text() == "-l 1-4 -p 1 -a cycle -d 8 -e\n"
    program.write_text('#!/bin/sh\necho "No compatible devices detected at location 1-4!" >&2\nexit 1\n')
    with pytest.raises(RefusedError, match="uhubctl: No compatible devices detected"):
        do(Step.POWER_CYCLE, UsbDevice.named(tree.host, "1-4.1"))


def test_keyboard_is_not_touched_whatever_is_asked(tree: UsbTree) -> None:
    watch = Watch(tree, "1-2", "authorized")
    for step in Step:
        with pytest.raises(RefusedError):
            watch.do(step, "1-2")
    assert (watch.seen, watch.calls, tree.read("1-2", "authorized")) == ([], [], "1")
