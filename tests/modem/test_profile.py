"""What a profile says of a model: how numbers are read from the answers that manuals and other programs show."""

from __future__ import annotations

import pytest

from modem.profile import STANDARD_PIN_TRIES, PinTries, Profile, Reading, TriesLeft
from modem.profiles import load_profiles

PROFILES = load_profiles()


@pytest.mark.parametrize(
    ("line", "number"),
    [("+QTEMP: 26,24,24", 26.0), ("+CPMUTEMP: -3", -3.0), ("+UTEMP: 24.5", 24.5), ("+QTEMP: ", None), ("OK", None)],
)
def test_a_reading_is_the_first_number_behind_the_colon(line: str, number: float | None) -> None:
    assert Reading(command="AT+QTEMP").read([line]) == number


def test_a_reading_counts_in_its_unit() -> None:
    assert Reading(command="AT^SBV", unit=0.001).read(["^SBV: 4063"]) == pytest.approx(4.063)


@pytest.mark.parametrize(
    ("name", "lines", "degrees"),
    [
        # ME909 AT Command Interface Specification: 65535 for a sensor that is missing.
        ("huawei-me909", ["^CHIPTEMP: 65535,65535,312,65535,301"], 31.2),
        ("telit-le910", ["#TEMPMEAS: 0,25"], 25.0),
        ("telit-le910", ["#TEMPMEAS: -1,-12"], -12.0),
        ("sierra-mc7455", ["Temp state: Normal", "Temperature: 36.63 C"], 36.63),
        ("sim800", ["+CMTE: 0,25.5"], 25.5),
        ("cinterion-ehs6", ["^SCTM: 1,0,31"], 31.0),
        ("quectel-ec25", ["+QTEMP: 30,28,29"], 30.0),
    ],
)
def test_a_temperature_is_found_where_the_model_tells_it(name: str, lines: list[str], degrees: float) -> None:
    reading = PROFILES[name].temperature_c

    assert reading is not None
    assert reading.read(lines) == pytest.approx(degrees)


def tries(profile: Profile, lines: list[str]) -> int | None:
    """Return what the first question that is not everybody's makes of an answer."""
    (own,) = [query for query in profile.pin_tries if query not in STANDARD_PIN_TRIES]
    found = own.read(lines)
    return None if found is None else found.left


@pytest.mark.parametrize(
    ("name", "lines", "left"),
    [
        # oFono drivers/atmodem/sim.c and ModemManager src/plugins/{ublox,sierra,huawei,telit} read these.
        ("huawei-e173", ["^CPIN: SIM PIN,,10,2,10,3"], 2),
        ("huawei-me909", ["^CPIN:READY,,10,3,10,3"], 3),
        ("quectel-ec25", ['+QPINC: "SC",1,10', '+QPINC: "P2",3,10'], 1),
        ("quectel-m95", ['+QPINC: "SC",3,10'], 3),
        ("ublox-sara-u2", ["+UPINCNT: 0,3,5,5"], 0),
        ("sierra-mc7455", ["+CPINC: 3, 3, 10, 10"], 3),
        ("wavecom", ["+CPINC: 2,3,10,10"], 2),
        ("telit-le910", ["#PCT: 3"], 3),
        ("cinterion-mc75i", ["^SPIC: 3"], 3),
        ("sim800", ["+SPIC: 3,10,0,10"], 3),
        ("zte-mf", ["+ZPINPUK: 3,10"], 3),
        ("zte-mf", [], None),
        ("zte-mf", ["+CME ERROR: 10"], None),
    ],
)
def test_the_tries_of_the_pin_are_found_where_the_model_tells_them(
    name: str, lines: list[str], left: int | None
) -> None:
    assert tries(PROFILES[name], lines) == left


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("+CPINR: SIM PIN,3,3", 3),  # 27.007 8.65
        ('+CPINR: "SIM PIN",1', 1),
        ("+CPINR: SIM PUK,10,10", None),
        ('+CSIM: 4,"63C2"', 2),  # TS 102 221 11.1.9 and 10.2.1.5.1
        ("+CSIM: 4,63c0", 0),
        ('+CSIM: 4,"6983"', 0),
        ('+CSIM: 4,"9000"', None),  # no PIN is wanted
        ('+CSIM: 4,"6F00"', None),
    ],
)
def test_the_tries_of_the_pin_as_the_standards_tell_them(line: str, left: int | None) -> None:
    found = [query.read([line]) for query in STANDARD_PIN_TRIES]

    assert [tries.left for tries in found if tries is not None] == ([] if left is None else [left])


def test_a_card_may_give_more_tries_than_the_usual_three() -> None:
    # 27.007 8.65: +CPINR: <code>,<retries>[,<default_retries>]
    assert STANDARD_PIN_TRIES[0].read(["+CPINR: SIM PUK,10,10", "+CPINR: SIM PIN,3,5"]) == TriesLeft(left=3, most=5)


def test_a_question_without_its_group_is_a_mistake() -> None:
    with pytest.raises(IndexError):
        PinTries(command="AT+X", pattern="X").read(["X"])
