from __future__ import annotations

import pytest

from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "attachment": [
        ("+CGATT=?", ["+CGATT: (0,1)", "OK"]),
        ("+CGATT?", ["+CGATT: 1", "OK"]),
        ("+CGATT=0;+CGATT?", ["+CGATT: 0", "OK"]),
        ("+CGATT=1;+CGATT?", ["+CGATT: 1", "OK"]),
        ("+CGATT=2", ERROR),
        ("+CGATT=1,1", ERROR),
    ],
    "without the radio": [
        ("+CFUN=4;+CMEE=1", OK),
        ("+CGATT?", ["+CGATT: 0", "OK"]),
        ("+CGATT=1", ["+CME ERROR: 30"]),
        ('+CGDCONT=1;+CGDCONT=1,"IP"', OK),
        ("+CGACT=1,1", ["+CME ERROR: 30"]),
    ],
    "contexts": [
        ("+CGDCONT=?", [f'+CGDCONT: (1-16),"{kind}",,,(0,1),(0,1)' for kind in ("IP", "IPV6", "IPV4V6")] + OK),
        ("+CGDCONT?", ['+CGDCONT: 1,"IP","","",0,0', "OK"]),
        ("+CGDCONT=1;+CGDCONT?", OK),
        ('+CGDCONT=1,"IP","internet"', OK),
        ('+CGDCONT=2,"ipv6","ims",,1,0', OK),
        ("+CGDCONT?", ['+CGDCONT: 1,"IP","internet","",0,0', '+CGDCONT: 2,"IPV6","ims","",1,0', "OK"]),
        ("+CGDCONT=2", OK),
        ("+CGDCONT?", ['+CGDCONT: 1,"IP","internet","",0,0', "OK"]),
        ('+CGDCONT=17,"IP"', ERROR),
        ('+CGDCONT=1,"X25"', ERROR),
        ('+CGDCONT=1,"IP","a","",2', ERROR),
        ('+CGDCONT=1,"IP","a","",0,0,0', ERROR),
        ("+CGDCONT=", ERROR),
    ],
    "active contexts": [
        ("+CGACT=?", ["+CGACT: (0,1)", "OK"]),
        ("+CGACT?", ["+CGACT: 1,0", "OK"]),
        ("+CGDCONT=1;+CGACT?", OK),
        ("+CGACT=1,1", ERROR),
        ('+CGDCONT=1,"IP","internet";+CGDCONT=3,"IP"', OK),
        ("+CGACT=1,1", OK),
        ("+CGACT?", ["+CGACT: 1,1", "+CGACT: 3,0", "OK"]),
        ("+CGPADDR", ['+CGPADDR: 1,"192.0.2.1"', '+CGPADDR: 3,""', "OK"]),
        ("+CGPADDR=1", ['+CGPADDR: 1,"192.0.2.1"', "OK"]),
        ("+CGACT=0", OK),
        ("+CGACT?", ["+CGACT: 1,0", "+CGACT: 3,0", "OK"]),
        ("+CGACT=1;+CGATT=0;+CGACT?", ["+CGACT: 1,0", "+CGACT: 3,0", "OK"]),
        ("+CGACT=2,1", ERROR),
    ],
    "events and class": [
        ("+CGEREP=?", ["+CGEREP: (0-2),(0,1)", "OK"]),
        ("+CGEREP=2,1;+CGEREP?", ["+CGEREP: 2,1", "OK"]),
        ("+CGEREP=3", ERROR),
        ("+CGCLASS=?", ['+CGCLASS: ("A","B","CG")', "OK"]),
        ('+CGCLASS="B";+CGCLASS?', ['+CGCLASS: "B"', "OK"]),
        ('+CGCLASS="Z"', ERROR),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)
