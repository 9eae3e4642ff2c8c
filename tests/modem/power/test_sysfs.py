"""Which USB devices are modems, and what may be done to them."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.power.sysfs import RefusedError, Step, UsbDevice, device_of_tty
from tests.modem.power.usb_tree import UsbTree


def device(tree: UsbTree, name: str) -> UsbDevice:
    return UsbDevice.named(tree.host, name)


def refusal(tree: UsbTree, name: str, step: Step) -> str | None:
    try:
        device(tree, name).check(step)
    except RefusedError as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    "name", ["", "usb1", "1-0", "1-1.4:1.0", "../1-1", "1-1/../../..", "1-1.4\n", "01-1", "1-1.4.", "a-1", "1-1.*"]
)
def test_what_is_no_name_of_a_device_is_refused(tree: UsbTree, name: str) -> None:
    with pytest.raises(RefusedError, match="no name of a USB device"):
        device(tree, name)


@pytest.mark.parametrize(
    ("name", "hub", "port"),
    [("1-1", "usb1", 1), ("1-1.4", "1-1", 4), ("3-2.1.12", "3-2.1", 12), ("12-10", "usb12", 10)],
)
def test_hub_and_port_follow_from_the_name(tree: UsbTree, name: str, hub: str, port: int) -> None:
    assert (device(tree, name).hub, device(tree, name).hub_port) == (hub, port)


def test_serial_ports_of_both_kinds_are_found_and_lead_back_to_their_device(tree: UsbTree) -> None:
    assert device(tree, "1-1.2").ttys == ["ttyUSB0", "ttyUSB1", "ttyUSB2"]
    assert device(tree, "1-1.4").ttys == ["ttyACM0"]
    for tty, name in (("ttyUSB2", "1-1.2"), ("ttyACM0", "1-1.4")):
        found = device_of_tty(tree.host, tree.host.dev / tty)
        assert found is not None
        assert found.name == name


def test_stable_name_leads_to_the_same_device(tree: UsbTree, tmp_path: Path) -> None:
    link = tmp_path / "by-path-link"
    link.symlink_to(tree.host.dev / "ttyUSB1")
    found = device_of_tty(tree.host, link)
    assert found is not None
    assert found.name == "1-1.2"
    assert device_of_tty(tree.host, tmp_path / "ttyS0") is None


@pytest.mark.parametrize("step", [Step.USB_RESET, Step.REAUTHORISE, Step.POWER_CYCLE, Step.HUB_RESET])
def test_everything_may_be_done_to_a_modem_on_a_hub_of_modems(tree: UsbTree, step: Step) -> None:
    assert refusal(tree, "1-1.4", step) is None


@pytest.mark.parametrize(
    ("interface_class", "words"), [("03", "keyboard"), ("07", "printer"), ("08", "no serial ports"), ("0e", "camera")]
)
def test_what_is_no_modem_is_never_touched(tree: UsbTree, interface_class: str, words: str) -> None:
    tree.other("1-1.3", interface_class)
    for step in (Step.USB_RESET, Step.REAUTHORISE, Step.POWER_CYCLE, Step.HUB_RESET):
        assert words in (refusal(tree, "1-1.3", step) or "")
    # And the hub that it is on is not reset for the sake of a modem.
    assert words in (refusal(tree, "1-1.4", Step.HUB_RESET) or "")
    assert refusal(tree, "1-1.4", Step.POWER_CYCLE) is None


def test_keyboard_with_a_serial_port_is_a_keyboard(tree: UsbTree) -> None:
    tree.modem("1-1.3", "ttyACM1", others=("03",))
    assert refusal(tree, "1-1.3", Step.USB_RESET) == "1-1.3 is a keyboard or mouse"


def test_hub_itself_is_no_modem(tree: UsbTree) -> None:
    assert refusal(tree, "1-1", Step.USB_RESET) == "1-1 is a hub"
    assert refusal(tree, "1-1", Step.POWER_CYCLE) == "1-1 is a hub"


def test_modem_with_its_own_disk_may_be_reset_until_the_disk_is_mounted(tree: UsbTree) -> None:
    tree.modem("1-1.3", "ttyUSB3", others=("08",))
    tree.disk("1-1.3", "8:16")
    assert refusal(tree, "1-1.3", Step.USB_RESET) is None
    mounts = tree.host.proc / "self/mountinfo"
    mounts.write_text(mounts.read_text() + "40 22 8:16 / /media/stick rw - vfat /dev/sdb rw\n")
    assert refusal(tree, "1-1.3", Step.USB_RESET) == "1-1.3 has storage that is mounted at /media/stick"


def test_modems_behind_a_second_hub_count_too(tree: UsbTree) -> None:
    tree.hub("1-1.3")
    tree.modem("1-1.3.1", "ttyUSB3")
    assert refusal(tree, "1-1.4", Step.HUB_RESET) is None
    tree.other("1-1.3.2", "03")
    assert refusal(tree, "1-1.4", Step.HUB_RESET) == "1-1.3.2 is a keyboard or mouse"


def test_computer_itself_is_no_hub_to_reset(tree: UsbTree) -> None:
    tree.modem("1-3", "ttyUSB3")
    assert "computer itself" in (refusal(tree, "1-3", Step.HUB_RESET) or "")


def test_empty_port_may_be_switched_and_nothing_else(tree: UsbTree) -> None:
    assert refusal(tree, "1-1.1", Step.POWER_CYCLE) is None
    assert refusal(tree, "1-1.1", Step.USB_RESET) == "nothing is plugged in at 1-1.1"


def test_hub_without_switches_wants_uhubctl(tree: UsbTree) -> None:
    tree.hub("1-4", has_switches=False)
    tree.modem("1-4.1", "ttyUSB3")
    assert "uhubctl is not installed" in (refusal(tree, "1-4.1", Step.POWER_CYCLE) or "")
    tree.host.programs[0].mkdir()
    (tree.host.programs[0] / "uhubctl").touch()
    assert refusal(tree, "1-4.1", Step.POWER_CYCLE) is None


def test_refused_device_may_be_allowed_again(tree: UsbTree) -> None:
    tree.other("1-1.3", "ff")
    (tree.path("1-1.3") / "authorized").write_text("0\n")
    assert refusal(tree, "1-1.3", Step.REAUTHORISE) is None
