from __future__ import annotations

import pytest

from modem.emulator.numbering import identity
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

WHO = identity(0)
MODEL = GENERIC.personality


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("+CGMI", MODEL.manufacturer),
        ("+GMI", MODEL.manufacturer),
        ("+CGMM", MODEL.model),
        ("+GMM", MODEL.model),
        ("+CGMR", MODEL.revision),
        ("+GMR", MODEL.revision),
        ("+CGSN", WHO.imei),
        ("+GSN", WHO.imei),
        ("I3", MODEL.manufacturer),
        ("I4", MODEL.model),
        ("I5", MODEL.revision),
    ],
)
def test_a_question_is_answered_with_the_bare_text(command: str, answer: str) -> None:
    play([(command, [answer, "OK"])])


GCAP = "+GCAP: +CGSM,+DS,+ES"
EVERYTHING = ["Manufacturer: gsm-gateway", "Model: Emulated modem", "Revision: EM01.00", f"IMEI: {WHO.imei}"]
DIALOGUES: dict[str, Dialogue] = {
    "all": [("I", [*EVERYTHING, GCAP, "OK"]), ("I9", [*EVERYTHING, GCAP, "OK"])],
    "unknown part": [("I7", ERROR)],
    "serial number by kind": [
        ("+CGSN=0", [WHO.imei, "OK"]),
        ("+CGSN=1", [f'+CGSN: "{WHO.imei}"', "OK"]),
        ("+CGSN=2", ERROR),
    ],
    "tests": [("+CGMI=?", OK), ("+CGSN=?", OK)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)
