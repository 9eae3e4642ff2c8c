from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.period import Period, calendar_bounds
from gateway.core.types import EpochMs

ZONES = ["UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]


def ms(text: str) -> EpochMs:
    return EpochMs(int(datetime.fromisoformat(text).timestamp() * 1000))


@pytest.mark.parametrize(
    ("period", "zone", "contract_day", "now", "start", "end"),
    [
        # Days of 23 and 25 hours: EU summer time begins on 29 March 2026 and ends on 25 October 2026, at 01:00 UTC.
        ("day", "Europe/Berlin", 1, "2026-03-29T12:00+02:00", "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00"),
        ("day", "Europe/Berlin", 1, "2026-10-25T12:00+01:00", "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00"),
        # Brazil put its clocks from 00:00 to 01:00 on 4 November 2018: the day had no midnight.
        ("day", "America/Sao_Paulo", 1, "2018-11-04T05:00-02:00", "2018-11-04T01:00-02:00", "2018-11-05T00:00-02:00"),
        # Samoa left out 30 December 2011.
        ("day", "Pacific/Apia", 1, "2011-12-29T12:00-10:00", "2011-12-29T00:00-10:00", "2011-12-31T00:00+14:00"),
        ("hour", "Asia/Kathmandu", 1, "2026-11-25T10:20+05:45", "2026-11-25T10:00+05:45", "2026-11-25T11:00+05:45"),
        ("minute", "UTC", 1, "2026-11-25T10:20:59+00:00", "2026-11-25T10:20+00:00", "2026-11-25T10:21+00:00"),
        ("month", "UTC", 1, "2026-11-25T10:20+00:00", "2026-11-01T00:00+00:00", "2026-12-01T00:00+00:00"),
        ("month", "Europe/Berlin", 15, "2026-11-14T23:59+01:00", "2026-10-15T00:00+02:00", "2026-11-15T00:00+01:00"),
        ("month", "UTC", 31, "2027-02-27T12:00+00:00", "2027-01-31T00:00+00:00", "2027-02-28T00:00+00:00"),
        ("month", "UTC", 31, "2027-02-28T12:00+00:00", "2027-02-28T00:00+00:00", "2027-03-31T00:00+00:00"),
        ("month", "UTC", 30, "2028-02-29T00:00+00:00", "2028-02-29T00:00+00:00", "2028-03-30T00:00+00:00"),
        ("month", "UTC", 29, "2027-03-01T00:00+00:00", "2027-02-28T00:00+00:00", "2027-03-29T00:00+00:00"),
        ("month", "UTC", 20, "2027-01-05T00:00+00:00", "2026-12-20T00:00+00:00", "2027-01-20T00:00+00:00"),
    ],
)
def test_period_of_the_calendar(period: str, zone: str, contract_day: int, now: str, start: str, end: str) -> None:
    bounds = calendar_bounds(Period(period), ms(now), zone=ZoneInfo(zone), contract_day=contract_day)
    assert bounds == (ms(start), ms(end))


@given(
    now=st.integers(ms("1970-01-02T00:00+00:00"), ms("2045-01-01T00:00+00:00")),
    period=st.sampled_from(Period),
    zone=st.sampled_from(ZONES),
    contract_day=st.integers(1, 31),
)
def test_now_lies_in_its_period_and_the_next_one_follows(
    now: int, period: Period, zone: str, contract_day: int
) -> None:
    start, end = calendar_bounds(period, EpochMs(now), zone=ZoneInfo(zone), contract_day=contract_day)
    assert start <= now < end
    assert end - start <= 32 * 86_400_000
    following, _ = calendar_bounds(period, end, zone=ZoneInfo(zone), contract_day=contract_day)
    assert start < following <= end
    # Hours and minutes overlap where a zone changes by less; days and months follow each other without a gap.
    if period in {Period.DAY, Period.MONTH}:
        assert following == end
