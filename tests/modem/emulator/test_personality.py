"""What a personality changes in the answers of a machine; the facts are those of the models' own files."""

from __future__ import annotations

import pytest

from modem.profile import Personality
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, play

PERSON = "+491711234567"


def test_ranges_are_those_of_the_model_in_the_question_and_in_the_check() -> None:
    # Cinterion MC75i: bfr only 1 (gammu/gammu#1207).
    bench = Bench(personality=Personality(cnmi=((0, 1, 2), (0, 1), (0, 2, 3), (0, 2), (1,))))

    play([("+CNMI=?", ["+CNMI: (0-2),(0,1),(0,2,3),(0,2),(1)", "OK"]), ("+CNMI=2,1,0,2,1", OK)], bench)
    play([("+CNMI=2,1,0,2,0", ["+CMS ERROR: 303"]), ("+CNMI=2,2", ["+CMS ERROR: 303"])], bench)


def test_memories_are_those_of_the_model() -> None:
    bench = Bench(personality=Personality(memories=(("ME",), ("ME",), ("SM", "ME")), flash_slots=255))

    play([("+CPMS=?", ['+CPMS: ("ME"),("ME"),("SM","ME")', "OK"]), ('+CPMS="SM"', ["+CMS ERROR: 302"])], bench)
    play([('+CPMS="ME","ME","ME"', ["+CPMS: 0,255,0,255,0,255", "OK"])], bench)


def test_slots_are_counted_from_zero_where_the_model_does() -> None:
    bench = Bench(personality=Personality(first_index=0))
    play([("+CNMI=2,1", OK)], bench)
    bench.write(PERSON, "hello")

    assert bench.read() == b'\r\n+CMTI: "SM",0\r\n'
    assert bench.at("+CMGR=0")[0] == "+CMGR: 0,,24"
    play([("+CMGD=?", ["+CMGD: (0),(0-4)", "OK"]), ("+CMGD=0", OK), ("+CMGD=30", ["+CMS ERROR: 321"])], bench)


@pytest.mark.parametrize(
    ("empty_slot", "answer"),
    [("", OK), ("+CMS ERROR: 500", ["+CMS ERROR: 500"]), ("+CMGR: 0,,0", ["+CMGR: 0,,0", "OK"])],
    ids=["Quectel, SIMCom, Huawei", "ZTE, Qualcomm", "Siemens TC35"],
)
def test_an_empty_slot_reads_as_the_model_says(empty_slot: str, answer: list[str]) -> None:
    play([("+CMGR=1", answer)], Bench(personality=Personality(empty_slot=empty_slot)))


def test_vendor_commands_have_the_answers_of_the_model() -> None:
    huawei = Personality(answers={"^CURC=0": (), "^HCSQ?": ('^HCSQ:"WCDMA",30,30,58',), "^RFSWITCH=": ()})

    play(
        [
            ("^CURC=0", OK),
            ("^CURC=1", ERROR),
            ("^HCSQ?", ['^HCSQ:"WCDMA",30,30,58', "OK"]),
            ("^RFSWITCH=1,1", OK),
            ("+CMEE=1;^CURC=0;+CMEE?", ["+CMEE: 1", "OK"]),
        ],
        Bench(personality=huawei),
    )


def test_an_unknown_command_is_refused_in_the_words_of_the_model() -> None:
    huawei = Personality(unknown_command="COMMAND NOT SUPPORT", missing=frozenset({"+CCID"}))

    play([("+ABC?", ["COMMAND NOT SUPPORT"]), ("+CCID", ["COMMAND NOT SUPPORT"])], Bench(personality=huawei))
    play([("+CMEE=1", OK), ("+ABC?", ["+CME ERROR: 4"])])
