"""A7670: *ATREADY begins a start; the maker calls itself INCORPORATED."""

from __future__ import annotations

from modem.profiles.a7670 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_it_is_known_by_the_name_that_it_gives() -> None:
    """Xinyuan-LilyGO/LilyGO-T-A76XX#245; newer firmware says SIMCOM INCORPORATED."""
    assert PROFILE.is_for("INCORPORATED", "A7670E-FASE")
    assert PROFILE.is_for("SIMCOM INCORPORATED", "A7670G-LLSE")
    assert "*ATREADY" in PROFILE.restart_urcs


def test_what_the_driver_asks_of_it() -> None:
    bench = Bench(personality=PROFILE.personality)
    iccid = bench.equipment().sim.iccid
    play([("+CICCID", [f"+ICCID: {iccid}", "OK"]), ("+CPMUTEMP", ["+CPMUTEMP: 33", "OK"]), ("+CRESET", OK)], bench)
    assert not bench.machines[0].is_awake
