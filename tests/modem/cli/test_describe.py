"""PDUs in words; what the octets mean is from the sources of the vectors and 3GPP TS 23.040."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modem.cli.describe import describe, period_text, read_pdu, summary


@pytest.mark.parametrize(
    ("pdu", "line"),
    [
        (
            "07912160130300F4040B914151245584F600087010807121352B10212200A900AE00680065006C006C006F",
            "deliver from +14154255486, 2007-01-08 17:12:53-08:00: '™©®hello'",
        ),
        (
            "0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421",
            "submit to +27821234567: 48656C6C6F20776F726C6421 (8-bit data)",
        ),
        (
            "07914306073011F006270B913426565711F7012081111345400120811174054043",
            "status report on 39 to +43626575117: not obtainable (43), 2010-02-18 11:47:50+01:00",
        ),
        (
            "005100098156355476F80000AA14050003880303C2A066D8CD02B5F3A0F9DB0D",
            "submit to 655345678, segment 3 of 3 (reference 136): 'a Man, my son'",
        ),
    ],
    ids=["deliver", "data", "report", "segment"],
)
def test_a_pdu_on_one_line(pdu: str, line: str) -> None:
    assert summary(read_pdu(pdu).tpdu) == line


def words(pdu: str) -> dict[str, str]:
    return {field.key: field.words for field in describe(read_pdu(pdu))}


def test_enhanced_validity_and_single_shot_are_said() -> None:
    # First octet 09: submit, TP-VPF enhanced; 42: single shot, value in seconds; 1E: 30 (23.040 9.2.3.12.3).
    assert words("0009000B914316565811F90000421E000000000004E8373B0C")["validity"] == (
        "30 seconds, tried only once (421E0000000000)"
    )


def test_a_time_that_is_none_is_shown_as_it_came() -> None:
    # The stamp of gammu's field captures that have no clock: all zeros is month 0.
    assert words("00040B914316565811F900000000000000000004E8373B0C")["scts"] == "no valid time (00000000000000)"


def test_a_header_that_does_not_add_up_is_said() -> None:
    assert words("0041000B914316565811F90004050300090041")["udh"] == "ignored: its elements do not add up"


def test_a_national_language_is_named() -> None:
    # Header 03 24 01 01: single shift, Turkish (23.038 6.2.1.2.4).
    assert (
        "24 national language, single shift table: 01 (Turkish)"
        in (words("0041000B914316565811F900000803240101D06536FB0D")["udh"])
    )


@pytest.mark.parametrize(
    ("period", "text"),
    [
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(hours=12, minutes=30), "12 hours 30 minutes"),
        (timedelta(weeks=63), "63 weeks"),
        (timedelta(days=1), "1 day"),
        (timedelta(0), "0 seconds"),
    ],
)
def test_periods_in_words(period: timedelta, text: str) -> None:
    assert period_text(period) == text
