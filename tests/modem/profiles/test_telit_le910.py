"""LE910: a missed acknowledgement silences it; stored reports are in SR; what ModemManager asks."""

from __future__ import annotations

from modem.profiles.telit_le910 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play

PERSON = "+491711234567"


def test_a_missed_acknowledgement_switches_routing_off() -> None:
    """LE910C AT Commands Reference Guide, +CNMA: mt and ds are set to 0 when the time for it is over."""
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CSMS=1;+CNMI=2,2,0,1,0")
    bench.write(PERSON, "hello")
    assert lines(bench.read())[0] == "+CMT: ,24"
    bench.wait(20)

    assert bench.at("+CNMI?") == ["+CNMI: 2,0,0,0,0", "OK"]


def test_a_stored_report_is_in_sr() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=2,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True)[-1] == '+CDSI: "SR",1'
    play([('+CPMS="SR"', ["+CPMS: 1,20,0,30,0,30", "OK"]), ("+CMGR=2", ["+CMS ERROR: 321"])], bench)


def test_modem_manager() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("#CIMI", [f"#CIMI: {bench.equipment().sim.imsi}", "OK"]),
            ("#CGSN", [f"#CGSN: {bench.equipment().identity.imei}", "OK"]),
            ("#PCT", ["#PCT: 3", "OK"]),
            ("#BND?", ["#BND: 5,0,524", "OK"]),
            ("#PSNT?", ["#PSNT: 0,4", "OK"]),
            ("#QSS=?", ["#QSS: (0-2)", "OK"]),
            ("#QSS=2", OK),
            ("$GPSP=?", ["$GPSP: (0,1)", "OK"]),
            ("+SERVICE?", ["+SERVICE: 0,0", "OK"]),
            ("#REBOOT", OK),
        ],
        bench,
    )
    assert not bench.machines[0].is_awake


def test_a_submit_is_not_disturbed_by_a_question() -> None:
    assert not PROFILE.is_probe_allowed
