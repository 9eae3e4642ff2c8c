from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

CELL = '"00A1","000010B3",7'

DIALOGUES: dict[str, Dialogue] = {
    "functionality": [
        ("+CFUN=?", ["+CFUN: (0,1,4),(0,1)", "OK"]),
        ("+CFUN?", ["+CFUN: 1", "OK"]),
        ("+CFUN=4", OK),
        ("+CFUN?", ["+CFUN: 4", "OK"]),
        ("+CFUN=2", ERROR),
        ("+CFUN=1,2", ERROR),
    ],
    "registration": [
        ("+CREG=?", ["+CREG: (0-2)", "OK"]),
        ("+CREG?", ["+CREG: 0,1", "OK"]),
        ("+CEREG=2", OK),
        ("+CEREG?", [f"+CEREG: 2,1,{CELL}", "OK"]),
        ("+CGREG?", ["+CGREG: 0,1", "OK"]),
        ("+CREG=3", ERROR),
    ],
    "without the radio": [
        ("+CFUN=4", OK),
        ("+CREG?", ["+CREG: 0,0", "OK"]),
        ("+CSQ", ["+CSQ: 99,99", "OK"]),
        ("+COPS?", ["+COPS: 0", "OK"]),
        ("+CESQ", ["+CESQ: 99,99,255,255,255,255", "OK"]),
    ],
    "operator as ModemManager and gammu ask": [
        ("+COPS?", ['+COPS: 0,0,"Emulated",7', "OK"]),
        ("+COPS=3,2;+COPS?", ['+COPS: 0,2,"00101",7', "OK"]),
        ("+COPS=3,0;+COPS?", ['+COPS: 0,0,"Emulated",7', "OK"]),
    ],
    "leaving and coming back": [
        ("+COPS=2", OK),
        ("+COPS?", ["+COPS: 2", "OK"]),
        ("+COPS=0", OK),
        ("+COPS?", ['+COPS: 0,0,"Emulated",7', "OK"]),
    ],
    "choosing an operator": [('+COPS=1,2,"00101"', OK), ('+COPS=1,2,"26201"', ERROR), ("+COPS=9", ERROR)],
    "signal": [("+CSQ", ["+CSQ: 21,0", "OK"]), ("+CSQ=?", ["+CSQ: (0-31,99),(0-7,99)", "OK"])],
    "signal of each kind of network": [
        ("+CESQ=?", ["+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)", "OK"]),
        # 21 is -71 dBm over the channel, -99 dBm for one carrier, 42 in steps of 1 dB from -141 dBm (27.007 8.69).
        ("+CESQ", ["+CESQ: 99,99,255,255,24,42", "OK"]),
    ],
    "manual choice stays until automatic": [
        ('+COPS=1,0,"Emulated"', OK),
        ("+COPS?", ['+COPS: 1,0,"Emulated",7', "OK"]),
        ('+COPS=4,2,"26201"', OK),
        ("+COPS?", ['+COPS: 0,0,"Emulated",7', "OK"]),
        ('+COPS=1,0,"00101"', ERROR),
        ("+COPS=1", ERROR),
        ("+COPS=0,3", ERROR),
        ("+COPS=3,0,1,2,3", ERROR),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_registration_is_reported_where_it_was_asked_for() -> None:
    bench = Bench()
    bench.at("+CREG=1;+CEREG=2")

    assert bench.at("+CFUN=4") == ["OK", "+CREG: 0", "+CEREG: 0"]
    assert bench.at("+CFUN=1") == ["OK", "+CREG: 2", "+CEREG: 2", "+CREG: 1", f"+CEREG: 1,{CELL}"]


def test_a_scan_takes_time_and_hears_nothing_meanwhile() -> None:
    bench = Bench()

    assert bench.at("+COPS=?") == []
    assert bench.at("+CSQ") == []
    bench.wait(10)
    assert lines(bench.read()) == [
        '+COPS: (2,"Emulated","Emulated","00101",7),,(0-4),(0-2)',
        "OK",
        "+CSQ: 21,0",
        "OK",
    ]


def test_nothing_is_sent_without_the_radio() -> None:
    bench = Bench()
    bench.at("+CFUN=4")

    assert bench.send("+491711234567", "hello") == ["+CMS ERROR: 331"]
