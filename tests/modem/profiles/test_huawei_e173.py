"""Huawei E173 class: dialogues of gammu and chan_dongle, and what the traced sticks said."""

from __future__ import annotations

import pytest

from modem.profiles.huawei_e173 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, Dialogue, play

PERSON = "+491711234567"

DIALOGUES: dict[str, Dialogue] = {
    # Gammu 1.42 atgen.c: what it says when +CGMI holds "huawei".
    "gammu": [("+CGMI", ["huawei", "OK"]), ("^CURC=0", OK), ("+CFUN=1", OK), ("^PORTSEL=1", OK)],
    # chan_dongle at_command.c, its start in order; most refusals make it give the device up.
    "chan_dongle": [
        ("", OK),
        ("Z", OK),
        ("E0", ["ATE0\r", "OK"]),
        ("^U2DIAG=0", OK),
        ("+CGMI", ["huawei", "OK"]),
        ("+CGMM", ["E173", "OK"]),
        ("+CGMR", ["11.126.85.00.00", "OK"]),  # gammu/wammu#44
        ("+CMEE=0", OK),
        ("+CPIN?", ["+CPIN: READY", "OK"]),
        ("+COPS=0,0", OK),
        ("+CREG=2", OK),
        ("+CREG?", ["+CREG: 2,1,A1,10B3", "OK"]),
        ("^CVOICE?", ["^CVOICE:0,8000,16,20", "OK"]),
        ("+CMGF=0", OK),
        ('+CPMS="SM","SM","SM"', ["+CPMS: 0,30,0,30,0,30", "OK"]),
        ("+CNMI=2,1,0,2,0", OK),
        ("+CSQ", ["+CSQ: 21,0", "OK"]),
    ],
    "memories of gammu/gammu#126": [('+CPMS="ME","ME"', ["+CPMS: 0,23,0,23,0,30", "OK"])],
    "words of its own": [
        ("+ABCD?", ["COMMAND NOT SUPPORT"]),
        ("+CEREG?", ["COMMAND NOT SUPPORT"]),
        ("+CMGF=0,1", ["TOO MANY PARAMETERS"]),
        ("+CMGR=0", OK),
    ],
    "tries of ModemManager's huawei plugin": [("^CPIN?", ["^CPIN:READY,,10,3,10,3", "OK"])],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue, Bench(personality=PROFILE.personality))


def test_it_says_boot_every_20_seconds_until_it_is_told_to_be_quiet() -> None:
    """gammu/gammu#138: 21:10:20 "^BOOT:35323129,0,0,0,26", and again."""
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.wait(100)
    said = lines(bench.read())
    assert said.count("^BOOT:35323129,0,0,0,26") == 5
    assert "^RSSI:18" in said

    bench.at("^CURC=0")
    bench.wait(100)
    assert bench.read() == b""
    bench.at("^CURC=1")
    bench.wait(20)
    assert bench.read() != b""


def test_a_registration_is_told_without_quotation_marks() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.at("+CREG=2;+CFUN=0")
    bench.read()

    assert "+CREG: 1,A1,10B3" in lines(bench.type(b"AT+CFUN=1\r")) + lines(bench.read())


def test_a_full_memory_is_told_and_nothing_is_announced_until_there_is_room() -> None:
    """wdoekes/asterisk-chan-dongle#47; MU509 manual 6.21."""
    bench = Bench(personality=PROFILE.personality, sim_capacity=1)
    bench.at("+CNMI=1,1")
    bench.write(PERSON, "one")
    assert lines(bench.read()) == ['+CMTI: "SM",0']
    bench.write(PERSON, "two")
    assert lines(bench.read()) == ['^SMMEMFULL:"SM"']

    said = bench.at("+CMGD=0")
    bench.wait(3600)
    assert '+CMTI: "SM",0' in said + lines(bench.read())


def test_a_stick_that_starts_is_busy_with_its_card() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.machines[0].power_off()
    bench.read()
    bench.machines[0].power_on(bench.now)
    bench.wait(4)

    assert lines(bench.type(b"ATE0;+CMEE=1\r"))[-1] == "OK"
    play([("+CIMI", ["+CME ERROR: 14"]), ("+CMGL=4", ["+CMS ERROR: 314"]), ("+CSQ", ["+CSQ: 21,0", "OK"])], bench)
    bench.wait(4)
    assert lines(bench.read()) == ["^SRVST:2", "^MODE:5,4"]
