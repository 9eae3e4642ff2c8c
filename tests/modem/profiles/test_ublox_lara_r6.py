"""LARA-R6: a u-blox with the ports of a Qualcomm."""

from __future__ import annotations

from modem.profile import PortRole
from modem.profiles.ublox_lara_r6 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_its_ports() -> None:
    """ModemManager src/plugins/ublox: interface 1 takes commands, 2 too."""
    (device,) = PROFILE.usb
    assert (device.vendor, device.product) == ("05c6", "908b")
    assert [device.role_of(number) for number in ("01", "02")] == [PortRole.AT, PortRole.AT2]


def test_what_the_driver_asks_of_it() -> None:
    play([("+UPINCNT", ["+UPINCNT: 3,3,10,10", "OK"]), ("+CFUN=16", OK)], Bench(personality=PROFILE.personality))
