from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "service": [
        ("+CSMS=?", ["+CSMS: (0,1)", "OK"]),
        ("+CSMS?", ["+CSMS: 0,1,1,1", "OK"]),
        ("+CSMS=1", ["+CSMS: 1,1,1", "OK"]),
        ("+CSMS?", ["+CSMS: 1,1,1,1", "OK"]),
        ("+CSMS=2", ["+CMS ERROR: 303"]),
    ],
    "indications as gammu and gnokii set them": [
        ("+CNMI=?", ["+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)", "OK"]),
        ("+CNMI?", ["+CNMI: 0,0,0,0,0", "OK"]),
        ("+CNMI=2,1,0,2,0", OK),
        ("+CNMI?", ["+CNMI: 2,1,0,2,0", "OK"]),
        ("+CNMI=3,1", ["+CMS ERROR: 303"]),
        ("+CNMI=1", OK),
        ("+CNMI?", ["+CNMI: 1,1,0,2,0", "OK"]),
        ("+CNMI=,,,1", OK),
        ("+CNMI?", ["+CNMI: 1,1,0,1,0", "OK"]),
    ],
    "wrong indications": [
        ("+CNMI=2,4", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,1", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,3", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,1,2", ["+CMS ERROR: 303"]),
        ("+CNMI=2,1,0,1,0,0", ["+CMS ERROR: 303"]),
        ("+CNMI?", ["+CNMI: 0,0,0,0,0", "OK"]),
    ],
    "nothing to acknowledge": [
        ("+CNMA=?", ["+CNMA: (0)", "OK"]),
        ("+CNMA", ["+CMS ERROR: 340"]),
        ("+CNMA=0", ["+CMS ERROR: 340"]),
        ("+CNMA=1", ["+CMS ERROR: 303"]),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_going_back_to_service_0_acknowledges_what_waits() -> None:
    bench = Bench()
    bench.at("+CSMS=1;+CNMI=2,2")
    bench.write("+491711234567", "hello")
    bench.write("+491711234567", "again")
    bench.read()

    assert bench.at("+CSMS=0")[:3] == ["+CSMS: 1,1,1", "OK", "+CMT: ,24"]
