"""Huawei ME909 class: what ModemManager's huawei plugin asks and must be able to read."""

from __future__ import annotations

from modem.profiles.huawei_me909 import PROFILE
from tests.modem.emulator.bench import Bench
from tests.modem.emulator.commands.dialogue import OK, play


def test_modem_manager() -> None:
    play(
        [
            ("^CURC=0", OK),
            ("^PORTSEL=0", OK),
            ("^GETPORTMODE", ["^GETPORTMODE:TYPE:WCDMA:huawei,PCUI:1,MDM:2,NDIS:3,DIAG:4", "OK"]),
            ("^SYSINFOEX", ['^SYSINFOEX:2,3,0,1,,6,"LTE",101,"LTE"', "OK"]),
            ("^SYSCFGEX?", ['^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF', "OK"]),
            ("^HCSQ?", ['^HCSQ:"LTE",46,41,131,26', "OK"]),
            ("^RFSWITCH?", ["^RFSWITCH:1,1", "OK"]),
            ("^DDSETEX=2", OK),
            # ModemManager src/tests/test-modem-helpers.c: MU609 without brackets.
            ("+CPMS=?", ['+CPMS: "ME","MT","SM"', "OK"]),
            ("+CREG=2;+CEREG=2", OK),
            ("+CREG?", ["+CREG: 2,1,A1,10B3,7", "OK"]),
            ("+CEREG?", ["+CEREG: 2,1,A1,10B3,7", "OK"]),
            ("^PREFMODE?", ["COMMAND NOT SUPPORT"]),
        ],
        Bench(personality=PROFILE.personality),
    )
