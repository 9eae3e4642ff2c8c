"""SARA-U2: UBX-17003787 9.8 and ModemManager's ublox plugin."""

from __future__ import annotations

from modem.profiles.ublox_sara_u2 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, play


def test_modem_manager() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+CNMI=?", ["+CNMI: (0-2),(0-3),(0-3),(0-2),(0-1)", "OK"]),
            ("+CNMI=1,1", OK),
            ("+CCID", [f"+CCID: {bench.equipment().sim.iccid}", "OK"]),
            ("+UPINCNT", ["+UPINCNT: 3,3,10,10", "OK"]),
            ("+UBANDSEL?", ["+UBANDSEL: 850,900,1800,1900,2100", "OK"]),
            ("+URAT=?", ["+URAT: (0-2),(0,2)", "OK"]),
            ("+UCALLSTAT=1", OK),
            ("+UDTMFD=?", ["+UDTMFD: (0-2)", "OK"]),
            ("+CMGR=1", ["+CMS ERROR: 321"]),
            ("+CEREG?", ERROR),
        ],
        bench,
    )


def test_it_starts_again_at_cfun_16_with_its_lines() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    assert bench.at("+CFUN=16") == OK
    bench.wait(60)

    assert lines(bench.read()) == ["+AT: READY", "+UUSIMSTAT: 6", "+PBREADY"]
