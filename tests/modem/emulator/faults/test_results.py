"""Answers that are lost, late, doubled or wrong: octets for the host, and what the handset got."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import ESC, Bench, lines
from tests.modem.emulator.faults.sending import BODY, COMMAND, NUMBER, OK, PROMPT, REPORTED, SENT, TPDU, submit

LINE = b"\r\n+CMGS: 0\r\n"


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        pytest.param("all", b"", id="timeout after Ctrl-Z"),
        pytest.param("line", OK, id="+CMGS lost"),
        pytest.param("result", LINE, id="lost OK"),
    ],
)
@pytest.mark.parametrize("sends", [True, False], ids=["message accepted", "message lost"])
def test_lost_result(part: str, expected: bytes, sends: bool) -> None:
    bench = Bench()
    bench.arm("lost_result", part=part, sends=sends)

    assert submit(bench) == expected
    assert bench.shown(NUMBER) == (["Hello"] if sends else [])
    assert bench.type(b"AT\r") == OK
    assert lines(submit(bench)) == ["+CMGS: 1", "OK"]


def test_after_a_lost_result_the_modem_may_be_deaf_for_a_while() -> None:
    bench = Bench()
    bench.arm("lost_result", busy_s=30)

    submit(bench)
    assert bench.type(b"AT\r") == b""
    bench.wait(29)
    assert bench.read() == b""
    bench.wait(1)
    assert bench.read() == OK


@pytest.mark.parametrize("sends", [True, False], ids=["message accepted", "message lost"])
def test_late_result_from_a_busy_modem(sends: bool) -> None:
    bench = Bench()
    bench.arm("late_result", delay_s=20, sends=sends)

    assert submit(bench) == b""
    assert bench.type(b"AT\r") == b""
    bench.wait(19.9)
    assert bench.read() == b""
    bench.wait(0.1)
    assert bench.read() == SENT + OK
    assert bench.shown(NUMBER) == (["Hello"] if sends else [])


def test_late_result_from_a_modem_that_takes_other_commands() -> None:
    bench = Bench()
    bench.arm("late_result", delay_s=20, is_busy=False)

    assert submit(bench) == b""
    assert bench.type(b"AT\r") == OK
    bench.wait(20)
    assert bench.read() == SENT


def test_result_in_time_and_late_ok() -> None:
    bench = Bench()
    bench.arm("late_result", delay_s=5, part="result")

    assert submit(bench) == LINE
    bench.wait(5)
    assert bench.read() == OK


def test_late_result_counts_from_the_network_s_answer() -> None:
    bench = Bench(radio_time_s=3)
    bench.arm("late_result", delay_s=20)

    submit(bench)
    bench.wait(22.9)
    assert bench.read() == b""
    bench.wait(0.2)
    assert bench.read() == SENT


def test_doubled_result_of_the_pin() -> None:
    bench = Bench()
    bench.arm("doubled_result", command="+CPIN?")

    assert bench.type(b"AT+CGSN=?\r") == OK
    assert bench.type(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n" + OK + OK
    assert bench.type(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n" + OK


def test_lost_ok_of_the_pin() -> None:
    bench = Bench()
    bench.arm("lost_result", command="+CPIN*", part="result")

    assert bench.type(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n"
    assert bench.type(b"AT\r") == OK


def test_sim_that_every_submit_is_refused_to() -> None:
    bench = Bench()
    bench.arm("send_error", code=38, sends=False, times=0)

    assert [submit(bench) for _ in range(3)] == [b"\r\n+CMS ERROR: 38\r\n"] * 3
    assert bench.shown(NUMBER) == []


def test_doubled_result_of_a_submit() -> None:
    bench = Bench()
    bench.arm("doubled_result")

    assert submit(bench) == SENT + OK


@pytest.mark.parametrize("code", [500, 332, 513, 41, 38])
@pytest.mark.parametrize("sends", [True, False], ids=["message accepted", "message lost"])
def test_error_though_the_message_went_out_and_error_without(code: int, sends: bool) -> None:
    bench = Bench()
    bench.arm("send_error", code=code, sends=sends)

    assert submit(bench) == b"\r\n+CMS ERROR: %d\r\n" % code
    assert bench.shown(NUMBER) == (["Hello"] if sends else [])


def test_error_after_a_long_wait() -> None:
    bench = Bench()
    bench.arm("send_error", code=332, delay_s=45)

    assert submit(bench) == b""
    bench.wait(45)
    assert bench.read() == b"\r\n+CMS ERROR: 332\r\n"


def test_error_seconds_after_escape() -> None:
    bench = Bench()
    bench.arm("result_after_escape", code=500, delay_s=3)

    assert bench.type(COMMAND) == PROMPT
    assert bench.type(ESC) == OK
    bench.wait(3)
    assert bench.read() == b"\r\n+CMS ERROR: 500\r\n"
    assert bench.type(COMMAND) + bench.type(BODY) == PROMPT + b"\r\n+CMGS: 0\r\n" + OK


def test_report_before_the_result() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,1,0")
    bench.arm("report_before_result", delay_s=1)

    early = submit(bench, REPORTED)
    assert lines(early)[0] == "+CDS: 25"
    bench.wait(1)
    assert bench.read() == SENT


@pytest.mark.parametrize(
    ("fields", "struck"),
    [
        pytest.param({"after_submits": 3}, [4], id="behind three good ones"),
        pytest.param({"after_submits": 1, "every": 2, "times": 2}, [2, 4], id="each second one, twice"),
        pytest.param({"times": 3}, [1, 2, 3], id="the next three"),
        pytest.param({"times": 0, "every": 3}, [1, 4], id="without end"),
        pytest.param({"after_s": 2.5, "times": 2}, [4, 5], id="from a moment on"),
        pytest.param({"times": 0, "lasting_s": 2.5}, [1, 2, 3], id="for a time"),
    ],
)
def test_a_fault_strikes_the_submits_that_its_trigger_names(fields: dict[str, object], struck: list[int]) -> None:
    bench = Bench()
    bench.arm("lost_result", **fields)

    silent = []
    for number in range(1, 7):
        if submit(bench, TPDU) == b"":
            silent.append(number)
        bench.wait(1)
    assert silent == struck
    assert bench.shown(NUMBER) == ["Hello"] * 6
