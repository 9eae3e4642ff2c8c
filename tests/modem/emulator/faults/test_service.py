"""Networks that cannot be reached."""

from __future__ import annotations

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.faults.sending import COMMAND, NUMBER, OK, SENT, submit


@pytest.mark.parametrize(("state", "stat"), [("searching", 2), ("denied", 3), ("none", 0)])
def test_registration_is_lost_for_a_time(state: str, stat: int) -> None:
    bench = Bench()
    bench.at("+CREG=1")
    bench.arm("no_service", state=state, lasting_s=60)

    assert lines(bench.read())[-1] == f"+CREG: {stat}"
    assert bench.at("+CREG?") == [f"+CREG: 1,{stat}", "OK"]
    bench.type(COMMAND)
    assert bench.type(b"\x1b") == OK
    assert submit(bench) == b"\r\n+CMS ERROR: 331\r\n"
    bench.write(NUMBER, "waits")
    bench.at("+CFUN=4")
    bench.at("+CFUN=1")
    assert bench.at("+CREG?") == [f"+CREG: 1,{stat}", "OK"]
    assert bench.at("+CMGL=4") == ["OK"]
    bench.wait(60)
    assert lines(bench.read())[-1] == "+CREG: 1"
    assert submit(bench) == SENT
    assert len(bench.at("+CMGL=4")) == 3


def test_no_signal() -> None:
    bench = Bench()
    bench.arm("no_signal", lasting_s=5)

    assert bench.at("+CSQ") == ["+CSQ: 99,99", "OK"]
    bench.wait(5)
    assert bench.at("+CSQ") == ["+CSQ: 21,0", "OK"]


def test_a_message_on_the_air_is_given_up_when_service_goes() -> None:
    """27.005 3.2.5: 332, network timeout; the modem cannot know whether it went out, and here it did not."""
    bench = Bench(radio_time_s=3)
    submit(bench)
    bench.wait(1)
    bench.arm("no_service", lasting_s=60)

    assert lines(bench.read()) == ["+CMS ERROR: 332"]
    bench.wait(60)
    assert bench.shown(NUMBER) == []
    assert submit(bench) == b""
    bench.wait(3)
    assert lines(bench.read())[-1] == "OK"
    assert len(bench.shown(NUMBER)) == 1
