"""ZTE sticks: the comma in +CDS, reports in SR, +ZUSIMR until the SIM is ready."""

from __future__ import annotations

from modem.profiles.zte_mf import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play

PERSON = "+491711234567"


def test_gammu_and_modem_manager() -> None:
    play(
        [
            ("+CGMI", ["ZTE CORPORATION", "OK"]),  # gammu/gammu#119
            ("+CGMM", ["MF180", "OK"]),
            ("+CSCS=?", ['+CSCS: ("IRA","GSM","UCS2")', "OK"]),
            ("+CPROT=?", ["ERROR"]),
            # Gammu 1.42 atgen.c: no drive of its own, on line.
            ("+ZCDRUN=8", ["Close autorun state result(0:FAIL 1:SUCCESS):1", "OK"]),
            ("+ZOPRT=5", OK),
            # ModemManager src/plugins/zte.
            ("+ZPAS?", ['+ZPAS: "UMTS","CS_PS"', "OK"]),
            ("+ZPINPUK=?", ["+ZPINPUK: 3,10", "OK"]),
            ("+ZSNT?", ["+ZSNT: 0,0,0", "OK"]),
            ("+CMGR=0", ["+CMS ERROR: 500"]),
        ],
        Bench(personality=PROFILE.personality),
    )


def test_a_routed_report_has_a_comma_too_many() -> None:
    """oFono drivers/atmodem/sms.c."""
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=1,1,0,1,0")

    assert "+CDS: ,25" in bench.send(PERSON, "hello", report=True)


def test_a_stored_report_is_in_sr() -> None:
    """gammu/gammu#209: +CDSI: "SR",50."""
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=1,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True)[-1] == '+CDSI: "SR",0'
    assert bench.at('+CPMS="SR"')[-1] == "OK"
    assert bench.at("+CMGR=0")[0] == "+CMGR: 0,,25"


def test_it_tells_of_its_sim_until_that_is_ready() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.reboot()
    said = lines(bench.read())

    assert said.count("+ZUSIMR:2") == 3
    assert said[-1] == "+ZEND"
    bench.wait(60)
    assert bench.read() == b""
