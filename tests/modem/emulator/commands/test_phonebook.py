from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

INCORRECT = ["+CME ERROR: 50"]

DIALOGUES: dict[str, Dialogue] = {
    "choosing one": [
        ("+CPBS=?", ['+CPBS: ("SM","ME","ON","DC","MC","RC","EN","FD")', "OK"]),
        ("+CPBS?", ['+CPBS: "SM",0,100', "OK"]),
        ('+CPBS="ME";+CPBS?', ['+CPBS: "ME",0,100', "OK"]),
        ('+CPBS="ON";+CPBS?', ['+CPBS: "ON",1,4', "OK"]),
        ('+CPBS="XX"', INCORRECT),
        ("+CPBS=", INCORRECT),
        ('+CPBS="SM","0000",1', INCORRECT),
    ],
    "lengths": [
        ("+CPBR=?", ["+CPBR: (1-100),20,18", "OK"]),
        ("+CPBF=?", ["+CPBF: 20,18", "OK"]),
        ("+CPBW=?", ["+CPBW: (1-100),20,(129,145,161),18", "OK"]),
        ('+CPBS="EN";+CPBR=?', ["+CPBR: (1-2),20,18", "OK"]),
    ],
    "writing, reading, finding, deleting": [
        ('+CPBW=5,"+491711234567",145,"Anna"', OK),
        ('+CPBW=,"112",129,"Rescue"', OK),
        ('+CPBW=,"4930123",145,"anton"', OK),
        ("+CPBR=1,100", ['+CPBR: 1,"112",129,"Rescue"', '+CPBR: 2,"+4930123",145,"anton"',
                         '+CPBR: 5,"+491711234567",145,"Anna"', "OK"]),
        ("+CPBR=5", ['+CPBR: 5,"+491711234567",145,"Anna"', "OK"]),
        ("+CPBR=3", OK),
        ('+CPBF="AN"', ['+CPBF: 2,"+4930123",145,"anton"', '+CPBF: 5,"+491711234567",145,"Anna"', "OK"]),
        ('+CPBF="Zoe"', OK),
        ("+CPBS?", ['+CPBS: "SM",3,100', "OK"]),
        ("+CPBW=1", OK),
        ("+CPBR=1", OK),
    ],
    "in UCS2": [
        ('+CSCS="UCS2"', OK),
        ('+CPBW=1,"003100310032",129,"041004410442"', OK),
        ("+CPBR=1", ['+CPBR: 1,"003100310032",129,"041004410442"', "OK"]),
        ('+CPBF="0410"', ['+CPBF: 1,"003100310032",129,"041004410442"', "OK"]),
        ('+CPBF="xyz"', ["+CME ERROR: 25"]),
    ],
    "wrong parameters": [
        ("+CPBR=0", ["+CME ERROR: 21"]),
        ("+CPBR=101", ["+CME ERROR: 21"]),
        ("+CPBR=1,101", ["+CME ERROR: 21"]),
        ("+CPBR=", INCORRECT),
        ("+CPBR=x", INCORRECT),
        ("+CPBR=1,2,3", INCORRECT),
        ("+CPBF=", INCORRECT),
        ("+CPBW=", INCORRECT),
        ("+CPBW=101,\"1\"", ["+CME ERROR: 21"]),
        ('+CPBW=1,"123456789012345678901"', ["+CME ERROR: 26"]),
        ('+CPBW=1,"x"', ["+CME ERROR: 27"]),
        ('+CPBW=1,"1",129,"1234567890123456789"', ["+CME ERROR: 24"]),
        ('+CPBW=1,"1",1', INCORRECT),
        ('+CPBW=1,"1",129,"a","b"', INCORRECT),
    ],
    "what nobody writes": [
        ('+CPBS="EN";+CPBR=1,2', ['+CPBR: 1,"112",129,"SOS"', '+CPBR: 2,"911",129,"SOS"', "OK"]),
        ('+CPBW=1,"1"', ["+CME ERROR: 3"]),
        ('+CPBS="DC";+CPBW=1', ["+CME ERROR: 3"]),
    ],
    "a full one": [
        ('+CPBS="ON"', OK),
        *[(f'+CPBW=,"{number}"', OK) for number in (1, 2, 3)],
        ('+CPBW=,"4"', ["+CME ERROR: 20"]),
        ("+CNUM", ['+CNUM: ,"+33639980001",145', *[f'+CNUM: ,"{number}",129' for number in (1, 2, 3)], "OK"]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play([("+CMEE=1", OK), *dialogue])


def test_contacts_stay_with_their_card_and_with_the_modem() -> None:
    bench = Bench()
    bench.at('+CPBW=1,"111";+CPBS="ME";+CPBW=1,"222"')
    bench.reboot()

    play(
        [
            ("E0", ["ATE0\r", "OK"]),
            ("+CPBR=1", ['+CPBR: 1,"111",129,""', "OK"]),
            ('+CPBS="ME";+CPBR=1', ['+CPBR: 1,"222",129,""', "OK"]),
            ("+CPBR", ERROR),
        ],
        bench,
    )


def test_dialled_numbers_are_listed_newest_first() -> None:
    bench = Bench()
    for number in range(12):
        bench.at(f"D{number}00;")
        bench.at("H")

    assert bench.at('+CPBS="DC";+CPBR=1,10')[:2] == ['+CPBR: 1,"1100",129,""', '+CPBR: 2,"1000",129,""']
