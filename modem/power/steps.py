"""Does the steps to a device that was checked; each returns what was done, in words for a person."""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.power.sysfs import RefusedError, Step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from modem.power.sysfs import UsbDevice

# linux/usbdevice_fs.h: _IO('U', 20)
USBDEVFS_RESET: Final = 0x5514
REFUSED_S: Final = 2.0
# With less the capacitors keep the modem alive.
POWER_OFF_S: Final = 8.0
UHUBCTL_DEADLINE_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Hands:
    """How to wait and how to call the kernel; others in tests."""

    sleep: Callable[[float], None] = time.sleep
    ioctl: Callable[[int, int, int], object] = fcntl.ioctl


def do(step: Step, device: UsbDevice, hands: Hands | None = None) -> str:
    """Check and do one step; returns what was done. Raises RefusedError with the reason when it is not."""
    hands = hands or Hands()
    device.check(step)
    try:
        match step:
            case Step.USB_RESET:
                return _reset(device, hands)
            case Step.REAUTHORISE:
                return _reauthorise(device, hands)
            case Step.POWER_CYCLE:
                return _cycle(device, hands)
            case Step.HUB_RESET:
                return _reset(device.check_hub_is_ours(), hands)
    except OSError as error:
        raise RefusedError(f"{step} of {device.name}: {error.strerror or error}") from error


def _reset(device: UsbDevice, hands: Hands) -> str:
    file = os.open(device.node, os.O_WRONLY | os.O_CLOEXEC)
    try:
        hands.ioctl(file, USBDEVFS_RESET, 0)
    finally:
        os.close(file)
    return f"{device.name} was reset"


def _reauthorise(device: UsbDevice, hands: Hands) -> str:
    switch = device.path / "authorized"
    try:
        _write(switch, "0")
        hands.sleep(REFUSED_S)
    finally:
        # Whatever happened: a device that stays refused is lost until somebody plugs it anew.
        _write(switch, "1")
    return f"{device.name} was refused for {REFUSED_S:g} s and allowed again"


def _cycle(device: UsbDevice, hands: Hands) -> str:
    if device.can_disable_port:
        switch = device.port_folder / "disable"
        try:
            _write(switch, "1")
            hands.sleep(POWER_OFF_S)
        finally:
            _write(switch, "0")
        return f"port {device.hub_port} of {device.hub} was off for {POWER_OFF_S:g} s"
    return _cycle_by_uhubctl(device)


def _cycle_by_uhubctl(device: UsbDevice) -> str:
    program = device.host.uhubctl
    if program is None:
        raise RefusedError("uhubctl is not installed")
    location = device.hub.replace("usb", "") if device.hub.startswith("usb") else device.hub
    command = [
        str(program), "-l", location, "-p", str(device.hub_port), "-a", "cycle", "-d", f"{POWER_OFF_S:g}", "-e",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (no shell; every word is ours or was checked)
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=UHUBCTL_DEADLINE_S, check=False, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise RefusedError(f"uhubctl did not end within {UHUBCTL_DEADLINE_S:g} s") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RefusedError(f"uhubctl: {said[-1] if said else f'exit status {done.returncode}'}")
    return f"uhubctl switched port {device.hub_port} of {device.hub} off for {POWER_OFF_S:g} s"


def _write(path: Path, text: str) -> None:
    # Not write_text: sysfs answers each write by itself, and a second one that only truncates is an error there.
    file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(file, text.encode("ascii"))
    finally:
        with contextlib.suppress(OSError):
            os.close(file)
