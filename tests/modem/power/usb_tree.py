"""A computer's USB devices as sysfs shows them, in a folder of the test (paths and attributes as on Linux 6.1)."""

from __future__ import annotations

from pathlib import Path

from modem.power.sysfs import Host


class UsbTree:
    """Bus 1 with its root hub; devices are plugged in by name."""

    def __init__(self, folder: Path) -> None:
        self.host = Host(sys=folder / "sys", dev=folder / "dev", proc=folder / "proc", programs=(folder / "sbin",))
        self._root = folder / "sys/devices/pci0000:00/usb1"
        self._numbers = 1
        (self.host.sys / "bus/usb/devices").mkdir(parents=True)
        (self.host.proc / "self").mkdir(parents=True)
        (self.host.proc / "self/mountinfo").write_text("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n")
        self._make("usb1", device_class="09", interfaces={"1-0:1.0": "09"}, ports=4)

    def hub(self, name: str, *, ports: int = 4, has_switches: bool = True) -> None:
        self._make(name, device_class="09", interfaces={f"{name}:1.0": "09"}, ports=ports, has_switches=has_switches)

    def modem(self, name: str, *ttys: str, others: tuple[str, ...] = ()) -> None:
        """One vendor-specific interface with a serial port for each name, and interfaces of other classes."""
        classes = ["ff"] * len(ttys) + list(others)
        interfaces = {f"{name}:1.{index}": one for index, one in enumerate(classes)}
        self._make(name, device_class="00", interfaces=interfaces)
        for index, tty in enumerate(ttys):
            self._add_tty(self.path(name) / f"{name}:1.{index}", tty)

    def other(self, name: str, interface_class: str) -> None:
        """Some device without serial ports."""
        self._make(name, device_class="00", interfaces={f"{name}:1.0": interface_class})

    def disk(self, name: str, number: str) -> None:
        """A storage interface with one disk, its device number as in `8:16`."""
        block = self.path(name) / f"{name}:1.9/host0/target0:0:0/0:0:0:0/block/sdb"
        block.mkdir(parents=True)
        (block / "dev").write_text(f"{number}\n")

    def path(self, name: str) -> Path:
        return self.host.sys / "bus/usb/devices" / name

    def read(self, name: str, attribute: str) -> str:
        return (self.path(name) / attribute).read_text().strip()

    def _folder(self, name: str) -> Path:
        if name.startswith("usb"):
            return self._root
        bus, _, ports = name.partition("-")
        steps = ports.split(".")
        return self._root.joinpath(*(f"{bus}-{'.'.join(steps[: count + 1])}" for count in range(len(steps))))

    def _make(
        self,
        name: str,
        *,
        device_class: str,
        interfaces: dict[str, str],
        ports: int = 0,
        has_switches: bool = True,
    ) -> None:
        folder = self._folder(name)
        folder.mkdir(parents=True)
        (self.host.sys / "bus/usb/devices" / name).symlink_to(folder)
        self._numbers += 1
        attributes = {
            "bDeviceClass": device_class, "authorized": "1", "busnum": "1", "devnum": str(self._numbers),
            "idVendor": "2c7c", "idProduct": "0125",
        }  # fmt: skip
        for attribute, value in attributes.items():
            (folder / attribute).write_text(f"{value}\n")
        node = self.host.dev / "bus/usb/001" / f"{self._numbers:03}"
        node.parent.mkdir(parents=True, exist_ok=True)
        node.touch()
        for interface, interface_class in interfaces.items():
            (folder / interface).mkdir()
            (folder / interface / "bInterfaceClass").write_text(f"{interface_class}\n")
        for port in range(1, ports + 1):
            place = folder / next(iter(interfaces)) / f"{name}-port{port}"
            place.mkdir()
            if has_switches:
                (place / "disable").write_text("0\n")

    def _add_tty(self, interface: Path, tty: str) -> None:
        # usb-serial has one more folder than cdc-acm.
        place = interface / tty / "tty" / tty if tty.startswith("ttyUSB") else interface / "tty" / tty
        place.mkdir(parents=True)
        (place / "device").symlink_to(place.parent.parent)
        names = self.host.sys / "class/tty"
        names.mkdir(parents=True, exist_ok=True)
        (names / tty).symlink_to(place)
        node = self.host.dev / tty
        node.parent.mkdir(parents=True, exist_ok=True)
        node.touch()
