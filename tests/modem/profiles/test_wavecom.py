"""Wavecom: +CPIN? without OK, two memories, +WIND."""

from __future__ import annotations

from modem.profiles.wavecom import PROFILE
from tests.modem.emulator.bench import Bench, lines
from tests.modem.emulator.commands.dialogue import OK, play


def test_kannel_s_way_in() -> None:
    """Kannel gw/smsc/smsc_at.c, where +CPIN: ends the wait: right for this modem, and for no other."""
    bench = Bench(personality=PROFILE.personality)
    assert bench.type(b"AT+CPIN?\r") == b"\r\n+CPIN: READY\r\n"
    play(
        [
            ("+CMGF=0", OK),
            ("+CSMS=?", ["+CSMS: (0,1)", "OK"]),
            ("+CNMI=1,2,0,1,0", OK),
            ('+CPMS="SM"', ["+CPMS: 0,30,0,30", "OK"]),
            ("+CPMS?", ['+CPMS: "SM",0,30,"SM",0,30', "OK"]),
        ],
        bench,
    )


def test_memories_in_double_brackets() -> None:
    """oFono drivers/atmodem/sms.c: Wavecom Q2."""
    play(
        [
            ("+CPMS=?", ['+CPMS: (("SM","BM","SR"),("SM"))', "OK"]),
            ('+CPMS="SM","SM","SM"', ["+CMS ERROR: 302"]),
        ],
        Bench(personality=PROFILE.personality),
    )


def test_python_gsmmodem_finds_its_wavecom() -> None:
    bench = Bench(personality=PROFILE.personality)
    play(
        [
            ("+WIND?", ["+WIND: 255", "OK"]),
            ("+WIND=50", OK),
            ("+CCID", [f'+CCID: "{bench.equipment().sim.iccid}"', "OK"]),
            ("+CPINC", ["+CPINC: 3,3,10,10", "OK"]),
            ("+WOPEN=0", OK),
        ],
        bench,
    )


def test_it_winds_up() -> None:
    bench = Bench(personality=PROFILE.personality, boot_s=None)
    bench.reboot()

    assert lines(bench.read()) == ["+WIND: 1", "+WIND: 7", "+WIND: 4"]
