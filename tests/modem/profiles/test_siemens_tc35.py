"""TC35: the last parameter of +CNMI is 1, and an empty slot has a header."""

from __future__ import annotations

from modem.profiles.siemens_tc35 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_indications() -> None:
    """gammu/gammu#1207; Kannel modems.conf has 3,2,0,1,1 for it."""
    bench = Bench(personality=PROFILE.personality)
    play([("+CNMI=2,1,0,1,1", OK)], bench)
    assert bench.at("+CNMI=2,1,0,1,0")[-1] != "OK"
    assert "3,2,0,1,1" in PROFILE.cnmi_fallbacks


def test_an_empty_slot_has_a_header() -> None:
    """smstools3 src/smsd.c: +CMGR: 0,,0."""
    play([("+CMGR=3", ["+CMGR: 0,,0", "OK"])], Bench(personality=PROFILE.personality))
