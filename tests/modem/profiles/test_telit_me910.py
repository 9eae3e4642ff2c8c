"""ME910: silent at a start until #QSS is on; nothing may be asked while a message is on its way."""

from __future__ import annotations

from modem.profiles.telit_me910 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_what_the_driver_asks_of_it() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("#QSS=2", OK),
            ("#PCT", ["#PCT: 3", "OK"]),
            ("#CCID", [f"#CCID: {bench.equipment().sim.iccid}", "OK"]),
            ("#CBC", ["#CBC: 0,381", "OK"]),
            ("#REBOOT", OK),
        ],
        bench,
    )
    assert not bench.machines[0].is_awake


def test_a_submit_is_not_disturbed_by_a_question() -> None:
    """Its manual: wait for +CMGS or +CMS ERROR before any other command."""
    assert not PROFILE.is_probe_allowed


def test_the_network_is_waited_for_three_minutes() -> None:
    assert PROFILE.submit_timeout_s == 180
