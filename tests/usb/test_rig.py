"""The rig itself, as far as it needs no guest: these run with all other tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT
from tests.usb.guest import interface_of, socket_of


@pytest.mark.parametrize(
    ("path", "socket", "interface"),
    [
        # As usbbox's README and the guest's udev name them.
        ("/dev/gsm/by-path/pci-0000:00:06.0-usb-0:1.1:1.2", 0, 2),
        ("/dev/serial/by-path/pci-0000:00:06.0-usb-0:1.5:1.0-port0", 4, 0),
        ("/dev/gsm/by-path/pci-0000:00:06.0-usb-0:2.3:1.4", 10, 4),
    ],
)
def test_socket_and_interface_are_read_from_a_name(path: str, socket: int, interface: int) -> None:
    assert (socket_of(path), interface_of(path)) == (socket, interface)


def test_what_is_missing_is_said_aloud(tmp_path: Path) -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "usb", "tests/usb"],
        env={**os.environ, "USBBOX_SCRIPTS": str(tmp_path), "PATH": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    assert "SKIPPED" in shown
    for missing in ("box.py", "qemu-system-x86_64", "USBBOX_SCRIPTS"):
        assert missing in shown, shown
    assert " passed" not in shown
