"""EHS6: what ModemManager's cinterion plugin asks, and the overflow of its memory."""

from __future__ import annotations

from modem.profiles.cinterion_ehs6 import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play

PERSON = "+491711234567"


def test_modem_manager() -> None:
    play(
        [
            ('^SCFG="URC/DstIfc","app"', OK),
            ("^SCKS=1", OK),
            ("^SLCC=?", ["^SLCC: (0,1)", "OK"]),
            ('^SPIC="SC"', ["^SPIC: 3", "OK"]),
            ('^SPIC="SC",1', ["^SPIC: 10", "OK"]),
        ],
        Bench(personality=PROFILE.personality),
    )


def test_messages_and_reports_are_routed_in_phase_2_only() -> None:
    """EHS6 AT Command Set 03.001, 12.12: mt 2 and 3 and ds 1 need AT+CSMS=1."""
    play(
        [
            ("+CNMI=?", ["+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)", "OK"]),
            ("+CNMI=2,1,0,2,0", OK),
            *((f"+CNMI={value}", ["+CMS ERROR: 303"]) for value in ("2,2,2,2,1", "2,3,0,0,0", "2,1,0,1,0")),
            ("+CNMI?", ["+CNMI: 2,1,0,2,0", "OK"]),
            ("+CSMS=1", ["+CSMS: 1,1,1", "OK"]),
            ("+CNMI=2,2,0,1,0", OK),
        ],
        Bench(personality=PROFILE.personality),
    )


def test_it_goes_down_with_its_last_word_and_comes_back_with_its_first() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    assert bench.at("^SMSO") == ["^SMSO: MS OFF", "OK", "^SHUTDOWN"]
    bench.reboot()

    assert lines(bench.read()) == ["^SYSSTART", "+PBREADY"]


def test_messages_that_wait_at_the_service_centre_are_told() -> None:
    """EHS6 AT Command Set, ^SMGO: 2 says that the memory is full and that a message waits at the service centre."""
    bench = Bench(personality=PROFILE.personality, sim_capacity=1)
    bench.at("+CNMI=2,1,0,0,1")
    bench.write(PERSON, "one")
    bench.write(PERSON, "two")

    assert lines(bench.read()) == ['+CMTI: "SM",1', "^SMGO: 2"]
