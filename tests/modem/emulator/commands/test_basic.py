from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "nothing": [("", OK)],
    "accepted without effect": [("X4", OK), ("&C1", OK), ("&D2", OK), ("\\Q3", OK), ("H", OK), ("H0", OK)],
    "basic commands with wrong numbers": [("E2", ERROR), ("V9", ERROR), ("X5", ERROR), ("Z1", ERROR), ("&F1", ERROR)],
    "registers": [("S0?", ["000", "OK"]), ("S0=2", OK), ("S0?", ["002", "OK"]), ("S0=256", ERROR)],
    "framing characters are fixed": [("S3?", ["013", "OK"]), ("S3=13", OK), ("S3=10", ERROR), ("S5?", ["008", "OK"])],
    "error level": [
        ("+CMEE=?", ["+CMEE: (0-2)", "OK"]),
        ("+CMEE?", ["+CMEE: 0", "OK"]),
        ("+CMEE=1", OK),
        ("+CMEE?", ["+CMEE: 1", "OK"]),
        ("+CMEE=3", ["+CME ERROR: 50"]),
        ("+CMEE=2", OK),
        ("+NOSUCH", ["+CME ERROR: operation not supported"]),
        ("+CMEE", ["+CME ERROR: operation not supported"]),
    ],
    "character sets": [
        ("+CSCS=?", ['+CSCS: ("GSM","IRA","UCS2")', "OK"]),
        ("+CSCS?", ['+CSCS: "GSM"', "OK"]),
        ('+CSCS="UCS2"', OK),
        ("+CSCS?", ['+CSCS: "UCS2"', "OK"]),
        ('+CSCS="HEX"', ERROR),
    ],
    "hanging up": [("+CHUP", OK), ("+CHUP=?", OK)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_echo_is_switched_from_the_next_line_on() -> None:
    bench = Bench()

    assert bench.type(b"ATE1\r") == b"\r\nOK\r\n"
    assert bench.type(b"AT\r") == b"AT\r\r\nOK\r\n"


def test_results_become_digits() -> None:
    bench = Bench()

    assert bench.type(b"ATV0\r") == b"0\r"
    assert bench.type(b"AT+NOSUCH\r") == b"4\r"
    assert bench.type(b"ATV1\r") == b"\r\nOK\r\n"


def test_results_disappear() -> None:
    bench = Bench()

    assert bench.type(b"ATQ1\r") == b""
    assert bench.type(b"AT+CSQ\r") == b"\r\n+CSQ: 21,0\r\n"
    assert bench.type(b"ATQ0\r") == b"\r\nOK\r\n"


@pytest.mark.parametrize("command", ["Z", "&F"])
def test_a_reset_restores_what_a_host_may_have_changed(command: str) -> None:
    bench = Bench()
    bench.at('V1+CMEE=2;+CMGF=1;+CREG=2;+CNMI=2,1,0,1,0;+CSCS="UCS2";S0=5')

    bench.at(command)

    assert bench.type(b"AT\r") == b"AT\r\r\nOK\r\n"
    play(
        [
            ("+CMEE?;+CMGF?;+CREG?", ["+CMEE: 0", "+CMGF: 0", "+CREG: 0,1", "OK"]),
            ("+CNMI?;+CSCS?;S0?", ["+CNMI: 0,0,0,0,0", '+CSCS: "GSM"', "000", "OK"]),
        ],
        _quiet(bench),
    )


def test_a_saved_profile_comes_back_with_atz_and_after_a_power_cut_but_not_with_the_factorys() -> None:
    bench = Bench()
    bench.at("+CMGF=1;&W")

    play([("+CMGF=0;Z", OK), ("+CMGF?", ["+CMGF: 1", "OK"])], bench)
    bench.reboot()
    play([("+CMGF?", ["+CMGF: 1", "OK"]), ("&F", OK), ("E0", ["ATE0\r", "OK"]), ("+CMGF?", ["+CMGF: 0", "OK"])], bench)


def _quiet(bench: Bench) -> Bench:
    bench.at("E0")
    return bench
