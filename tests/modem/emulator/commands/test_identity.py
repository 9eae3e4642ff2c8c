from __future__ import annotations

import pytest

from modem.emulator.numbering import identity
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

WHO = identity(0)


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("+CGMI", WHO.manufacturer),
        ("+GMI", WHO.manufacturer),
        ("+CGMM", WHO.model),
        ("+GMM", WHO.model),
        ("+CGMR", WHO.revision),
        ("+GMR", WHO.revision),
        ("+CGSN", WHO.imei),
        ("+GSN", WHO.imei),
        ("I3", WHO.manufacturer),
        ("I4", WHO.model),
        ("I5", WHO.revision),
    ],
)
def test_a_question_is_answered_with_the_bare_text(command: str, answer: str) -> None:
    play([(command, [answer, "OK"])])


EVERYTHING = ["Manufacturer: gsm-gateway", "Model: Emulated modem", "Revision: EM01.00", f"IMEI: {WHO.imei}"]
DIALOGUES: dict[str, Dialogue] = {
    "all": [("I", [*EVERYTHING, "+GCAP: +CGSM", "OK"]), ("I9", [*EVERYTHING, "+GCAP: +CGSM", "OK"])],
    "unknown part": [("I7", ERROR)],
    "tests": [("+CGMI=?", OK), ("+CGSN=?", OK)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)
