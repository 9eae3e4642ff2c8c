"""Ports that vanish and modems that start again."""

from __future__ import annotations

import pytest

from modem.emulator.fault import PortEvent
from tests.modem.emulator.bench import BOOT_S, Bench, lines
from tests.modem.emulator.faults.sending import NUMBER, OK, submit


@pytest.mark.parametrize(
    ("stage", "shown"),
    [
        pytest.param("body", [], id="unplug after Ctrl-Z, message lost"),
        pytest.param("sent", ["Hello"], id="unplug after Ctrl-Z, message accepted"),
    ],
)
def test_unplug_in_mid_submit_and_return(stage: str, shown: list[str]) -> None:
    bench = Bench(radio_time_s=2)
    bench.at("+CMGF=0;+CNMI=2,1")
    bench.arm("unplug", on="submit", stage=stage, returns_after_s=3)

    assert submit(bench) == b""
    bench.wait(2)
    assert (bench.read(), bench.port_events) == (b"", [PortEvent.GONE])
    bench.wait(3)
    assert bench.port_events == [PortEvent.GONE, PortEvent.BACK]
    bench.wait(BOOT_S)
    assert bench.type(b"AT\r") == b"AT\r" + OK, "echo is on again"
    assert lines(bench.type(b"AT+CNMI?\r"))[-2:] == ["+CNMI: 0,0,0,0,0", "OK"]
    assert bench.shown(NUMBER) == shown


def test_unplug_at_once_for_good() -> None:
    bench = Bench()
    bench.arm("unplug", returns=False)
    bench.wait(1000)

    assert bench.port_events == [PortEvent.GONE]
    assert bench.machines[0].next_timer() is None


def test_unplug_at_a_time_without_loss_of_power() -> None:
    bench = Bench()
    bench.at("+CMGF=1")
    bench.arm("unplug", after_s=10, keeps_power=True, returns_after_s=1)
    bench.wait(9.9)
    assert bench.port_events == []
    bench.wait(1.2)

    assert bench.port_events == [PortEvent.GONE, PortEvent.BACK]
    assert bench.at("+CMGF?") == ["+CMGF: 1", "OK"]


def test_a_port_that_comes_and_goes() -> None:
    bench = Bench()
    bench.arm("unplug", every_s=10, times=3, returns_after_s=2)
    bench.wait(60)

    assert bench.port_events == [PortEvent.GONE, PortEvent.BACK] * 3


@pytest.mark.parametrize(("stage", "shown"), [("command", []), ("prompt", []), ("body", []), ("sent", ["Hello"])])
def test_restart_in_mid_submit(stage: str, shown: list[str]) -> None:
    bench = Bench()
    bench.at("+CMGF=0;+CNMI=2,1")
    bench.arm("restart", on="submit", stage=stage)

    submit(bench)
    bench.wait(BOOT_S)
    bench.read()
    assert bench.type(b"AT\r") == b"AT\r" + OK
    assert lines(bench.type(b"AT+CNMI?\r"))[-2:] == ["+CNMI: 0,0,0,0,0", "OK"]
    assert bench.shown(NUMBER) == shown
    assert bench.port_events == []


def test_restart_into_numeric_results() -> None:
    bench = Bench()
    bench.arm("restart", numeric=True)
    bench.wait(BOOT_S)

    assert bench.type(b"AT\r") == b"AT\r0\r"
    assert bench.type(b"AT+NOSUCH\r") == b"AT+NOSUCH\r4\r"
    assert bench.type(b"ATE0V1\r") == b"ATE0V1\r" + OK


def test_a_blocked_port_is_cured_by_power_and_the_host_is_not_heard() -> None:
    bench = Bench()
    bench.arm("port_blocked", on="submit", stage="body")
    assert not bench.machines[0].blocks_port

    assert submit(bench) == b""
    assert bench.machines[0].blocks_port
    bench.write(NUMBER, "hello")
    assert bench.read() == b""
    bench.reboot()
    assert not bench.machines[0].blocks_port
    assert bench.type(b"AT\r") == b"AT\r" + OK
    assert bench.shown(NUMBER) == []
