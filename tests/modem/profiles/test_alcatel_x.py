"""X220: a Qualcomm stick that misbehaves in mode 2, with its own count of tries."""

from __future__ import annotations

from modem.profiles.alcatel_x import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_mode_1_goes_first() -> None:
    assert PROFILE.cnmi_mode == (1, 2)


def test_tries_of_the_pin() -> None:
    """oFono drivers/atmodem/sim.c: +PNNM."""
    bench = Bench(personality=PROFILE.personality)
    play([("+PNNM?", ["+PNNM: 3,10", "OK"]), ("+CMGF=0", OK)], bench)
