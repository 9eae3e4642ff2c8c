"""Settings that a modem lost without a word."""

from __future__ import annotations

from tests.modem.emulator.bench import Bench
from tests.modem.emulator.faults.sending import NUMBER, OK


def test_cnmi_is_lost_silently() -> None:
    bench = Bench()
    bench.at("+CNMI=2,1,0,1,0")
    bench.arm("indications_lost")

    bench.write(NUMBER, "hello")
    assert bench.read() == b""
    assert bench.at("+CNMI?") == ["+CNMI: 0,0,0,0,0", "OK"]


def test_echo_is_on_again() -> None:
    bench = Bench()
    bench.arm("echo_on_again")

    assert bench.type(b"AT\r") == b"AT\r" + OK


def test_numeric_results() -> None:
    bench = Bench()
    bench.arm("numeric_results")

    assert bench.type(b"AT\r") == b"0\r"
    assert bench.type(b"ATV1\r") == OK
