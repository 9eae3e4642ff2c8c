"""SIM7000, SIM7080: NB-IoT takes its time; without service a message is an unknown error."""

from __future__ import annotations

from modem.profiles.sim7000 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_the_network_is_waited_for_three_minutes() -> None:
    assert PROFILE.submit_timeout_s == 180


def test_it_restarts_by_its_own_command() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [("+CPSI?", ["+CPSI: LTE CAT-M1,Online,001-01,0x00A1,4275,0,EUTRAN-BAND20,6400,3,3,-11,-94,-66,11", "OK"])],
        bench,
    )
    play([("+CREBOOT", OK)], bench)
    assert not bench.machines[0].is_awake
