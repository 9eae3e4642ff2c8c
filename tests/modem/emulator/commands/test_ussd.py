from __future__ import annotations

from dataclasses import replace

import pytest

from modem.emulator.radio import RadioEvent, UssdAnswered, UssdCancelled, UssdRequest, UssdStatus
from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

DIALOGUES: dict[str, Dialogue] = {
    "forms": [
        ("+CUSD=?", ["+CUSD: (0-2)", "OK"]),
        ("+CUSD?", ["+CUSD: 0", "OK"]),
        ("+CUSD=1", OK),
        ("+CUSD?", ["+CUSD: 1", "OK"]),
        ("+CUSD=2", OK),
        ("+CUSD?", ["+CUSD: 1", "OK"]),
        ("+CUSD=0;+CUSD?", ["+CUSD: 0", "OK"]),
        ("+CUSD=3", ERROR),
        ('+CUSD=1,"*100#",256', ERROR),
        ('+CUSD=1,"*100#",15,1', ERROR),
        ('+CUSD=1,""', ERROR),
        ('+CUSD=1,"xyz",72', ERROR),
        ("+CUSD", ERROR),
    ],
    "without service": [("+CFUN=4;+CMEE=1", OK), ('+CUSD=1,"*100#",15', ["+CME ERROR: 30"])],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def at(bench: Bench, command: str) -> tuple[list[str], list[RadioEvent]]:
    """Return the answer to a command and what the network is told; the network itself stays silent."""
    machine = bench.machines[0]
    machine.receive_data(f"AT{command}\r".encode(), bench.now)
    events = []
    while (event := machine.next_event()) is not None:
        events.append(event)
    return lines(machine.data_to_send()), events


def hear(bench: Bench, status: UssdStatus, text: str | None = None, dcs: int = 15) -> list[str]:
    machine = bench.machines[0]
    machine.handle_service(UssdAnswered(imsi="1", status=status, text=text, dcs=dcs), bench.now)
    return lines(machine.data_to_send())


@pytest.mark.parametrize(
    ("charset", "line", "dcs"),
    [
        ("GSM", "*100#", 15),
        ("IRA", "*100#", 15),
        ("UCS2", "002A0031003000300023", 15),
        ("GSM", "002A0031003000300023", 72),
        ("GSM", "2A31303023", 68),
    ],
)
def test_a_code_goes_out_as_its_coding_and_character_set_say(charset: str, line: str, dcs: int) -> None:
    bench = Bench()
    bench.at(f'+CSCS="{charset}"')

    assert at(bench, f'+CUSD=1,"{line}",{dcs}') == (OK, [UssdRequest(text="*100#")])


@pytest.mark.parametrize(
    ("charset", "dcs", "expected"),
    [
        ("GSM", 15, '+CUSD: 0,"5 \x02",15'),
        ("IRA", 15, '+CUSD: 0,"5 ?",15'),
        ("UCS2", 15, '+CUSD: 0,"0035002000A5",15'),
        ("GSM", 72, '+CUSD: 0,"0035002000A5",72'),
    ],
)
def test_an_answer_is_written_as_its_coding_and_character_set_say(charset: str, dcs: int, expected: str) -> None:
    bench = Bench()
    bench.at(f'+CUSD=1;+CSCS="{charset}"')

    # The yen is 03 and the dollar 02 in the GSM alphabet; a dollar keeps the IRA column honest.
    text = "5 $" if charset == "GSM" and dcs == 15 else "5 ¥"
    assert hear(bench, UssdStatus.DONE, text, dcs) == [expected]


def test_a_menu_is_a_session_until_it_is_answered_or_cancelled() -> None:
    bench = Bench()
    at(bench, '+CUSD=1,"*100#",15')

    assert hear(bench, UssdStatus.ANSWER_WANTED, "1 Balance") == ['+CUSD: 1,"1 Balance",15']
    assert at(bench, '+CUSD=1,"1"') == (OK, [UssdRequest(text="1")])
    assert hear(bench, UssdStatus.ANSWER_WANTED, "Which") == ['+CUSD: 1,"Which",15']
    assert at(bench, "+CUSD=2") == (OK, [UssdCancelled()])
    assert at(bench, "+CUSD=2") == (OK, [])


def test_the_end_of_a_session_needs_no_text() -> None:
    bench = Bench()
    bench.at("+CUSD=1")

    assert hear(bench, UssdStatus.TERMINATED) == ["+CUSD: 2"]
    assert hear(bench, UssdStatus.NOT_SUPPORTED) == ["+CUSD: 4"]


def test_nothing_is_shown_to_a_host_that_wants_nothing() -> None:
    assert hear(Bench(), UssdStatus.DONE, "5.00") == []


def test_a_model_may_pack_its_septets() -> None:
    # "*100#" packed is AA180C3602 (Huawei sticks; 3GPP TS 23.038 6.1.2.3); 1234567 leaves seven bits for a CR.
    bench = Bench(personality=replace(GENERIC.personality, is_ussd_packed=True))
    bench.at("+CUSD=1")

    assert at(bench, '+CUSD=1,"AA180C3602",15') == (OK, [UssdRequest(text="*100#")])
    assert hear(bench, UssdStatus.DONE, "*100#") == ['+CUSD: 0,"AA180C3602",15']
    assert hear(bench, UssdStatus.DONE, "1234567") == ['+CUSD: 0,"31D98C56B3DD1A",15']
    assert at(bench, '+CUSD=1,"31D98C56B3DD1A"') == (OK, [UssdRequest(text="1234567")])
    assert at(bench, '+CUSD=1,"*100#"') == (ERROR, [])
