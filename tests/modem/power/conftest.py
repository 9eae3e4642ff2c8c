from __future__ import annotations

from pathlib import Path

import pytest

from tests.modem.power.usb_tree import UsbTree


@pytest.fixture
def tree(tmp_path: Path) -> UsbTree:
    """A hub at 1-1 with two modems, and a keyboard plugged into the computer."""
    tree = UsbTree(tmp_path)
    tree.hub("1-1")
    tree.modem("1-1.2", "ttyUSB0", "ttyUSB1", "ttyUSB2")
    tree.modem("1-1.4", "ttyACM0")
    tree.other("1-2", "03")
    return tree
