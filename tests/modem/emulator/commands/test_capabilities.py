from __future__ import annotations

from dataclasses import replace

import pytest

from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "what it can do": [("+GCAP", ["+GCAP: +CGSM,+DS,+ES", "OK"]), ("+GCAP=?", OK), ("+GCAP?", ERROR)],
    "kind of network": [
        ("+WS46=?", ["+WS46: (12,22,25,28,29)", "OK"]),
        ("+WS46?", ["+WS46: 25", "OK"]),
        ("+WS46=28;+WS46?", ["+WS46: 28", "OK"]),
        ("+WS46=13", ERROR),
    ],
    "bearer of messages": [
        ("+CGSMS=?", ["+CGSMS: (0-3)", "OK"]),
        ("+CGSMS?", ["+CGSMS: 3", "OK"]),
        ("+CGSMS=1;+CGSMS?", ["+CGSMS: 1", "OK"]),
        ("+CGSMS=4", ERROR),
    ],
    "mode of operation": [("+CEMODE?", ["+CEMODE: 2", "OK"]), ("+CEMODE=9", ERROR)],
    "preferred operators": [
        ("+CPLS=0", OK),
        ("+CPLS=3", ERROR),
        ("+CPOL=?", ["+CPOL: (1-20),(0-2)", "OK"]),
        ("+CPOL=,2", OK),
        ("+CPOL?", OK),
        ("+CPOL=1", OK),
        ("+CPOL=21", ERROR),
        ("+CPOL=", ERROR),
    ],
    "battery": [("+CBC", ["+CBC: 0,95", "OK"]), ("+CBC=?", ["+CBC: (0-3),(0-100)", "OK"]), ("+CBC?", ERROR)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_every_command_is_named_one_a_line() -> None:
    named = Bench().at("+CLAC")

    assert named[-1] == "OK"
    assert {"+CMGS", "+CSCS", "+CLAC", "E", "&F"} <= set(named)
    assert len(named) == len(set(named))
    assert Bench().at("+CLAC=?") == OK


def test_what_a_model_lacks_is_not_named_and_what_its_maker_adds_is() -> None:
    answers = {"^CVOICE?": ("^CVOICE: 0",), "^CURC=0": ()}
    personality = replace(
        GENERIC.personality,
        missing=frozenset({"+CSCS"}),
        answers=answers,
        aliases={"+CMGDA=6": "+CMGD=1,4"},
        restarts=frozenset({"^RESET"}),
        switches_off={"^SMSO": "^SHUTDOWN"},
    )
    bench = Bench(personality=personality)

    named = bench.at("+CLAC")
    assert "+CSCS" not in named
    assert {"^CVOICE", "^CURC", "+CMGDA", "^RESET", "^SMSO"} <= set(named)
