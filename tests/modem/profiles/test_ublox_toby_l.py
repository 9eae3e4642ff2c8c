"""TOBY-L4: +READY after 20 s, and no command before."""

from __future__ import annotations

from modem.profiles.ublox_toby_l import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_nothing_is_asked_in_the_first_seconds() -> None:
    """ModemManager src/plugins/ublox: UBLOX_PORT_READY_DELAY 20."""
    assert {device.quiet_s for device in PROFILE.usb} == {20.0}
    assert "+READY" in PROFILE.restart_urcs


def test_what_the_driver_asks_of_it() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("+UPINCNT", ["+UPINCNT: 3,3,10,10", "OK"]), ("+CFUN=16", OK)], bench)
    assert not bench.machines[0].is_awake
