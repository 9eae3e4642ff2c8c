"""MC75i: the answers in gammu/gammu#1207."""

from __future__ import annotations

from modem.profiles.cinterion_mc75i import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play

PERSON = "+491711234567"


def test_gammu_before_and_behind_its_mending() -> None:
    play(
        [
            ("+CPMS=?", ['+CPMS: ("ME","SM","MT"),("ME","SM","MT"),("SM","MT")', "OK"]),
            ("+CNMI=?", ["+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)", "OK"]),
            ('+CPMS="ME","ME","ME"', ["+CMS ERROR: 302"]),
            ('+CPMS="ME","ME"', ["+CPMS: 0,25,0,25,0,30", "OK"]),
            ("+CNMI=2,1,0,2,0", ["+CMS ERROR: 303"]),
            ("+CNMI=2,1,0,2,1", OK),
            ("+CPMS?", ['+CPMS: "ME",0,25,"ME",0,25,"SM",0,30', "OK"]),
            # smstools3 src/smsd.c takes this for an empty slot.
            ("+CMGR=1", ["+CMGR: 0,,0", "OK"]),
        ],
        Bench(personality=PROFILE.personality),
    )


def test_reports_are_kept_among_the_messages() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=2,1,0,2,1")

    assert bench.send(PERSON, "hello", report=True)[-1] == '+CDSI: "SM",1'
    assert bench.at("+CMGR=1")[0] == "+CMGR: 0,,25"
