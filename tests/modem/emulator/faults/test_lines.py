"""Unsolicited lines in every possible position."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import CTRL_Z, Bench, lines
from tests.modem.emulator.faults.sending import BODY, COMMAND, NUMBER, OK, PROMPT, SENT, submit

URC = b"\r\n^RSSI:18\r\n"


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param("echo", b"AT+CSQ\r" + URC + b"\r\n+CSQ: 21,0\r\n" + OK, id="between echo and answer"),
        pytest.param("result", b"AT+CSQ\r\r\n+CSQ: 21,0\r\n" + URC + OK, id="between answer and OK"),
        pytest.param("header", b"AT+CSQ\r\r\n+CSQ:\r\n^RSSI:18\r\n 21,0\r\n" + OK, id="inside a line"),
    ],
)
def test_intrusion_into_an_answer(place: str, expected: bytes) -> None:
    bench = Bench()
    bench.at("E1")
    bench.arm("intrusion", place=place)

    assert bench.type(b"AT+CSQ\r") == expected
    assert bench.type(b"AT\r") == b"AT\r" + OK


def test_intrusion_between_header_and_pdu() -> None:
    bench = Bench()
    bench.write(NUMBER, "hello")
    header, pdu, ok = bench.at("+CMGR=1")
    bench.arm("intrusion", place="header", command="+CMGR=*")

    again = header.replace("0,,", "1,,")
    assert bench.type(b"AT+CMGR=1\r") == f"\r\n{again}\r\n\r\n^RSSI:18\r\n{pdu}\r\n\r\n{ok}\r\n".encode()


def test_intrusion_between_prompt_and_body() -> None:
    bench = Bench()
    bench.arm("intrusion", place="prompt", on="submit")

    assert bench.type(COMMAND) == PROMPT + URC
    assert bench.type(BODY) == SENT


def test_intrusion_between_cmgs_and_ok() -> None:
    bench = Bench()
    bench.arm("intrusion", place="result", on="submit", line='+CMTI: "SM",7')

    assert lines(submit(bench)) == ["+CMGS: 0", '+CMTI: "SM",7', "OK"]


def test_rude_urcs_do_not_wait_for_the_end_of_a_body_or_an_answer() -> None:
    bench = Bench(radio_time_s=5)
    bench.at("+CNMI=2,1")
    armed = bench.arm("rude_urcs")

    bench.type(COMMAND)
    bench.write(NUMBER, "while the prompt waits")
    assert bench.read() == b'\r\n+CMTI: "SM",1\r\n'
    bench.type(BODY)
    bench.write(NUMBER, "while it is on the air")
    assert bench.read() == b'\r\n+CMTI: "SM",2\r\n'
    bench.wait(5)
    bench.read()

    bench.disarm(armed)
    bench.type(COMMAND)
    bench.write(NUMBER, "politely")
    assert bench.read() == b""
    assert lines(bench.type(b"\x1b")) == ["OK", '+CMTI: "SM",3']


def test_cmti_stops_though_the_settings_stand() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,1,0")
    bench.arm("urcs_lost", lasting_s=60)

    bench.write(NUMBER, "hello")
    assert bench.read() == b""
    assert bench.at("+CNMI?") == ["+CNMI: 2,1,0,1,0", "OK"]
    assert bench.at("+CMGL=4")[-1] == "OK"
    bench.wait(60)
    bench.write(NUMBER, "hello again")
    assert bench.read() == b'\r\n+CMTI: "SM",2\r\n'


def test_boot_line_every_20_seconds() -> None:
    bench = Bench()
    bench.arm("urc_storm", line="^BOOT:1,0,0,0,70", every_s=20, times=0)
    bench.wait(45)

    assert lines(bench.read()) == ["^BOOT:1,0,0,0,70"] * 3


def test_storm_inside_a_body() -> None:
    bench = Bench()
    bench.type(COMMAND)
    bench.arm("urc_storm", line="^RSSI:18", count=2)

    assert bench.read() == URC * 2
    assert bench.type(BODY) == SENT


def test_boot_burst_in_the_middle_of_the_first_command() -> None:
    bench = Bench()
    bench.at("E1")
    bench.arm("boot_burst", lines=["RDY", "SMS Ready"])

    assert bench.type(b"AT+CSQ\r") == b"AT+CSQ\r\r\nRDY\r\n\r\nSMS Ready\r\n\r\n+CSQ: 21,0\r\n" + OK
    assert lines(bench.type(b"ATE0\r")) == ["ATE0\r", "OK"]


def test_a_body_typed_slowly_is_not_torn_by_an_intrusion() -> None:
    bench = Bench()
    bench.arm("intrusion", place="prompt", on="submit")
    bench.type(COMMAND)
    for octet in BODY[:-1]:
        assert bench.type(bytes((octet,))) == b""

    assert bench.type(CTRL_Z) == SENT
