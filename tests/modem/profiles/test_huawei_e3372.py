"""E3372: announcements cannot be relied on; ports are named by AT^SETPORT; the noise stops."""

from __future__ import annotations

from modem.profiles.huawei_e3372 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_messages_are_looked_for_more_often() -> None:
    """gammu/gammu#327, #486, #517: with the usual +CNMI no +CMTI comes."""
    assert not PROFILE.is_announcing_surely
    assert "2,0,0,2,1" in PROFILE.cnmi_fallbacks


def test_ports_are_set_and_the_stick_restarted() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("^SETPORT?", ["^SETPORT:FF;10,12,16", "OK"]), ('^SETPORT="FF;10,12,16"', OK), ("^RESET", OK)], bench)
    assert not bench.machines[0].is_awake


def test_its_noise_is_stopped_by_the_first_command_of_a_start() -> None:
    bench = Bench(personality=PROFILE.personality)
    bench.wait(60)
    assert b"^RSSI:24" in bench.read()
    play([(PROFILE.init_commands[0].removeprefix("AT"), OK)], bench)
    bench.wait(60)
    assert bench.read() == b""
