"""L850: tries of the PIN in the words of Intel's chips; ATI with names."""

from __future__ import annotations

from modem.profiles.fibocom_l8 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_tries_of_the_pin() -> None:
    """oFono drivers/atmodem/sim.c: +XPINCNT."""
    play([("+XPINCNT", ["+XPINCNT: 3,3,10,10", "OK"])], Bench(personality=PROFILE.personality))


def test_identification() -> None:
    said = Bench(personality=PROFILE.personality).at("I")
    assert said[:2] == ["Manufacturer: Fibocom Wireless Inc.", "Model: L850-GL"]
    assert [said[-1]] == OK
