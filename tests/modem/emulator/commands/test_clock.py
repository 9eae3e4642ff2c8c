from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import ERROR, OK, Dialogue, play

BERLIN = datetime(2024, 5, 1, 14, 0, 0, tzinfo=timezone(timedelta(hours=2)))

DIALOGUES: dict[str, Dialogue] = {
    "setting the clock": [
        ("+CCLK=?", OK),
        ('+CCLK="24/05/01,12:30:45+08"', OK),
        ("+CCLK?", ['+CCLK: "24/05/01,12:30:45+08"', "OK"]),
        ('+CCLK="24/05/01,12:30:45-20";+CCLK?', ['+CCLK: "24/05/01,12:30:45-20"', "OK"]),
        ('+CCLK="24/05/01,12:30:45";+CCLK?', ['+CCLK: "24/05/01,12:30:45+00"', "OK"]),
        ('+CCLK="24/13/01,12:30:45+00"', ERROR),
        ('+CCLK="24/02/30,12:30:45+00"', ERROR),
        ('+CCLK="24/05/01,12:30:45+99"', ERROR),
        ('+CCLK="noon"', ERROR),
        ("+CCLK=", ERROR),
        ("+CCLK", ERROR),
    ],
    "zone": [
        ("+CTZU=?", ["+CTZU: (0,1,3)", "OK"]),
        ("+CTZU=3;+CTZU?", ["+CTZU: 3", "OK"]),
        ("+CTZU=2", ERROR),
        ("+CTZR=?", ["+CTZR: (0-2)", "OK"]),
        ("+CTZR=1;+CTZR?", ["+CTZR: 1", "OK"]),
        ("+CTZR=3", ERROR),
    ],
}


@pytest.mark.parametrize("dialogue", DIALOGUES.values(), ids=DIALOGUES.keys())
def test_dialogue(dialogue: Dialogue) -> None:
    play(dialogue)


def test_the_clock_goes_on() -> None:
    bench = Bench()
    bench.at('+CCLK="24/12/31,23:59:50+04"')
    bench.wait(15)

    assert bench.at("+CCLK?") == ['+CCLK: "25/01/01,00:00:05+04"', "OK"]


@pytest.mark.parametrize(
    ("reports", "expected"), [(0, []), (1, ['+CTZV: "+08"']), (2, ['+CTZE: "+08",0,"24/05/01,14:00:00"'])]
)
def test_the_network_may_set_the_clock_and_the_host_may_hear_of_it(reports: int, expected: list[str]) -> None:
    bench = Bench()
    bench.at(f"+CTZU=1;+CTZR={reports}")
    bench.machines[0].handle_time(BERLIN, bench.now)

    assert lines(bench.machines[0].data_to_send()) == expected
    assert bench.at("+CCLK?") == ['+CCLK: "24/05/01,14:00:00+08"', "OK"]


def test_the_network_does_not_set_a_clock_that_is_the_hosts() -> None:
    bench = Bench()
    bench.at('+CCLK="20/01/01,00:00:00+00"')
    bench.machines[0].handle_time(BERLIN, bench.now)

    assert bench.at("+CCLK?") == ['+CCLK: "20/01/01,00:00:00+00"', "OK"]


def test_a_modem_hears_the_time_when_it_registers() -> None:
    bench = Bench()
    bench.at("+CTZU=1;+CTZR=1;+CFUN=4")

    assert bench.at("+CFUN=1") == ["OK", '+CTZV: "+00"']
    bench.wait(65)
    assert bench.at("+CCLK?") == ['+CCLK: "24/05/01,12:01:05+00"', "OK"]


def test_a_clock_that_nobody_set_counts_from_power_up() -> None:
    bench = Bench()
    bench.wait(3600)
    bench.reboot()
    bench.wait(4)

    # One second of booting, four of waiting; GPS time begins on 6 January 1980.
    assert bench.at("E0+CCLK?")[1:] == ['+CCLK: "80/01/06,00:00:05+00"', "OK"]
