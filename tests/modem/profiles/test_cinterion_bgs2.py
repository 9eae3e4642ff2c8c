"""BGS2: the last parameter of +CNMI is 1, reports are stored, and its own commands."""

from __future__ import annotations

from modem.profiles.cinterion_bgs2 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_indications() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CMEE=1")
    assert bench.at("+CNMI=?")[0].endswith(",(1)")
    play([("+CNMI=2,1,0,2,1", OK)], bench)
    assert bench.at("+CNMI=2,1,0,1,0")[-1] != "OK"


def test_what_the_driver_asks_of_it() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("^SMGO=1", OK), ("^SPIC", ["^SPIC: 3", "OK"]), ("^SBV", ["^SBV: 3812", "OK"])], bench)
