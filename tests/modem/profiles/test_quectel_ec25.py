"""EC25: stored reports cannot be read; what ModemManager and chan_quectel ask."""

from __future__ import annotations

from modem.profiles.quectel_ec25 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play

PERSON = "+491711234567"


def test_a_stored_report_is_announced_where_it_is_not() -> None:
    """IchthysMaranatha/asterisk-chan-quectel#75: +CDSI: "SM",0, and +CMGR=0 gives a bare OK."""
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=2,1,0,2,0")

    assert bench.send(PERSON, "hello", report=True)[-1] == '+CDSI: "SM",0'
    play([('+CPMS="SM"', ["+CPMS: 0,30,0,30,0,30", "OK"]), ("+CMGR=0", OK)], bench)
    play([('+CPMS="SR"', ["+CPMS: 1,20,0,30,0,30", "OK"])], bench)


def test_a_routed_report_is_whole() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=2,1,0,1,0")

    assert "+CDS: 25" in bench.send(PERSON, "hello", report=True)


def test_chan_quectel_and_its_maintained_fork() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("I", ["Quectel", "EC25", "Revision: EC25EFAR06A03M4G", "OK"]),
            ("^DSCI=1", OK),
            ("+QPCMV?", ["+QPCMV: 0,0", "OK"]),
            ('+QINDCFG="smsincoming",1', OK),
            ("+QCCID", [f"+QCCID: {bench.equipment().sim.iccid}", "OK"]),
            ('+QURCCFG="urcport"', ['+QURCCFG: "urcport","usbat"', "OK"]),
            ('+QURCCFG="urcport","usbmodem"', OK),
            ('+QCFG="ims"', ['+QCFG: "ims",1,1', "OK"]),
            ("+QPOWD", ["OK", "POWERED DOWN"]),
        ],
        bench,
    )
