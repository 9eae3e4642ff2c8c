"""Validity periods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import EncodeError
from modem.pdu import Absolute, Enhanced, Relative, Timestamp
from tests.modem.pdu.strategies import NOON

MINUTE, HOUR, DAY, WEEK = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
LONGEST = 63 * WEEK


@pytest.mark.parametrize(
    ("octet", "period"),
    [
        (0, 5 * MINUTE), (11, HOUR), (143, 12 * HOUR), (144, 12 * HOUR + 30 * MINUTE), (167, DAY),

        (168, 2 * DAY), (169, 3 * DAY), (170, 4 * DAY), (196, 30 * DAY), (197, 5 * WEEK),
        (244, 52 * WEEK), (255, LONGEST),
    ],
)  # fmt: skip
def test_relative_octet_is_a_period(octet: int, period: timedelta) -> None:
    assert Relative(octet=octet).period == period
    assert Relative.of(period) == Relative(octet=octet)


@given(st.timedeltas(timedelta(0), LONGEST))
def test_relative_period_is_the_shortest_that_is_long_enough(period: timedelta) -> None:
    octet = Relative.of(period).octet
    assert Relative(octet=octet).period >= period
    assert octet == 0 or Relative(octet=octet - 1).period < period


@pytest.mark.parametrize("period", [timedelta(seconds=-1), LONGEST + timedelta(seconds=1)])
def test_a_period_out_of_range_is_refused(period: timedelta) -> None:
    with pytest.raises(EncodeError, match=r"outside 0\.\.63 weeks"):
        Relative.of(period)


def test_an_octet_out_of_range_is_refused() -> None:
    with pytest.raises(EncodeError, match="256 is outside"):
        Relative(octet=256).encode()


def test_absolute_validity_is_a_time_stamp() -> None:
    assert Absolute.of(NOON).encode() == Timestamp.of(NOON).raw
    assert Absolute.of(NOON).at.value == NOON


@pytest.mark.parametrize(
    ("period", "is_single_shot", "raw"),
    [
        (None, False, "00000000000000"),
        (None, True, "40000000000000"),
        (timedelta(seconds=1), False, "02010000000000"),
        (timedelta(seconds=255), True, "42FF0000000000"),
        (timedelta(seconds=256), False, "03004061000000"),
        (timedelta(hours=99, minutes=59, seconds=59), False, "03999595000000"),
        (timedelta(hours=100), False, "01AB0000000000"),
        (LONGEST, True, "41FF0000000000"),
    ],
)
def test_enhanced_validity_takes_the_form_that_holds_the_period_best(
    period: timedelta | None, is_single_shot: bool, raw: str
) -> None:
    enhanced = Enhanced.of(period, is_single_shot=is_single_shot)
    assert enhanced.encode() == bytes.fromhex(raw)
    assert enhanced.is_single_shot is is_single_shot
    if period is None:
        assert enhanced.period is None
    else:
        assert enhanced.period is not None
        assert enhanced.period >= period


@given(st.timedeltas(timedelta(microseconds=1), timedelta(hours=99)))
def test_enhanced_period_below_100_hours_is_exact_to_the_second(period: timedelta) -> None:
    written = Enhanced.of(period).period
    assert written is not None
    assert timedelta(0) <= written - period < timedelta(seconds=1)


@pytest.mark.parametrize(
    "raw",
    ["02000000000000", "03A00000000000", "04010000000000", "81010000000000"],
    ids=["0 seconds is reserved", "not BCD", "reserved form", "extended indicator"],
)
def test_enhanced_validity_in_a_reserved_form_has_no_period_and_is_kept(raw: str) -> None:
    enhanced = Enhanced(raw=bytes.fromhex(raw))
    assert enhanced.period is None
    assert enhanced.encode() == bytes.fromhex(raw)


@pytest.mark.parametrize("period", [timedelta(0), timedelta(seconds=-1), LONGEST + WEEK])
def test_an_enhanced_period_out_of_range_is_refused(period: timedelta) -> None:
    with pytest.raises(EncodeError, match="validity"):
        Enhanced.of(period)


def test_enhanced_validity_has_seven_octets() -> None:
    with pytest.raises(EncodeError, match="7 octets, not 6"):
        Enhanced(raw=bytes(6)).encode()
