from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "format": [
        ("+CMGF=?", ["+CMGF: (0,1)", "OK"]),
        ("+CMGF=1", OK),
        ("+CMGF?", ["+CMGF: 1", "OK"]),
        ("+CMGF=2", ERROR),
        ("+CMGF=", OK),
        ("+CMGF?", ["+CMGF: 0", "OK"]),
    ],
    "service centre": [
        ("+CSCA?", ['+CSCA: "+33639980000",145', "OK"]),
        ('+CSCA="+491710760000"', OK),
        ("+CSCA?", ['+CSCA: "+491710760000",145', "OK"]),
        ('+CSCA="491710760001",145', OK),
        ("+CSCA?", ['+CSCA: "+491710760001",145', "OK"]),
        ('+CSCA="12345"', OK),
        ("+CSCA?", ['+CSCA: "12345",129', "OK"]),
        ('+CSCA="Hello"', ERROR),
        ('+CSCA=""', ERROR),
        ("+CSCA=", ERROR),
    ],
    "service centre in UCS2": [
        ('+CSCS="UCS2"', OK),
        ('+CSCA="002B00340039"', OK),
        ("+CSCA?", ['+CSCA: "002B00340039",145', "OK"]),
        ('+CSCA="+49"', ERROR),
    ],
    "text parameters": [
        ("+CSMP?", ["+CSMP: 17,167,0,0", "OK"]),
        ("+CSMP=49,,,8", OK),
        ("+CSMP?", ["+CSMP: 49,167,0,8", "OK"]),
        ("+CSMP=256", ERROR),
    ],
    "headers": [
        ("+CSDH=?", ["+CSDH: (0,1)", "OK"]),
        ("+CSDH=1", OK),
        ("+CSDH?", ["+CSDH: 1", "OK"]),
        ("+CSDH=2", ERROR),
    ],
    "more messages": [
        ("+CMMS=?", ["+CMMS: (0-2)", "OK"]),
        ("+CMMS=2", OK),
        ("+CMMS?", ["+CMMS: 2", "OK"]),
        ("+CMMS=3", ERROR),
    ],
    "memories with one, two and three parameters": [
        ("+CPMS=?", ['+CPMS: ("SM","ME","SR"),("SM","ME"),("SM","ME")', "OK"]),
        ("+CPMS?", ['+CPMS: "SM",0,30,"SM",0,30,"SM",0,30', "OK"]),
        ('+CPMS="ME"', ["+CPMS: 0,50,0,30,0,30", "OK"]),
        ('+CPMS="SM","ME"', ["+CPMS: 0,30,0,50,0,30", "OK"]),
        ("+CPMS=SM,SM,ME", ["+CPMS: 0,30,0,30,0,50", "OK"]),
        ("+CPMS?", ['+CPMS: "SM",0,30,"SM",0,30,"ME",0,50', "OK"]),
    ],
    "wrong memories": [
        ('+CPMS="XX"', ["+CMS ERROR: 302"]),
        ('+CPMS="SM","SR"', ["+CMS ERROR: 302"]),
        ("+CPMS=", ["+CMS ERROR: 302"]),
        ('+CPMS="SM","SM","SM","SM"', ["+CMS ERROR: 302"]),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_the_service_centre_stays_on_the_card() -> None:
    bench = Bench()
    bench.at('+CSCA="+491710760000"')
    bench.reboot()

    assert bench.at("E0+CSCA?")[1:] == ['+CSCA: "+491710760000",145', "OK"]


def test_without_a_service_centre_nothing_is_sent_unless_the_pdu_names_one() -> None:
    bench = Bench()
    bench.equipment().sim.smsc = ""

    assert bench.at("+CSCA?") == ['+CSCA: "",129', "OK"]
    assert bench.send("+491711234567", "hello") == ["+CMS ERROR: 330"]
    bench.type(b"AT+CMGS=14\r")
    answer = bench.type(b"07919471067000F0" + b"01000C91947111325476000001E8" + b"\x1a")
    assert b"+CMGS: 0" in answer
