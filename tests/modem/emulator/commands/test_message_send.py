from __future__ import annotations

from dataclasses import replace

import pytest

from modem.profiles.generic import PROFILE as GENERIC
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK

PERSON = "+491711234567"
TPDU = b"01000C91947111325476000005E8329BFD06"


def send_pdu(bench: Bench, length: int, body: bytes) -> list[str]:
    bench.type(b"AT+CMGS=%d\r" % length)
    return lines(bench.type(body + b"\x1a"))


def send_text(bench: Bench, command: str, body: bytes) -> list[str]:
    bench.type(b"AT" + command.encode() + b"\r")
    return lines(bench.type(body + b"\x1a"))


@pytest.mark.parametrize(
    ("length", "body"),
    [
        (17, b"00" + TPDU),
        (19, b"00" + TPDU),
        (18, TPDU),
        (18, b"00" + TPDU[:-1]),
        (18, b"00" + TPDU[:-2] + b"xy"),
        (18, b""),
        (26, b"07919471067000F0" + TPDU),
        (2, b"000100"),
        (7, b"00" + b"010000810000" + b"00"),
    ],
    ids=[
        "announced too short", "announced too long", "no service centre", "half an octet", "not hex", "nothing",
        "service centre counted", "cut", "no destination",
    ],
)  # fmt: skip
def test_a_wrong_pdu_is_refused_and_takes_no_reference(length: int, body: bytes) -> None:
    bench = Bench()

    assert send_pdu(bench, length, body) == ["+CMS ERROR: 304"]
    assert send_pdu(bench, 18, b"00" + TPDU) == ["+CMGS: 0", "OK"]


def test_the_sim_counts_references_and_overwrites_that_of_the_host() -> None:
    bench = Bench()
    bench.equipment().sim.last_mr = 254

    answers = [send_pdu(bench, 18, b"00" + TPDU.replace(b"0100", b"0177", 1))[0] for _ in range(3)]

    assert answers == ["+CMGS: 255", "+CMGS: 0", "+CMGS: 1"]
    submits = [entry for entry in bench.network.ledger if entry.as_json()["kind"] == "submit"]
    assert [entry.octets[1] for entry in submits] == [255, 0, 1]


@pytest.mark.parametrize("command", ["+CMGS=0", "+CMGS=x", "+CMGS=", "+CMGS=300", "+CMGS=18,145"])
def test_a_wrong_length_is_refused_before_the_prompt(command: str) -> None:
    assert Bench().at(command) == ["+CMS ERROR: 304"]


@pytest.mark.parametrize(
    ("charset", "number", "body", "shown"),
    [
        ("GSM", PERSON, b"hello \x00\x10", "hello @Δ"),
        ("IRA", PERSON, b"hello {}", "hello {}"),
        ("UCS2", PERSON.encode("utf-16-be").hex(), "hello €".encode("utf-16-be").hex().encode(), "hello €"),
    ],
)
def test_a_text_is_sent_in_the_character_set_of_the_host(charset: str, number: str, body: bytes, shown: str) -> None:
    bench = Bench()
    bench.at(f'+CMGF=1;+CSCS="{charset}"')

    assert send_text(bench, f'+CMGS="{number}"', body) == ["+CMGS: 0", "OK"]
    assert bench.shown(PERSON) == [shown]


def test_a_ucs2_text_is_typed_as_octets() -> None:
    bench = Bench()
    bench.at("+CMGF=1;+CSMP=17,167,0,8")

    assert send_text(bench, f'+CMGS="{PERSON}"', b"043F0440D83DDE00") == ["+CMGS: 0", "OK"]
    assert bench.shown(PERSON) == ["пр😀"]


def test_the_type_makes_a_number_international() -> None:
    bench = Bench()
    bench.at("+CMGF=1")
    send_text(bench, f'+CMGS="{PERSON[1:]}",145', b"hello")

    assert bench.shown(PERSON) == ["hello"]


@pytest.mark.parametrize(
    ("settings", "command", "body"),
    [
        ("", f'+CMGS="{PERSON}"', b"x" * 161),
        ("", f'+CMGS="{PERSON}"', b"\xe9"),
        ('+CSCS="UCS2";', f'+CMGS="{PERSON.encode("utf-16-be").hex()}"', b"xyz"),
        ("+CSMP=17,167,0,8;", f'+CMGS="{PERSON}"', b"xyz"),
        ("+CSMP=81;", f'+CMGS="{PERSON}"', b"hello"),
        ("+CSMP=25;", f'+CMGS="{PERSON}"', b"hello"),
    ],
    ids=["too long", "not GSM", "not hex", "not octets", "header in text mode", "absolute validity"],
)
def test_a_wrong_text_is_refused(settings: str, command: str, body: bytes) -> None:
    bench = Bench()
    bench.at(f"+CMGF=1;{settings}+CSDH=0")

    assert send_text(bench, command, body) == ["+CMS ERROR: 305"]


def test_a_wrong_text_command_is_refused_before_the_prompt() -> None:
    bench = Bench()
    bench.at("+CMGF=1")

    assert bench.at("+CMGS=") == ["+CMS ERROR: 305"]
    assert bench.at('+CMGS="123",1') == ["+CMS ERROR: 305"]
    assert bench.at('+CMGS="abc"') == ["+CMS ERROR: 305"]
    assert bench.at('+CMGS=""') == ["+CMS ERROR: 305"]
    assert bench.at('+CMGW="abc"') == ["+CMS ERROR: 305"]
    assert bench.at('+CSCS="UCS2";+CMGS="002B"') == ["+CMS ERROR: 305"]


def test_escape_sends_no_text() -> None:
    bench = Bench()
    bench.at("+CMGF=1")
    bench.type(b'AT+CMGS="%s"\r' % PERSON.encode())

    assert lines(bench.type(b"hello\x1b")) == OK
    assert bench.shown(PERSON) == []


def test_a_stored_message_goes_to_another_number() -> None:
    bench = Bench()
    bench.type(b"AT+CMGW=18\r")
    bench.type(b"00" + TPDU + b"\x1a")

    assert bench.at('+CMSS=1,"+4930123"') == ["+CMSS: 0", "OK"]
    assert bench.at('+CMSS=1,"4930124",145') == ["+CMSS: 1", "OK"]
    assert (bench.shown("+4930123"), bench.shown("+4930124"), bench.shown(PERSON)) == (["hello"], ["hello"], [])


def test_only_a_stored_message_of_ours_is_sent() -> None:
    bench = Bench()
    bench.write(PERSON, "hello")

    assert bench.at("+CMSS=1") == ["+CMS ERROR: 321"]
    assert bench.at("+CMSS=2") == ["+CMS ERROR: 321"]
    bench.type(b"AT+CMGW=18\r")
    bench.type(b"00" + TPDU + b"\x1a")
    assert bench.at('+CMSS=2,"+1234567890123456789012"') == ["+CMS ERROR: 305"]


def test_a_model_may_cut_a_pdu_to_the_announced_length() -> None:
    bench = Bench(personality=replace(GENERIC.personality, truncates_long_pdus=True))

    assert send_pdu(bench, 18, b"00" + TPDU + b"FFFF") == ["+CMGS: 0", "OK"]
    assert send_pdu(bench, 18, b"00" + TPDU[:-2]) == ["+CMS ERROR: 304"]
    assert bench.shown(PERSON) == ["hello"]
