from __future__ import annotations

import pytest

from tests.modem.emulator.commands.dialogue import ERROR, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "flow control": [
        ("+IFC=?", ["+IFC: (0-2),(0-2)", "OK"]),
        ("+IFC?", ["+IFC: 2,2", "OK"]),
        ("+IFC=0,0;+IFC?", ["+IFC: 0,0", "OK"]),
        ("+IFC=2;+IFC?", ["+IFC: 2,0", "OK"]),
        ("+IFC=3", ERROR),
        ("+IFC=0,0,0", ERROR),
        ("+IFC=a", ERROR),
    ],
    "character frame": [
        ("+ICF=?", ["+ICF: (1-6),(0-3)", "OK"]),
        ("+ICF?", ["+ICF: 3,3", "OK"]),
        ("+ICF=2,1;+ICF?", ["+ICF: 2,1", "OK"]),
        ("+ICF=7", ERROR),
    ],
    "rate": [
        ("+IPR?", ["+IPR: 0", "OK"]),
        ("+IPR=115200;+IPR?", ["+IPR: 115200", "OK"]),
        ("+IPR=115201", ERROR),
        ("&FE0+IPR?", ["+IPR: 0", "OK"]),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_the_rates_are_listed_one_by_one() -> None:
    play([("+IPR=?", ["+IPR: (),(0,1200,2400,4800,9600,19200,38400,57600,115200,230400,460800,921600)", "OK"])])
