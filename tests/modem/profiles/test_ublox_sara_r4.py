"""SARA-R4: CFUN=15 resets it, the network may be NB-IoT, registration is "SMS only"."""

from __future__ import annotations

from modem.profiles.ublox_sara_r4 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_registration_is_for_messages_only() -> None:
    """27.007 7.2 <stat> 6; ModemManager src/tests/test-modem-helpers.c."""
    bench = Bench(personality=PROFILE.personality)
    play([("+CREG?", ["+CREG: 0,6", "OK"]), ("+UMNOPROF?", ["+UMNOPROF: 0", "OK"])], bench)
    assert PROFILE.submit_timeout_s == 180


def test_it_restarts_by_its_own_command() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("+CFUN=15", OK)], bench)
    assert not bench.machines[0].is_awake
