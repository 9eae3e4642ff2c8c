"""SIM900: "Call Ready" is the last word of a start, and messages work from then on."""

from __future__ import annotations

from modem.profiles.sim900 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_no_message_command_works_before_call_ready() -> None:
    """Seeed-Studio/GPRS_SIM900#39."""
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.machines[0].power_off()
    bench.machines[0].power_on(bench.now)
    bench.wait(9)
    bench.at("E0")
    play([("+CMGF=0", ["ERROR"])], bench)
    bench.wait(1.1)
    assert bench.read().endswith(b"Call Ready\r\n")
    play([("+CMGF=0", OK), ("+SPIC", ["+SPIC: 3,10,3,10", "OK"])], bench)
