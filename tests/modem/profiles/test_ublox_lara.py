"""LARA-R2: circuit switched service for messages only (27.007 7.2, <stat> 6)."""

from __future__ import annotations

from modem.at.responses import Registration, read_registration
from modem.profiles.ublox_lara import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play


def test_creg_says_sms_only() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+CREG?", ["+CREG: 0,6", "OK"]),
            ("+CEREG?", ["+CEREG: 0,1", "OK"]),
            ("+CREG=2", OK),
            ("+CREG?", ['+CREG: 2,6,"00A1","000010B3",7', "OK"]),
            ("+UMNOPROF?", ["+UMNOPROF: 0", "OK"]),
        ],
        bench,
    )
    assert read_registration("+CREG: 0,6", is_answer=True) is Registration.SMS_ONLY_HOME


def test_a_registration_told_unasked_says_so_too() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CREG=1;+CFUN=4")

    assert "+CREG: 6" in lines(bench.type(b"AT+CFUN=1\r")) + lines(bench.read())
