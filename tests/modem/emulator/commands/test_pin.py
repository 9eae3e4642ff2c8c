from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

WRONG = ["+CME ERROR: 16"]
INCORRECT = ["+CME ERROR: 50"]
PIN_PLEASE = ["+CME ERROR: 11"]
PUK_PLEASE = ["+CME ERROR: 12"]

DIALOGUES: dict[str, Dialogue] = {
    "a card that asks for nothing": [
        ("+CPIN?", ["+CPIN: READY", "OK"]),
        ("+CPIN=?", OK),
        ('+CPIN="1234"', ["+CME ERROR: 3"]),
        ("+CPIN=", INCORRECT),
        ('+CPIN="1","2","3"', INCORRECT),
    ],
    "locks that can be asked for": [
        ("+CLCK=?", ['+CLCK: ("SC","PN","PU","PP","PC")', "OK"]),
        ('+CLCK="SC",2', ["+CLCK: 0", "OK"]),
        ('+CLCK="PN",2;+CLCK="PU",2;+CLCK="PP",2;+CLCK="PC",2', ["+CLCK: 0"] * 4 + OK),
        ('+CLCK="PN",1,"1234"', ["+CME ERROR: 3"]),
        ('+CLCK="XX",2', INCORRECT),
        ('+CLCK="SC"', INCORRECT),
        ('+CLCK="SC",3', INCORRECT),
        ('+CLCK="SC",2,"1",7,1', INCORRECT),
    ],
    "switching the lock on and off": [
        ('+CLCK="SC",1', INCORRECT),
        ('+CLCK="SC",1,"0000"', WRONG),
        ('+CLCK="SC",1,"1234"', OK),
        ('+CLCK="SC",2', ["+CLCK: 1", "OK"]),
        ("+CPIN?", ["+CPIN: READY", "OK"]),
        ('+CLCK="SC",0,"1234"', OK),
        ('+CLCK="SC",2', ["+CLCK: 0", "OK"]),
    ],
    "changing the PIN": [
        ("+CPWD=?", ['+CPWD: ("SC",8),("P2",8)', "OK"]),
        ('+CPWD="SC","1234","4321"', ["+CME ERROR: 3"]),
        ('+CLCK="SC",1,"1234";+CPWD="SC","1234","4321"', OK),
        ('+CPWD="SC","1234","5555"', WRONG),
        ('+CLCK="SC",0,"4321"', OK),
        ('+CPWD="P2","5678","9999"', OK),
        ('+CPWD="P2","9999","12"', INCORRECT),
        ('+CPWD="SC","1234"', INCORRECT),
        ('+CPWD="XX","1234","4321"', INCORRECT),
    ],
    "counters as ModemManager reads them": [
        ('+CSIM=10,"0020000100"', ['+CSIM: 4,"63C3"', "OK"]),
        ('+CSIM=10,"002C000100"', ['+CSIM: 4,"63CA"', "OK"]),
        ('+CSIM=10,"0020008100"', ['+CSIM: 4,"63C3"', "OK"]),
        ('+CSIM=10,"002C008100"', ['+CSIM: 4,"63CA"', "OK"]),
        ('+CSIM=26,"0020000108' + "30303030" + "FFFFFFFF" + '"', ['+CSIM: 4,"63C2"', "OK"]),
        ('+CSIM=26,"0020000108' + "31323334" + "FFFFFFFF" + '"', ['+CSIM: 4,"9000"', "OK"]),
        ('+CSIM=10,"0020000100"', ['+CSIM: 4,"63C3"', "OK"]),
    ],
    "wrong card commands": [
        ('+CSIM=10,"00200001"', INCORRECT),
        ('+CSIM=12,"0020000100"', INCORRECT),
        ('+CSIM=10,"00200001XY"', INCORRECT),
        ("+CSIM=10", INCORRECT),
        ("+CSIM=?", OK),
        ('+CSIM=10,"00B0000000"', ['+CSIM: 4,"6D00"', "OK"]),
        ('+CSIM=10,"F020000100"', ['+CSIM: 4,"6E00"', "OK"]),
        ('+CSIM=10,"0020001100"', ['+CSIM: 4,"6A88"', "OK"]),
        ('+CSIM=12,"002000010130"', ['+CSIM: 4,"6700"', "OK"]),
    ],
    "tries that are left": [
        ('+CLCK="SC",1,"0000"', WRONG),
        (
            "+CPINR",
            ["+CPINR: SIM PIN,2,3", "+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN2,3,3", "+CPINR: SIM PUK2,10,10", "OK"],
        ),
        ('+CPINR="SIM PIN"', ["+CPINR: SIM PIN,2,3", "OK"]),
        ('+CPINR="X"', INCORRECT),
        ("+CPINR=?", OK),
    ],
}  # fmt: skip


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play([("+CMEE=1", OK), *dialogue])


def locked_bench() -> Bench:
    bench = Bench()
    bench.at('+CLCK="SC",1,"1234"')
    bench.reboot()
    bench.at("E0+CMEE=1")
    return bench


def test_a_locked_card_gives_no_service_until_its_pin_is_entered() -> None:
    bench = locked_bench()

    play(
        [
            ("+CPIN?", ["+CPIN: SIM PIN", "OK"]),
            ("+CREG?", ["+CREG: 0,0", "OK"]),
            ("+CIMI", PIN_PLEASE),
            ("+CNUM", PIN_PLEASE),
            ("+COPS=0", PIN_PLEASE),
            ("+CPBR=1", PIN_PLEASE),
            ("D123;", PIN_PLEASE),
            ('+CUSD=1,"*100#"', PIN_PLEASE),
            ("+CRSM=176,28589,0,0,4", PIN_PLEASE),
            ("+CMGS=18", ["+CMS ERROR: 311"]),
            ("+CMGL=4", ["+CMS ERROR: 311"]),
            ("+CPMS?", ["+CMS ERROR: 311"]),
            ("+CSCA?", PIN_PLEASE),
            ("+CGSN", [bench.equipment().identity.imei, "OK"]),
            ("+CRSM=176,12258,0,0,10", ['+CRSM: 144,0,"983310000000000010F0"', "OK"]),
            ('+CPIN="12"', INCORRECT),
            ("+CPIN=1234", OK),
            ("+CPIN?", ["+CPIN: READY", "OK"]),
            ("+CREG?", ["+CREG: 0,1", "OK"]),
        ],
        bench,
    )


def test_three_wrong_pins_want_the_puk() -> None:
    play(
        [
            ('+CPIN="0000"', WRONG),
            ('+CPIN="0000"', WRONG),
            ('+CSIM=10,"0020000100"', ['+CSIM: 4,"63C1"', "OK"]),
            ('+CPIN="0000"', WRONG),
            ("+CPIN?", ["+CPIN: SIM PUK", "OK"]),
            ('+CPIN="1234"', PUK_PLEASE),
            ("+CIMI", PUK_PLEASE),
            ("+CMGS=18", ["+CMS ERROR: 316"]),
            ('+CPIN="11111111","4321"', WRONG),
            ('+CPINR="SIM PUK"', ["+CPINR: SIM PUK,9,10", "OK"]),
            ('+CPIN="1234567","4321"', INCORRECT),
            ('+CPIN="12345678","4321"', OK),
            ("+CPIN?", ["+CPIN: READY", "OK"]),
            ("+CREG?", ["+CREG: 0,1", "OK"]),
        ],
        locked_bench(),
    )


def test_ten_wrong_puks_kill_the_card() -> None:
    bench = locked_bench()
    for _ in range(3):
        bench.at('+CPIN="0000"')
    for _ in range(10):
        assert bench.at('+CPIN="11111111","4321"') == WRONG

    play([("+CPIN?", ["+CME ERROR: 13"]), ("+CIMI", ["+CME ERROR: 13"]), ("+CMGL=4", ["+CMS ERROR: 313"])], bench)


def test_without_a_card_everything_about_it_says_so() -> None:
    bench = Bench()
    bench.equipment().eject()

    play(
        [
            ("+CPIN?", ERROR),
            ("+CMEE=1", OK),
            ("+CPIN?", ["+CME ERROR: 10"]),
            ("+CIMI", ["+CME ERROR: 10"]),
            ("+CCID", ["+CME ERROR: 10"]),
            ("+CMGL=4", ["+CMS ERROR: 310"]),
            ("+CREG?", ["+CREG: 0,0", "OK"]),
            ("+CMEE=2;+CPIN?", ["+CME ERROR: SIM not inserted"]),
        ],
        bench,
    )
    bench.equipment().insert(bench.equipment().sim)
    play([("+CPIN?;+CREG?", ["+CPIN: READY", "+CREG: 0,2", "OK"]), ("+CREG?", ["+CREG: 0,1", "OK"])], bench)


def test_a_card_that_is_still_starting_is_busy() -> None:
    bench = Bench()
    bench.equipment().card_busy_until = 5.0

    play([("+CMEE=1", OK), ("+CPIN?", ["+CME ERROR: 14"]), ("+CMGL=4", ["+CMS ERROR: 314"])], bench)
    bench.wait(6)
    play([("+CPIN?", ["+CPIN: READY", "OK"])], bench)
