from __future__ import annotations

from modem.profiles.sierra_mc7455 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_its_own_commands() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+CGMI", ["Sierra Wireless, Incorporated", "OK"]),
            ('!ENTERCND="A710"', OK),
            ("!SELRAT?", ["!SELRAT: 00, Automatic", "OK"]),
            ("+CMGR=0", ["+CMS ERROR: 320"]),
            ("!RESET", OK),
        ],
        bench,
    )
    assert not bench.machines[0].is_awake


def test_it_says_nothing_at_a_start() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.reboot()

    assert bench.read() == b""
