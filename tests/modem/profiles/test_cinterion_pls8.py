"""PLS8: ^SYSSTART, and the setting that its older relatives do not know."""

from __future__ import annotations

from modem.profiles.cinterion_pls8 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_what_modem_manager_asks() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([('^SCFG="MEopMode/Prov/Cfg"', ['^SCFG: "MEopMode/Prov/Cfg","1"', "OK"]), ("^SMGO=1", OK)], bench)


def test_a_start() -> None:
    assert [line for _, line in PROFILE.personality.boot.lines] == ["^SYSSTART", "+PBREADY"]
    assert "^SYSSTART AIRPLANE MODE" in PROFILE.restart_urcs
