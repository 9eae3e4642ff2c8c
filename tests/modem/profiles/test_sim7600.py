"""SIM7600: registered on LTE while +CREG searches for ever; slots from zero."""

from __future__ import annotations

from modem.profiles.sim7600 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, play

PERSON = "+491711234567"


def test_creg_searches_while_messages_go_over_lte() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+CREG?", ["+CREG: 0,2", "OK"]),
            ("+CEREG?", ["+CEREG: 0,1", "OK"]),
            ("+CREG=2;+CEREG=2", OK),
            ("+CREG?", ["+CREG: 2,2", "OK"]),
            ("+CEREG?", ['+CEREG: 2,1,"00A1","000010B3",7', "OK"]),
        ],
        bench,
    )
    assert bench.send(PERSON, "hello")[-1] == "OK"


def test_modem_manager_and_chan_quectel() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+CGMR", ["+CGMR: LE20B04SIM7600M22", "OK"]),
            ("+CICCID", [f"+ICCID: {bench.equipment().sim.iccid}", "OK"]),
            ("+AUTOCSQ=?", ["+AUTOCSQ: (0,1),(0,1)", "OK"]),
            ("+CNSMOD=1", OK),
            ("+CPCMREG?", ["+CPCMREG: 0", "OK"]),
            ("+CNMI=?", ["+CNMI: (0,1,2),(0,1,2,3),(0,2),(0,1,2),(0,1)", "OK"]),
            ("+QCCID", ERROR),
        ],
        bench,
    )


def test_it_starts_again_with_its_lines() -> None:
    """Xinyuan-LilyGO/LilyGo-Modem-Series#79."""
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    assert bench.at("+CRESET") == OK
    bench.wait(60)

    assert lines(bench.read()) == ["RDY", "+CPIN: READY", "SMS DONE", "PB DONE"]


def test_the_first_slot_is_zero() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CNMI=1,1")
    bench.write(PERSON, "hello")

    assert lines(bench.read()) == ['+CMTI: "SM",0']


def test_without_service_it_says_no_more_than_500() -> None:
    """botletics/SIM7000-LTE-Shield#103."""
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CFUN=4")

    assert bench.send(PERSON, "hello") == ["+CMS ERROR: 500"]
