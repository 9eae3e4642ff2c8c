from __future__ import annotations

import pytest

from modem.emulator.numbering import identity
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

WHO = identity(0)
ICCID_FILE = "983310000000000010F0"

DIALOGUES: dict[str, Dialogue] = {
    "imsi": [("+CIMI", [WHO.imsi, "OK"]), ("+CIMI=?", OK)],
    "iccid": [("+CCID", [f"+CCID: {WHO.iccid}", "OK"]), ("+ICCID?", [f"+ICCID: {WHO.iccid}", "OK"])],
    "pin": [("+CPIN?", ["+CPIN: READY", "OK"]), ("+CMEE=1", OK), ('+CPIN="1234"', ["+CME ERROR: 3"])],
    "lock": [('+CLCK="SC",2', ["+CLCK: 0", "OK"]), ('+CLCK="SC",1,"1234"', ERROR), ('+CLCK="PN",2', ERROR)],
    "own number": [("+CNUM", [f'+CNUM: ,"{WHO.number}",145', "OK"])],
    "own number in UCS2": [
        ('+CSCS="UCS2"', OK),
        ("+CNUM", [f'+CNUM: ,"{WHO.number.encode("utf-16-be").hex().upper()}",145', "OK"]),
    ],
    "ICCID as ModemManager reads it": [("+CRSM=176,12258,0,0,10", [f'+CRSM: 144,0,"{ICCID_FILE}"', "OK"])],
    "part of a file": [("+CRSM=176,12258,0,2,3", [f'+CRSM: 144,0,"{ICCID_FILE[4:10]}"', "OK"])],
    "a whole file by length 0": [("+CRSM=176,12258,0,0,0", [f'+CRSM: 144,0,"{ICCID_FILE}"', "OK"])],
    "beyond the end": [("+CRSM=176,12258,0,0,11", ["+CRSM: 103,0", "OK"])],
    "unknown file": [("+CRSM=176,28486,0,0,17", ["+CRSM: 106,130", "OK"])],
    "writing a file": [('+CRSM=214,12258,0,0,1,"00"', ["+CRSM: 109,0", "OK"])],
    "no such file command": [("+CRSM=1,12258", ERROR), ("+CRSM=176", ERROR)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)
