from __future__ import annotations

import pytest

from modem.emulator.numbering import identity
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

WHO = identity(0)
ICCID_FILE = "983310000000000010F0"

DIALOGUES: dict[str, Dialogue] = {
    "imsi": [("+CIMI", [WHO.imsi, "OK"]), ("+CIMI=?", OK)],
    "iccid by other names": [(f"+{name}", [f"+{name}: {WHO.iccid}", "OK"]) for name in ("QCCID", "CICCID")],
    "iccid": [("+CCID", [f"+CCID: {WHO.iccid}", "OK"]), ("+ICCID?", [f"+ICCID: {WHO.iccid}", "OK"])],
    "own number": [("+CNUM", [f'+CNUM: ,"{WHO.number}",145', "OK"])],
    "own number in UCS2": [
        ('+CSCS="UCS2"', OK),
        ("+CNUM", [f'+CNUM: ,"{WHO.number.encode("utf-16-be").hex().upper()}",145', "OK"]),
    ],
    "ICCID as ModemManager reads it": [("+CRSM=176,12258,0,0,10", [f'+CRSM: 144,0,"{ICCID_FILE}"', "OK"])],
    "part of a file": [("+CRSM=176,12258,0,2,3", [f'+CRSM: 144,0,"{ICCID_FILE[4:10]}"', "OK"])],
    "a whole file by length 0": [("+CRSM=176,12258,0,0,0", [f'+CRSM: 144,0,"{ICCID_FILE}"', "OK"])],
    "beyond the end": [("+CRSM=176,12258,0,0,11", ["+CRSM: 103,0", "OK"])],
    "unknown file": [("+CRSM=176,28999,0,0,17", ["+CRSM: 106,130", "OK"])],
    "writing a file": [('+CRSM=214,12258,0,0,1,"00"', ["+CRSM: 105,130", "OK"])],
    "the files ModemManager reads": [
        ("+CRSM=176,28589,0,0,4", ['+CRSM: 144,0,"00000002"', "OK"]),
        ("+CRSM=176,28486,0,0,17", ['+CRSM: 144,0,"01456D756C61746564FFFFFFFFFFFFFFFF"', "OK"]),
        ("+CRSM=176,28599,0,0,15", ['+CRSM: 144,0,"11F2FF19F1FFFFFFFFFFFFFFFFFFFF"', "OK"]),
        ("+CRSM=176,28478,0,0,0", ['+CRSM: 144,0,"FFFFFFFF"', "OK"]),
        ("+CRSM=176,28479,0,0,0", ['+CRSM: 144,0,"FFFFFFFF"', "OK"]),
    ],
    "records": [
        ("+CRSM=178,28480,1,4,32", [f'+CRSM: 144,0,"{"FF" * 18}07913336990800F1{"FF" * 6}"', "OK"]),
        ("+CRSM=178,28480,2,4,32", ["+CRSM: 106,131", "OK"]),
        ("+CRSM=176,28480,0,0,0", ["+CRSM: 105,129", "OK"]),
        ("+CRSM=178,12258,1,4,10", ["+CRSM: 105,129", "OK"]),
        ("+CRSM=176,12258,1,0,1", ["+CRSM: 107,0", "OK"]),
    ],
    "what a file is": [("+CRSM=192,12258,0,0,15", ['+CRSM: 144,0,"0000000A2FE204001FFFFF01020000"', "OK"])],
    "the state of the card": [("+CRSM=242", ["+CRSM: 144,0", "OK"])],
    "no such file command": [("+CRSM=1,12258", ERROR), ("+CRSM=176", ERROR)],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)
