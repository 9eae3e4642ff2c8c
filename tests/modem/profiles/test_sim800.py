"""SIM800: nothing about messages works before "SMS Ready"; its own commands."""

from __future__ import annotations

from modem.profiles.sim800 import PROFILE
from tests.modem.emulator.bench import CTRL_Z, Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, play

PERSON = "+491711234567"


def test_nothing_about_messages_works_before_sms_ready() -> None:
    """Seeed-Studio/GPRS_SIM900#39; the lines and their order are those of its manual, V1.09, appendix of URCs."""
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.machines[0].power_off()
    bench.read()
    bench.machines[0].power_on(bench.now)
    bench.wait(6)

    assert lines(bench.read()) == ["RDY", "+CFUN: 1", "+CPIN: READY"]
    bench.at("E0")
    commands = ("+CMGF=0", "+CNMI=1,1", '+CPMS="SM"', "+CMGL=4", "+CMGS=20", "+CSCA?")
    play([("+CPIN?", ["+CPIN: READY", "OK"]), *((command, ERROR) for command in commands)], bench)
    bench.wait(3)
    assert lines(bench.read()) == ["Call Ready", "SMS Ready"]
    play([("+CMGF=0", OK), ("+CNMI=1,1", OK), ("+CMGL=4", OK)], bench)


def test_its_own_commands_and_ranges() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            # V1.09, +CNMI: <ds> is 0 or 1.
            ("+CNMI=?", ["+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)", "OK"]),
            ("+CNMI=2,1,0,2,0", ["+CMS ERROR: 303"]),
            ("+CCID", [bench.equipment().sim.iccid, "OK"]),
            ("+CLTS=1", OK),
            ("+CMGR=1", OK),
            ("+CEREG?", ERROR),
        ],
        bench,
    )
    bench.write(PERSON, "one")
    assert bench.at("+CMGL=4")[0] == '+CMGL: 1,0,"",22'
    play([('+CMGDA="DEL ALL"', OK), ("+CMGL=4", OK)], bench)


def test_it_shows_the_prompt_for_every_line_of_a_text() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CMGF=1;+CSMP=17,167,0,0")
    bench.type(f'AT+CMGS="{PERSON}"\r'.encode())

    assert bench.type(b"one\r") == b"\r\n> "
    assert lines(bench.type(b"two" + CTRL_Z))[-1] == "OK"


def test_it_says_good_bye() -> None:
    assert Bench(personality=PROFILE.personality).at("+CPOWD=1") == ["NORMAL POWER DOWN"]
