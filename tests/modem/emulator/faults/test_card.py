"""SIMs that are busy, gone or another one, and a modem that is another one."""

from __future__ import annotations

import pytest

from modem.emulator.fault import PortEvent
from tests.modem.emulator.bench import BOOT_S, Bench, lines
from tests.modem.emulator.faults.sending import NUMBER, OK, submit


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("+CPIN?", "+CME ERROR: 14"),
        ("+CIMI", "+CME ERROR: 14"),
        ("+CMGS=18", "+CMS ERROR: 314"),
        ("+CMGL=4", "+CMS ERROR: 314"),
        ("+CPMS?", "+CMS ERROR: 314"),
        ("+CSQ", "OK"),
        ("+CMGF=0", "OK"),
    ],
)
def test_sim_busy_for_some_seconds(command: str, expected: str) -> None:
    bench = Bench()
    bench.at("+CMEE=1")
    bench.arm("sim_busy", lasting_s=8)

    assert bench.at(command)[-1] == expected
    bench.wait(8)
    assert bench.at("+CPIN?") == ["+CPIN: READY", "OK"]


def test_absent_sim_at_the_next_start() -> None:
    bench = Bench()
    bench.arm("sim_absent", on="boot", times=1)
    assert bench.at("+CPIN?") == ["+CPIN: READY", "OK"]
    bench.reboot()
    bench.type(b"ATE0+CMEE=1\r")

    assert bench.at("+CPIN?") == ["+CME ERROR: 10"]
    assert bench.at("+CMGL=4") == ["+CMS ERROR: 310"]
    assert bench.at("+CREG?") == ["+CREG: 0,0", "OK"]
    bench.reboot()
    bench.type(b"ATE0\r")
    assert bench.at("+CPIN?;+CREG?") == ["+CPIN: READY", "+CREG: 0,1", "OK"]


def test_failed_sim_until_it_is_powered_anew() -> None:
    bench = Bench()
    bench.at("+CMEE=1")
    bench.arm("sim_absent", has_failed=True)

    assert bench.at("+CPIN?") == ["+CME ERROR: 13"]
    assert bench.at("+CPMS?") == ["+CMS ERROR: 313"]
    bench.at("+CFUN=4")
    bench.at("+CFUN=1")
    assert bench.at("+CPIN?") == ["+CME ERROR: 13"]


def test_sim_busy_without_end() -> None:
    bench = Bench()
    bench.at("+CMEE=1")
    bench.arm("sim_busy", lasting_s=0)
    bench.wait(100_000)

    assert bench.at("+CPIN?") == ["+CME ERROR: 14"]


def test_sim_swap_at_the_next_start() -> None:
    bench = Bench()
    before = (*bench.at("+CIMI;+CCID;+CGSN"), bench.number())
    bench.write(NUMBER, "for the old card")
    bench.arm("sim_swap")
    bench.type(b"AT+CFUN=1,1\r")
    bench.wait(BOOT_S)
    bench.type(b"ATE0\r")
    after = (*bench.at("+CIMI;+CCID;+CGSN"), bench.number())

    assert [before[place] == after[place] for place in range(5)] == [False, False, True, True, False]
    assert bench.at("+CMGL=4") == ["OK"]
    assert bench.at("+CREG?") == ["+CREG: 0,1", "OK"]
    assert submit(bench) == b"\r\n+CMGS: 0\r\n" + OK
    handset = bench.network.handset(NUMBER)
    assert handset is not None
    assert handset.messages[-1].sender == bench.number()
    bench.at("+CNMI=2,1")
    bench.write(NUMBER, "for the new card")
    assert lines(bench.read()) == ['+CMTI: "SM",1']


def test_imei_swap_behind_the_same_port() -> None:
    bench = Bench()
    imei, imsi = bench.at("+CGSN")[0], bench.at("+CIMI")[0]
    bench.arm("imei_swap")
    bench.arm("unplug", returns_after_s=2)
    bench.wait(2 + BOOT_S)
    bench.type(b"ATE0\r")

    assert bench.port_events == [PortEvent.GONE, PortEvent.BACK]
    assert bench.at("+CGSN")[0] != imei
    assert bench.at("+CIMI")[0] == imsi


def test_sim_that_asks_for_its_pin_at_the_next_start() -> None:
    bench = Bench()
    bench.arm("sim_locked", tries_left=1)
    bench.reboot()
    bench.type(b"ATE0+CMEE=1\r")

    assert bench.at("+CPIN?") == ["+CPIN: SIM PIN", "OK"]
    assert bench.at("+CMGL=4") == ["+CMS ERROR: 311"]
    assert bench.at("+CREG?") == ["+CREG: 0,0", "OK"]
    assert bench.at('+CPIN="1234"')[-1] == "OK"
    assert bench.at("+CREG?") == ["+CREG: 0,1", "OK"]


def test_sim_that_asks_for_its_puk_at_the_next_start() -> None:
    bench = Bench()
    bench.arm("sim_locked", wants_puk=True)
    bench.reboot()
    bench.type(b"ATE0+CMEE=1\r")

    assert bench.at("+CPIN?") == ["+CPIN: SIM PUK", "OK"]
    assert bench.at("+CMGL=4") == ["+CMS ERROR: 316"]
    assert bench.at('+CPIN="12345678","4321"')[-1] == "OK"
    assert bench.at("+CREG?") == ["+CREG: 0,1", "OK"]
