"""EC200: another chip under the same maker, so nothing is taken over from EC25 that is a fault of that one."""

from __future__ import annotations

from modem.profiles.quectel_ec200 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_stored_reports_are_not_ruled_out() -> None:
    assert PROFILE.cnmi_report == (1, 2)
    assert PROFILE.personality.spellings == ()


def test_it_tells_its_card_and_tries() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("+QCCID", [f"+QCCID: {bench.equipment().sim.iccid}", "OK"]), ('+QURCCFG="urcport","all"', OK)], bench)
