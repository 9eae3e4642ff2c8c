"""Counters of PINs as modems tell them."""

from __future__ import annotations

import pytest

from modem.at.pin_tries import PinTries, read_pin_tries


@pytest.mark.parametrize(
    ("lines", "tries"),
    [
        # 3GPP TS 27.007 8.65: +CPINR: <code>,<retries>[,<default_retries>]
        (["+CPINR: SIM PIN,2,3"], PinTries(left=2)),
        (['+CPINR: "SIM PIN",3'], PinTries(left=3)),
        (["+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN,1,3", "+CPINR: SIM PIN2,3,3"], PinTries(left=1)),
        (["+CPINR: SIM PUK,10,10"], None),
        # Huawei MU509 manual: ^CPIN: <code>,[<times>],<puk_times>,<pin_times>,<puk2_times>,<pin2_times>
        (["^CPIN:SIM PIN,3,10,2,10,3"], PinTries(left=2)),
        (["^CPIN: READY,,10,3,10,3"], PinTries(left=3)),
        # Quectel EC25 AT manual, AT+QPINC
        (['+QPINC: "SC",3,10', '+QPINC: "P2",2,10'], PinTries(left=3)),
        (['+QPINC: "P2",2,10'], None),
        (["+UPINCNT: 3,2,10,9"], PinTries(left=3)),
        (["+CPINC: 1,3,10,10"], PinTries(left=1)),
        (["^SPIC: 3"], PinTries(left=3)),
        (["#PCT: 2"], PinTries(left=2)),
        (["+SPIC: 3,10,0,10"], PinTries(left=3)),
        # ETSI TS 102 221 10.2.1.5: 63Cx, 6983 when blocked
        (['+CSIM: 4,"63C3"'], PinTries(left=3)),
        (['+CSIM: 4,"63c1"'], PinTries(left=1)),
        (['+CSIM: 4,"6983"'], PinTries(left=0)),
        (['+CSIM: 4,"9000"'], None),
        (["+CREG: 1"], None),
        (["+UPINCNT:"], None),
        (["+UPINCNT: many"], None),
        ([], None),
    ],
)
def test_counter_of_the_pin_is_read(lines: list[str], tries: PinTries | None) -> None:
    assert read_pin_tries(lines) == tries
