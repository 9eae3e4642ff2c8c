from __future__ import annotations

import pytest

from modem.emulator.radio import CallCleared, Registered, Registration, Ringing, SignalChanged
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

PERSON = "+491711234567"

DIALOGUES: dict[str, Dialogue] = {
    "what they are": [
        (
            "+CIND=?",
            [
                '+CIND: ("battchg",(0-5)),("signal",(0-5)),("service",(0,1)),("message",(0,1)),("call",(0,1)),'
                '("roam",(0,1)),("smsfull",(0,1))',
                "OK",
            ],
        ),
        ("+CIND?", ["+CIND: 5,4,1,0,0,0,0", "OK"]),
        ("+CFUN=4;+CIND?", ["+CIND: 5,0,0,0,0,0,0", "OK"]),
    ],
    "choosing": [
        ("+CIND=1,1,0", OK),
        ("+CIND=", OK),
        ("+CIND=2", ERROR),
        ("+CIND=1,1,1,1,1,1,1,1", ERROR),
        ("+CIND", ERROR),
    ],
    "reports": [
        ("+CMER=?", ["+CMER: (0,3),(0),(0),(0,1),(0,1)", "OK"]),
        ("+CMER?", ["+CMER: 0,0,0,0,0", "OK"]),
        ("+CMER=3,0,0,1", OK),
        ("+CMER?", ["+CMER: 3,0,0,1,0", "OK"]),
        ("+CMER=1", ERROR),
        ("+CMER=3,1", ERROR),
        ("+CMER=3,0,0,1,0,0", ERROR),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def heard(bench: Bench) -> list[str]:
    return lines(bench.machines[0].data_to_send())


def test_changes_are_told_with_the_number_of_the_indicator() -> None:
    bench = Bench(sim_capacity=1)
    machine = bench.machines[0]
    bench.at("+CMER=3,0,0,1")

    machine.handle_service(SignalChanged(imsi="1", rssi=2), 0.0)
    assert heard(bench) == ["+CIEV: 2,1"]
    machine.handle_registration(Registered(imsi="1", registration=Registration.ROAMING))
    assert heard(bench) == ["+CIEV: 6,1"]
    machine.handle_service(Ringing(imsi="1", number=PERSON), 0.0)
    assert heard(bench) == ["RING"]
    assert bench.at("A") == ["OK", "+CIEV: 5,1"]
    machine.handle_service(CallCleared(imsi="1"), 0.0)
    assert heard(bench) == ["NO CARRIER", "+CIEV: 5,0"]
    bench.write(PERSON, "hello")
    assert lines(bench.read()) == ["+CIEV: 4,1", "+CIEV: 7,1"]
    assert bench.at("+CMGR=1")[-2:] == ["OK", "+CIEV: 4,0"]
    assert bench.at("+CMGD=1") == ["OK", "+CIEV: 7,0"]


def test_an_indicator_that_is_switched_off_is_silent() -> None:
    bench = Bench()
    bench.at("+CMER=3,0,0,1;+CIND=1,0")

    bench.machines[0].handle_service(SignalChanged(imsi="1", rssi=2), 0.0)
    assert heard(bench) == []
    bench.machines[0].handle_registration(Registered(imsi="1", registration=Registration.ROAMING))
    assert heard(bench) == ["+CIEV: 6,1"]


def test_nothing_is_told_unless_it_was_asked_for() -> None:
    bench = Bench()
    bench.machines[0].handle_service(SignalChanged(imsi="1", rssi=2), 0.0)

    assert heard(bench) == []
