from __future__ import annotations

from dataclasses import replace

import pytest

from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench, lines
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
        ("+CMMS=1,1", ERROR),
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


def test_a_link_that_nobody_uses_closes_after_some_seconds() -> None:
    bench = Bench()
    bench.at("+CMMS=1")
    bench.wait(60)
    play([("+CMMS?", ["+CMMS: 1", "OK"])], bench)

    bench.send("+491711234567", "first")
    bench.wait(4)
    bench.send("+491711234567", "second")
    bench.wait(4)
    play([("+CMMS?", ["+CMMS: 1", "OK"])], bench)
    bench.wait(1.5)
    play([("+CMMS?", ["+CMMS: 0", "OK"])], bench)


def test_a_link_that_is_kept_for_good_stays() -> None:
    bench = Bench()
    bench.at("+CMMS=2")
    bench.send("+491711234567", "first")
    bench.wait(60)

    play([("+CMMS?", ["+CMMS: 2", "OK"])], bench)


def test_both_memories_as_one_are_numbered_on() -> None:
    personality = replace(GENERIC.personality, memories=(("SM", "ME", "MT"),) * 3)
    bench = Bench(sim_capacity=1, personality=personality)
    bench.at('+CNMI=2,1;+CPMS="MT","MT","MT"')
    bench.write("+491711234567", "first")
    bench.write("+491711234567", "second")

    assert lines(bench.read()) == ['+CMTI: "MT",1', '+CMTI: "MT",2']
    play(
        [
            ("+CPMS?", ['+CPMS: "MT",2,51,"MT",2,51,"MT",2,51', "OK"]),
            ('+CPMS="SM"', ["+CPMS: 1,1,2,51,2,51", "OK"]),
            ('+CPMS="ME"', ["+CPMS: 1,50,2,51,2,51", "OK"]),
            ('+CPMS="MT";+CMGD=2;+CPMS?', ["+CPMS: 2,51,2,51,2,51", '+CPMS: "MT",1,51,"MT",1,51,"MT",1,51', "OK"]),
        ],
        bench,
    )
