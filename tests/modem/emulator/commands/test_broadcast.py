from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

# Serial 0010, identifier 4370, default alphabet in English, page 1 of 1 (TS 23.041 9.4.1.2); then 93 septets, "hello"
# and carriage returns to the end (TS 23.038 6.1.2.2): eight of these fill seven octets.
PAGE = bytes.fromhex("001011120111" + "E8329BFD6E34" + "1A8D46A3D16834" * 10 + "1A8D46A3D100")
DIALOGUES: dict[str, Dialogue] = {
    "what is taken": [
        ("+CSCB=?", ["+CSCB: (0,1)", "OK"]),
        ("+CSCB?", ['+CSCB: 0,"",""', "OK"]),
        ('+CSCB=0,"0,1,5,320-478","0-3"', OK),
        ("+CSCB?", ['+CSCB: 0,"0,1,5,320-478","0-3"', "OK"]),
        ('+CSCB=1,"5,400-478"', OK),
        ("+CSCB?", ['+CSCB: 0,"0-1,320-399","0-3"', "OK"]),
        ("+CSCB=0;+CSCB?", ['+CSCB: 0,"",""', "OK"]),
        ('+CSCB=0,"5-1"', ERROR),
        ('+CSCB=0,"65536"', ERROR),
        ('+CSCB=0,"1","256"', ERROR),
        ('+CSCB=0,"x"', ERROR),
        ("+CSCB=2", ERROR),
        ('+CSCB=0,"1","1","1"', ERROR),
        ("+CSCB", ERROR),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def hear(bench: Bench, page: bytes) -> list[str]:
    bench.machines[0].handle_broadcast(page, bench.now)
    return lines(bench.machines[0].data_to_send())


def test_a_page_that_is_wanted_is_routed() -> None:
    bench = Bench()
    bench.at('+CNMI=2,1,2;+CSCB=0,"4370"')

    assert hear(bench, PAGE) == ["+CBM: 88", PAGE.hex().upper()]


def test_a_page_of_text_mode_is_a_text() -> None:
    bench = Bench()
    bench.at('+CMGF=1;+CNMI=2,1,2;+CSCB=0,"4370"')

    assert hear(bench, PAGE) == ["+CBM: 16,4370,1,1,1", "hello"]


@pytest.mark.parametrize(
    "setting", ['+CNMI=2,1,0;+CSCB=0,"4370"', '+CNMI=2,1,2;+CSCB=0,"1"', '+CNMI=2,1,2;+CSCB=0,"4370","5"']
)
def test_a_page_that_nobody_wants_is_dropped(setting: str) -> None:
    bench = Bench()
    bench.at(setting)

    assert hear(bench, PAGE) == []


def test_a_page_has_88_octets() -> None:
    with pytest.raises(ValueError, match="88"):
        hear(Bench(), PAGE[:-1])
