"""What is read of a port where udev is not at work: the files of the kernel, and links that somebody put there.

The tree is that of Linux 6.1 with a SIM7600 (usb-devices and udevadm info -a of such a module).
"""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.ports.facts import PortKind
from modem.ports.sysfs import Sysfs

USB = "devices/pci0000:00/0000:00:14.0/usb1/1-1"
TTY = f"{USB}/1-1:1.2/ttyUSB2/tty/ttyUSB2"


def put(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


@pytest.fixture
def system(tmp_path: Path) -> Path:
    put(
        tmp_path / "sys",
        {
            f"{USB}/idVendor": "1e0e\n",
            f"{USB}/idProduct": "9001\n",
            f"{USB}/manufacturer": "SimTech, Incorporated\n",
            f"{USB}/product": "SimTech, Incorporated\n",
            f"{USB}/uevent": "MAJOR=189\nMINOR=4\nDEVNAME=bus/usb/001/005\nDEVTYPE=usb_device\n",
            f"{USB}/1-1:1.2/bInterfaceNumber": "02\n",
            f"{USB}/1-1:1.2/bInterfaceClass": "ff\n",
            f"{USB}/1-1:1.2/bInterfaceSubClass": "00\n",
            f"{USB}/1-1:1.2/bInterfaceProtocol": "00\n",
            f"{USB}/1-1:1.2/ttyUSB2/port_number": "0\n",
            f"{TTY}/uevent": "MAJOR=188\nMINOR=2\nDEVNAME=ttyUSB2\n",
            "devices/pnp0/00:01/tty/ttyS0/type": "4\n",
            "devices/platform/serial8250/tty/ttyS1/type": "0\n",
            "devices/virtual/tty/tty1/dev": "4:1\n",
            "class/tty/console/active": "tty0 ttyS0\n",
        },
    )
    sys = tmp_path / "sys"
    (sys / TTY / "device").symlink_to("../../../ttyUSB2")
    (sys / USB / "1-1:1.2/driver").symlink_to("../../../../../../../bus/usb/drivers/option")
    (sys / "devices/pnp0/00:01/tty/ttyS0/device").symlink_to("../../../00:01")
    (sys / "devices/platform/serial8250/tty/ttyS1/device").symlink_to("../../../serial8250")
    for folder in (
        TTY,
        "devices/pnp0/00:01/tty/ttyS0",
        "devices/platform/serial8250/tty/ttyS1",
        "devices/virtual/tty/tty1",
    ):
        (sys / "class/tty" / Path(folder).name).symlink_to(sys / folder)
    (sys / "bus/usb/devices").mkdir(parents=True)
    (sys / "bus/usb/devices/1-1").symlink_to(sys / USB)
    (tmp_path / "dev/serial/by-path").mkdir(parents=True)
    (tmp_path / "dev/ttyUSB2").touch()
    return tmp_path


def looking(system: Path) -> Sysfs:
    return Sysfs(sys=system / "sys", dev=system / "dev", run=system / "run")


def test_without_udev_a_port_is_known_by_its_usb_facts_and_named_by_its_socket(system: Path) -> None:
    usb_port = next(port for port in looking(system).ports() if port.kind is PortKind.USB)
    assert (usb_port.interface, usb_port.interface_kind, usb_port.driver) == ("02", "ff/00/00", "option")
    assert usb_port.usb is not None
    assert (usb_port.usb.ids, usb_port.usb.slot, usb_port.usb.interfaces) == ("1e0e:9001", "1-1", ("ff/00/00",))
    assert usb_port.name == "usb:1-1:02"
    assert usb_port.appeared_at is None


def test_links_that_are_there_without_udev_are_used(system: Path) -> None:
    link = system / "dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.2-port0"
    link.symlink_to("../../ttyUSB2")
    (usb_port,) = [port for port in looking(system).ports() if port.kind is PortKind.USB]
    assert usb_port.links == (str(link),)


def test_the_database_of_udev_adds_marks_links_and_the_time(system: Path) -> None:
    """The format of /run/udev/data: systemd 252, sd-device.c device_read_db_internal()."""
    put(
        system / "run",
        {
            "control": "",
            "data/c188:2": "S:serial/by-path/x-port0\nI:98765432\nE:ID_MM_PORT_TYPE_GPS=1\nG:systemd\nV:1\n",
            "data/c189:4": "I:98000000\nE:ID_MM_DEVICE_IGNORE=1\n",
        },
    )
    (usb_port,) = [port for port in looking(system).ports() if port.kind is PortKind.USB]
    assert usb_port.links == (f"{system}/dev/serial/by-path/x-port0",)
    assert usb_port.property("ID_MM_PORT_TYPE_GPS") == "1"
    assert usb_port.is_marked("ID_MM_DEVICE_IGNORE")
    assert usb_port.appeared_at == pytest.approx(98.765432)


def test_of_the_ports_of_the_board_only_real_ones_count_and_the_console_is_left_alone(system: Path) -> None:
    boards = [port for port in looking(system).ports() if port.kind is PortKind.UART]
    assert [Path(port.device).name for port in boards] == ["ttyS0"]
    assert "console" in boards[0].not_for_us


def test_a_named_port_is_described_and_a_pty_is_virtual(system: Path, tmp_path: Path) -> None:
    looks = looking(system)
    link = tmp_path / "modem"
    link.symlink_to(system / "dev/ttyUSB2")
    described = looks.describe(str(link))
    assert described is not None
    assert described.interface == "02"
    pty = looks.describe("/dev/null")
    assert pty is not None
    assert pty.kind is PortKind.VIRTUAL
    assert looks.describe(str(tmp_path / "nothing")) is None


def test_what_goes_while_it_is_read_is_none(system: Path) -> None:
    looks = looking(system)
    assert looks.read_port(system / "sys/devices/gone/ttyUSB9") is None
    assert looks.read_device(system / "sys/devices/gone") is None
    assert Sysfs(sys=system / "nothing", dev=system / "dev", run=system / "run").ports() == []


def test_the_signature_changes_when_a_port_comes(system: Path) -> None:
    looks = looking(system)
    before = looks.signature()
    assert looks.signature() == before
    (system / "sys/class/tty/ttyUSB2").unlink()
    assert looks.signature() != before
