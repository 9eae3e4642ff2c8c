from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.api.times import format_instant, read_instant, read_zone
from gateway.core.types import EpochMs

BERLIN = ZoneInfo("Europe/Berlin")


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-26", "2024-03-25T23:00:00"),
        ("2024/3/6", "2024-03-05T23:00:00"),
        ("24-03-26 10:15:01", "2024-03-26T09:15:01"),
        ("2024-03-26 9:05", "2024-03-26T08:05:00"),
        (" 2024-03-26T10:15:01.5 ", "2024-03-26T09:15:01.500"),
        ("2024-03-26T10:15:01Z", "2024-03-26T10:15:01"),
        ("2024-03-26 10:15:01-05:30", "2024-03-26T15:45:01"),
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00"),  # does not exist: 03:30 summer time
        ("2024-10-27 02:30:00", "2024-10-27T00:30:00"),  # occurs twice: the first
    ],
)
def test_times_are_read_in_the_callers_zone(text: str, utc: str) -> None:
    assert read_instant(text, BERLIN, has_short_year=True) == _ms(utc)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-26", "2024-03-26T22:59:59.999"),
        ("2024-03-26 10:15:01", "2024-03-26T09:15:01.999"),
        ("2024-03-26 10:15", "2024-03-26T09:15:00.999"),
        ("2024-03-26 10:15:01.25", "2024-03-26T09:15:01.250"),
    ],
)
def test_end_of_a_range_is_included(text: str, utc: str) -> None:
    assert read_instant(text, BERLIN, is_end=True) == _ms(utc)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2024-02-30", "2024-13-01", "2024-03-26 24:00:00", "2024-03-26 10", "26.03.2024", "0000-01-01",
     "2024-03-26 10:15:01+99:00", "20240326", "1711447200", "٢٠٢٤-٠٣-٢٦"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert read_instant(text, BERLIN, has_short_year=True) is None


def test_short_years_only_where_they_are_allowed() -> None:
    assert read_instant("24-03-26", BERLIN) is None


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31 23:59:59"])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_edges_of_the_calendar_are_no_error(text: str, zone: str) -> None:
    instant = read_instant(text, ZoneInfo(zone))
    assert instant is None or isinstance(instant, int)


@given(st.integers(0, 4_000_000_000))
def test_what_is_shown_can_be_read_again(seconds: int) -> None:
    instant = EpochMs(seconds * 1000)
    zone = ZoneInfo("Asia/Kathmandu")
    assert read_instant(format_instant(instant, zone), zone) == instant


def test_the_same_second_is_shown_in_the_time_of_each_zone() -> None:
    instant = EpochMs(_ms("2024-03-26T10:15:09"))
    shown = [format_instant(instant, ZoneInfo(name)) for name in ("UTC", "Europe/Berlin", "UTC")]
    assert shown == ["2024-03-26 10:15:09", "2024-03-26 11:15:09", "2024-03-26 10:15:09"]


def test_shown_with_slashes() -> None:
    assert format_instant(EpochMs(_ms("2024-03-26T10:15:09")), ZoneInfo("UTC"), "%Y/%m/%d %H:%M:%S") == (
        "2024/03/26 10:15:09"
    )


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("31.10.2030 13:15", "2030-10-31 13:15"),
        ("1.2.2030 7:05:09", "2030-02-01 07:05:09"),
        ("31-10-2030", "2030-10-31"),
    ],
)
def test_the_day_may_come_first_where_that_is_allowed(text: str, same_as: str) -> None:
    assert read_instant(text, BERLIN) is None
    assert read_instant(text, BERLIN, has_day_first=True) == read_instant(same_as, BERLIN)


def test_a_day_that_is_none_stays_none() -> None:
    assert read_instant("31.02.2030", BERLIN, has_day_first=True) is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "Europe", "", "../etc/passwd", "a\x00b", "\ud800", "x" * 5000])
def test_what_is_no_time_zone(name: str) -> None:
    assert read_zone(name) is None


def test_time_zone() -> None:
    assert read_zone(" Europe/Berlin ") == BERLIN
