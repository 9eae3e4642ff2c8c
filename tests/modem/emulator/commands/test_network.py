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
        ("+COPS?", ["+COPS: 2", "OK"]),
        ("+CGATT?", ["+CGATT: 0", "OK"]),
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
    "the rest": [("+CGATT?", ["+CGATT: 1", "OK"]), ("+CPAS", ["+CPAS: 0", "OK"]), ("+CBC", ["+CBC: 0,100", "OK"])],
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
