"""Plain USB-serial adapters, which say nothing of what is behind them. Sources: the kernel's drivers of these names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.ports.facts import UsbFacts

# Kernel driver of the interface: name of the adapter.
BRIDGE_DRIVERS: Final = {
    "ftdi_sio": "FTDI",
    "ch341": "CH340/CH341",
    "cp210x": "CP210x",
    "pl2303": "PL2303",
    "ark3116": "ARK3116",
    "mos7840": "MosChip",
    "mxuport": "Moxa UPort",
    "ti_usb_3410_5052": "TI 3410/5052",
    "xr_serial": "Exar",
}
# vendor:product where the driver is not told: a container without the links of sysfs.
_BRIDGE_IDS: Final = (
    ("0403:60(01|10|11|14|15)", "FTDI"),
    ("1a86:(7523|5523|7522|55d4)", "CH340/CH341"),
    ("10c4:ea(60|70|71|80)", "CP210x"),
    ("067b:(2303|23[abcdefg]3)", "PL2303"),
)


def bridge_name(driver: str, usb: UsbFacts | None) -> str:
    """Return the name of a plain USB-serial adapter, "" for anything else."""
    if driver in BRIDGE_DRIVERS:
        return BRIDGE_DRIVERS[driver]
    if usb is None or driver:
        return ""
    return next((name for pattern, name in _BRIDGE_IDS if re.fullmatch(pattern, usb.ids)), "")
