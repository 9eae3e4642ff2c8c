from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, Dialogue, play

PERSON = "+491711234567"
STAMP = '"24/05/01,12:00:00+00"'
UNSENT = "0001000C91947111325476000005E8329BFD06"


@pytest.fixture
def bench() -> Bench:
    """A modem with two messages in its SIM."""
    bench = Bench()
    bench.write(PERSON, "hello")
    bench.write(PERSON, "привет")
    bench.read()
    return bench


def pdu_of(bench: Bench, index: int) -> str:
    return bench.at(f"+CMGR={index}")[1]


def test_reading_marks_a_message_read(bench: Bench) -> None:
    assert bench.at("+CMGR=1")[0] == "+CMGR: 0,,24"
    assert bench.at("+CMGR=1")[0] == "+CMGR: 1,,24"


def test_listing_shows_a_selection_and_marks_it_read(bench: Bench) -> None:
    first = pdu_of(bench, 1)

    assert bench.at("+CMGL=1") == ["+CMGL: 1,1,,24", first, "OK"]
    assert bench.at("+CMGL")[0] == "+CMGL: 2,0,,31"
    assert bench.at("+CMGL=0") == OK
    assert [line for line in bench.at("+CMGL=4") if line.startswith("+CMGL")] == ["+CMGL: 1,1,,24", "+CMGL: 2,1,,31"]


def test_listing_in_text_mode(bench: Bench) -> None:
    bench.at("+CMGF=1")

    assert bench.at('+CMGL="ALL"') == [
        f'+CMGL: 1,"REC UNREAD","{PERSON}",,{STAMP}',
        "hello",
        f'+CMGL: 2,"REC UNREAD","{PERSON}",,{STAMP}',
        "043F04400438043204350442",
        "OK",
    ]
    assert bench.at("+CMGL") == OK


def test_deleting_empties_a_slot(bench: Bench) -> None:
    play(
        [
            ("+CMGD=?", ["+CMGD: (1,2),(0-4)", "OK"]),
            ("+CMGD=1", OK),
            ("+CMGD=?", ["+CMGD: (2),(0-4)", "OK"]),
            ("+CMGD=1", OK),
            ("+CMGR=1", ["+CMS ERROR: 321"]),
            ("+CPMS?", ['+CPMS: "SM",1,30,"SM",1,30,"SM",1,30', "OK"]),
        ],
        bench,
    )


def test_deleting_by_flag_spares_what_is_unread(bench: Bench) -> None:
    bench.at("+CMGR=1")
    bench.at("+CMGD=1,3")

    assert bench.at("+CMGD=?") == ["+CMGD: (2),(0-4)", "OK"]
    bench.at("+CMGD=1,4")
    assert bench.at("+CMGD=?") == ["+CMGD: (),(0-4)", "OK"]


DIALOGUES: dict[str, Dialogue] = {
    "forms": [
        ("+CMGL=?", ["+CMGL: (0-4)", "OK"]),
        ("+CMGF=1;+CMGL=?", ['+CMGL: ("REC UNREAD","REC READ","STO UNSENT","STO SENT","ALL")', "OK"]),
    ],
    "an empty memory": [("+CMGL=4", OK), ("+CMGR=1", ["+CMS ERROR: 321"]), ("+CMGD=1,4", OK)],
    "wrong parameters": [
        ("+CMGR=x", ["+CMS ERROR: 304"]),
        ("+CMGR=", ["+CMS ERROR: 304"]),
        ("+CMGL=5", ["+CMS ERROR: 304"]),
        ("+CMGD=0", ["+CMS ERROR: 321"]),
        ("+CMGD=31", ["+CMS ERROR: 321"]),
        ("+CMGD=1,5", ["+CMS ERROR: 304"]),
        ("+CMGF=1", OK),
        ('+CMGL="SOME"', ["+CMS ERROR: 305"]),
        ('+CMGW="123",1', ["+CMS ERROR: 305"]),
        ('+CMGW="123",129,"REC READ"', ["+CMS ERROR: 305"]),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_a_message_is_written_to_memory_and_sent_from_there() -> None:
    bench = Bench()

    assert bench.type(b"AT+CMGW=18\r") == b"\r\n> "
    assert lines(bench.type(UNSENT.encode() + b"\x1a")) == ["+CMGW: 1", "OK"]
    assert bench.at("+CMGR=1") == ["+CMGR: 2,,18", UNSENT, "OK"]
    assert bench.at("+CMSS=1") == ["+CMSS: 0", "OK"]
    assert bench.at("+CMGR=1")[0] == "+CMGR: 3,,18"
    assert bench.shown(PERSON) == ["hello"]


def test_a_written_message_can_be_given_as_received(bench: Bench) -> None:
    received = pdu_of(bench, 1)
    bench.type(b"AT+CMGW=24,1\r")

    assert lines(bench.type(received.encode() + b"\x1a")) == ["+CMGW: 3", "OK"]
    assert bench.at("+CMGR=3") == ["+CMGR: 1,,24", received, "OK"]


def test_a_text_is_written_to_memory() -> None:
    bench = Bench()
    bench.at("+CMGF=1")
    bench.type(b'AT+CMGW="%s",145,"STO SENT"\r' % PERSON.encode())

    assert lines(bench.type(b"hello\x1a")) == ["+CMGW: 1", "OK"]
    assert bench.at("+CMGR=1") == [f'+CMGR: "STO SENT","{PERSON}",', "hello", "OK"]
    assert bench.at('+CMGL="STO SENT"')[0] == f'+CMGL: 1,"STO SENT","{PERSON}",,'


def test_escape_writes_nothing() -> None:
    bench = Bench()
    bench.type(b"AT+CMGW=18\r")

    assert lines(bench.type(UNSENT.encode() + b"\x1b")) == OK
    bench.at("+CMGF=1")
    bench.type(b'AT+CMGW="123"\r')
    assert lines(bench.type(b"hello\x1b")) == OK
    assert bench.at("+CMGD=?") == ["+CMGD: (),(0-4)", "OK"]


def test_a_full_memory_takes_no_written_message() -> None:
    bench = Bench(sim_capacity=1)
    bench.write(PERSON, "hello")
    bench.type(b"AT+CMGW=18\r")

    assert lines(bench.type(UNSENT.encode() + b"\x1a")) == ["+CMS ERROR: 322"]


def test_what_is_no_message_is_not_written() -> None:
    bench = Bench()
    bench.type(b"AT+CMGW=2\r")

    assert lines(bench.type(b"000100\x1a")) == ["+CMS ERROR: 304"]


def test_a_text_may_be_stored_before_it_is_known_whom_it_is_for() -> None:
    bench = Bench()
    bench.at("+CMGF=1")

    assert bench.type(b"AT+CMGW\r") == b"\r\n> "
    assert lines(bench.type(b"hello\x1a")) == ["+CMGW: 1", "OK"]
    assert bench.at("+CMGR=1") == ['+CMGR: "STO UNSENT","",', "hello", "OK"]
    assert bench.at("+CMSS=1") == ["+CMS ERROR: 304"]
    assert bench.at(f'+CMSS=1,"{PERSON}"') == ["+CMSS: 0", "OK"]
    assert bench.shown(PERSON) == ["hello"]


def test_pdu_mode_wants_to_know_the_length_first() -> None:
    assert Bench().at("+CMGW") == ["+CMS ERROR: 304"]
