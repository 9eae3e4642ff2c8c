from __future__ import annotations

from modem.profiles.quectel_m95 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play


def test_its_own_commands() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("I", ["Quectel_Ltd", "Quectel_M95", "Revision: M95FAR02A08", "OK"]),
            ("+QCCID", [bench.equipment().sim.iccid, "OK"]),
            ('+QPINC="SC"', ['+QPINC: "SC",3,10', "OK"]),
            ("+CMGR=1", OK),
            ("+QPOWD=1", ["NORMAL POWER DOWN"]),
        ],
        bench,
    )


def test_it_starts_with_its_lines_and_takes_messages_behind_call_ready() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.machines[0].power_off()
    bench.read()
    bench.machines[0].power_on(bench.now)
    bench.wait(7)
    assert lines(bench.read()) == ["RDY", "+CFUN: 1", "+CPIN: READY"]
    assert lines(bench.type(b"ATE0\r"))[-1] == "OK"
    assert bench.at("+CMGL=4") == ["+CMS ERROR: 302"]
    bench.wait(1)
    assert lines(bench.read()) == ["Call Ready"]
    assert bench.at("+CMGL=4") == OK
