"""Send windows, compared with the clock on the wall minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.types import EpochMs
from gateway.core.window import DAYS, Hours, Window, parse_window

BERLIN, SANTIAGO, LORD_HOWE, APIA = "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"
CAIRO = "Africa/Cairo"
MINUTE_MS = 60_000


def ms(text: str) -> EpochMs:
    """An instant from ISO 8601 with its offset."""
    return EpochMs(int(datetime.fromisoformat(text).timestamp() * 1000))


def at(instant: EpochMs, zone: str) -> str:
    return datetime.fromtimestamp(instant / 1000, ZoneInfo(zone)).isoformat()


# On 2026-03-29, a Sunday, Berlin's clocks go from 02:00 to 03:00, on 2026-10-25 from 03:00 back to 02:00 (EU directive
# 2000/84/EC: 01:00 UTC). On 2023-04-28 Cairo's went from 00:00 to 01:00. On 2026-04-05 those of Lord Howe go back by
# half an hour at 02:00. Apia had no 2011-12-30, a Friday (tz database).
@pytest.mark.parametrize(
    ("text", "zone", "asked", "opens"),
    [
        ("mo-fr 08:00-20:00", BERLIN, "2026-11-25T07:59:59+01:00", "2026-11-25T08:00:00+01:00"),
        ("mo-fr 08:00-20:00", BERLIN, "2026-11-25T08:00:00+01:00", "2026-11-25T08:00:00+01:00"),
        ("mo-fr 08:00-20:00", BERLIN, "2026-11-25T19:59:59+01:00", "2026-11-25T19:59:59+01:00"),
        ("mo-fr 08:00-20:00", BERLIN, "2026-11-27T20:00:00+01:00", "2026-11-30T08:00:00+01:00"),
        ("mo-fr 08:00-20:00; sa 10:00-14:00", BERLIN, "2026-11-27T20:00:00+01:00", "2026-11-28T10:00:00+01:00"),
        ("mo 22:00-06:00", BERLIN, "2026-11-24T05:59:00+01:00", "2026-11-24T05:59:00+01:00"),
        ("mo 22:00-06:00", BERLIN, "2026-11-24T06:00:00+01:00", "2026-11-30T22:00:00+01:00"),
        ("su 22:00-06:00", BERLIN, "2026-11-23T03:00:00+01:00", "2026-11-23T03:00:00+01:00"),
        ("daily 00:00-24:00", BERLIN, "2026-11-25T23:59:59+01:00", "2026-11-25T23:59:59+01:00"),
        ("fr-mo 10:00-11:00", BERLIN, "2026-11-24T10:00:00+01:00", "2026-11-27T10:00:00+01:00"),
        ("daily 02:30-04:00", BERLIN, "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00"),
        ("su 02:00-02:30", BERLIN, "2026-03-29T01:00:00+01:00", "2026-04-05T02:00:00+02:00"),
        ("daily 02:00-02:30", BERLIN, "2026-10-25T02:30:00+02:00", "2026-10-25T02:00:00+01:00"),
        ("daily 01:00-02:30", BERLIN, "2026-10-25T02:45:00+02:00", "2026-10-25T02:00:00+01:00"),
        ("daily 02:40-02:50", BERLIN, "2026-10-25T02:50:00+02:00", "2026-10-25T02:40:00+01:00"),
        ("daily 00:30-02:00", CAIRO, "2023-04-27T23:30:00+02:00", "2023-04-28T01:00:00+03:00"),
        ("daily 01:30-02:00", LORD_HOWE, "2026-04-05T01:20:00+11:00", "2026-04-05T01:30:00+11:00"),
        ("daily 01:30-01:45", LORD_HOWE, "2026-04-05T01:50:00+11:00", "2026-04-05T01:30:00+10:30"),
        ("fr 12:00-13:00", APIA, "2011-12-24T12:00:00-10:00", "2012-01-06T12:00:00+14:00"),
    ],
)
def test_the_next_opening_is_found(text: str, zone: str, asked: str, opens: str) -> None:
    assert at(parse_window(text, zone).next_open(ms(asked)), zone) == opens


zones = st.sampled_from((BERLIN, SANTIAGO, LORD_HOWE, APIA, CAIRO, "America/New_York", "Asia/Kathmandu", "UTC"))
minutes = st.integers(0, 24 * 60 - 1)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    hours = []
    for _ in range(draw(st.integers(1, 2))):
        begin, end = draw(
            st.tuples(minutes, minutes.map(lambda minute: minute + 1)).filter(lambda two: two[0] != two[1])
        )
        hours.append(Hours(days=frozenset(draw(st.sets(st.integers(0, 6), min_size=1))), begin=begin, end=end))
    return Window(hours=tuple(hours), zone=draw(zones))


def is_on_the_wall(window: Window, instant: datetime) -> bool:
    """Whether the clock on the wall shows a time in the window, told by comparing its digits."""
    local = instant.astimezone(ZoneInfo(window.zone))
    today, yesterday = local.weekday(), (local.date() - timedelta(days=1)).weekday()
    clock = f"{local:%H:%M}"
    for one in window.hours:
        begin, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (one.begin, one.end))
        if begin < end and today in one.days and begin <= clock < end:
            return True
        if begin > end and ((today in one.days and clock >= begin) or (yesterday in one.days and clock < end)):
            return True
    return False


# Around the changes of clocks of these zones in 2026, and on any other day.
instants = st.one_of(
    st.sampled_from(("2026-03-29", "2026-10-25", "2026-04-05", "2026-09-06", "2026-10-04", "2026-03-08", "2026-11-01")),
    st.dates(date(2024, 1, 1), date(2028, 1, 1)).map(str),
).flatmap(
    lambda day: st.integers(-600, 1800).map(
        lambda minute: datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=minute)
    )
)


@given(windows(), instants)
def test_it_opens_when_the_clock_on_the_wall_says_so_and_not_before(window: Window, asked: datetime) -> None:
    opens = window.next_open(EpochMs(int(asked.timestamp() * 1000)))
    assert window.is_open(opens)
    found = datetime.fromtimestamp(opens / 1000, UTC)
    assert is_on_the_wall(window, found)
    step = asked
    while step < found:
        assert not is_on_the_wall(window, step)
        step += timedelta(minutes=1)


@given(windows())
def test_a_window_that_is_written_down_can_be_read_again(window: Window) -> None:
    assert parse_window(str(window), "UTC") == window


@pytest.mark.parametrize(
    ("text", "days", "begin", "end"),
    [
        ("mo-fr 8:00-20:00", {0, 1, 2, 3, 4}, 480, 1200),
        ("SA,SU 00:00-24:00", {5, 6}, 0, 1440),
        ("sa-mo 22:00 - 06:00", {5, 6, 0}, 1320, 360),
        ("daily 09:15-09:16", set(range(7)), 555, 556),
    ],
)
def test_days_and_times_are_read(text: str, days: set[int], begin: int, end: int) -> None:
    (hours,) = parse_window(text, "UTC").hours
    assert (set(hours.days), hours.begin, hours.end) == (days, begin, end)


def test_the_zone_of_a_window_is_its_own_or_the_given_one() -> None:
    assert parse_window("mo 08:00-20:00 Asia/Tokyo", BERLIN).zone == "Asia/Tokyo"
    assert parse_window("mo 08:00-20:00", BERLIN).zone == BERLIN


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not like"),
        ("08:00-20:00", "not like"),
        ("mo-fr", "not like"),
        ("mo-fr 08:00-20:00 Mars/Base", "no IANA time zone"),
        ("mo-fr 08:00-20:00 ../etc/passwd", "no IANA time zone"),
        ("xx 08:00-20:00", "no weekdays"),
        ("mo- 08:00-20:00", "no weekdays"),
        ("mo 08:00-20:00; tu 08:00-", "not like"),
        ("mo 08:00-08:00", "a whole day is 00:00-24:00"),
        ("mo 24:00-08:00", "a whole day is 00:00-24:00"),
        ("mo 08:60-20:00", "no time of the day"),
        ("mo 08:00-24:01", "no time of the day"),
    ],
)
def test_what_is_no_window_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_window(text, BERLIN)


def test_every_day_has_its_word() -> None:
    monday = datetime(2026, 11, 23, 12, tzinfo=UTC)
    for offset, day in enumerate(DAYS):
        instant = EpochMs(int((monday + timedelta(days=offset)).timestamp() * 1000))
        assert parse_window(f"{day} 11:00-13:00", "UTC").is_open(instant)
