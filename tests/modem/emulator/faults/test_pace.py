"""Octets one by one, and at the speed of a line."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.faults.sending import BODY, COMMAND, NUMBER, OK, PROMPT


def pieces(bench: Bench, seconds: float, step_s: float) -> list[bytes]:
    """Let time pass in steps; return what came in each."""
    heard = []
    for _ in range(round(seconds / step_s)):
        bench.wait(step_s)
        if octets := bench.read():
            heard.append(octets)
    return heard


def test_bytewise_delivery_both_ways() -> None:
    bench = Bench()
    bench.arm("bytewise", gap_s=0.01)

    assert bench.type(b"AT\r") == b""
    assert pieces(bench, 0.2, 0.001) == [bytes((octet,)) for octet in OK]


def test_a_text_goes_out_over_a_bytewise_line() -> None:
    bench = Bench()
    bench.arm("bytewise", gap_s=0.001)

    bench.type(COMMAND)
    bench.wait(1)
    assert bench.read() == PROMPT
    bench.type(BODY)
    bench.wait(1)
    assert lines(bench.read()) == ["+CMGS: 0", "OK"]
    assert bench.shown(NUMBER) == ["Hello"]


@pytest.mark.parametrize(("baud", "octets_per_s"), [(9600, 960), (1200, 120), (115200, 11520)])
def test_a_slow_line_takes_ten_bits_for_an_octet(baud: int, octets_per_s: int) -> None:
    bench = Bench()
    bench.arm("slow_line", baud=baud)
    question, answer = b"AT+NOSUCH\r" * 12, b"\r\nERROR\r\n" * 12
    due = (len(question) + len(b"\r\nERROR\r\n")) / octets_per_s

    bench.type(question)
    bench.wait(due * 0.9)
    early = bench.read()
    bench.wait(due * 0.2 + 0.01)
    assert len(early) < len(answer)
    assert early + bench.read() == answer
