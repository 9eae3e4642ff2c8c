"""HL7812: +KSUP ends its start, and it knows no command of the MC and EM cards."""

from __future__ import annotations

from modem.profiles.sierra_hl78 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_the_end_of_a_start_is_told() -> None:
    assert PROFILE.personality.boot.lines == ((8.0, "+KSUP: 0"),)
    assert PROFILE.restart_urcs == {"+KSUP"}


def test_commands_of_the_cards_are_refused() -> None:
    bench = Bench(personality=PROFILE.personality)
    play([("!GSTATUS?", ["ERROR"]), ("!RESET", ["ERROR"]), ("+KSREP=1", OK)], bench)
    play([("+CPINC?", ["+CPINC: 3,3,10,10", "OK"])], bench)
