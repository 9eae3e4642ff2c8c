"""BG96: its start has an APP RDY between RDY and the card; NB-IoT takes its time."""

from __future__ import annotations

from modem.profiles.quectel_bg96 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import play


def test_lines_of_a_start() -> None:
    """A log of a BG96's first start: RDY, +CFUN: 1, APP RDY, +CPIN: READY, +QUSIM: 1, +QIND: SMS DONE."""
    said = [line for _, line in PROFILE.personality.boot.lines]

    assert said == ["RDY", "+CFUN: 1", "APP RDY", "+CPIN: {pin_state}", "+QUSIM: 1", "+QIND: SMS DONE"]
    assert PROFILE.restart_urcs == {"RDY", "APP RDY"}


def test_the_network_is_waited_for_three_minutes() -> None:
    assert PROFILE.submit_timeout_s == 180


def test_tries_of_the_pin() -> None:
    play([("+QPINC?", ['+QPINC: "SC",3,10', '+QPINC: "P2",3,10', "OK"])], Bench(personality=PROFILE.personality))
