"""`delivery_date`: the vendor takes "any valid date", so this reads what people and programs write for one."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from gateway.api.times import instant_of, read_instant
from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LONGEST = 80
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBERS = {name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in (3, 4, len(name))}
_MINUTES = {"minute": 1, "hour": 60}
_DAYS = {"day": 1, "week": 7}

# In a form a raw plus has become a blank, so a blank stands for one before an offset and before a count.
_TIME = (
    r"(?:(?:t|,?\s+)(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?)?"
    r"(?:\s*(?P<half>[ap])\.?m\.?)?"
    r"(?:\s?(?:utc|gmt)?(?P<sign>[\s+-])(?P<zone_hour>[0-9]{2}):?(?P<zone_minute>[0-9]{2})|\s?(?P<utc>z|utc|gmt))?"
    r"(?:\s*\([^()]{0,40}\))?)?"
)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s+)?"
_DAY = r"(?P<day>[0-9]{1,2})"
_MONTH = r"(?P<month>[0-9]{1,2})"
_YEAR = r"(?P<year>[0-9]{4})"
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_DATES = [
    re.compile(date + _TIME)
    for date in (
        rf"{_YEAR}[-/]{_MONTH}[-/]{_DAY}",
        rf"{_MONTH}/{_DAY}/{_YEAR}",
        rf"{_DAY}[.-]{_MONTH}[.-]{_YEAR}",
        rf"{_WEEKDAY}{_DAY}(?:st|nd|rd|th)?[\s-]+{_NAME},?[\s-]+{_YEAR}",
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}(?:st|nd|rd|th)?,?\s+{_YEAR}",
        r"(?P<word>now|today|tomorrow)",
    )
]
_UNIX = re.compile(r"@(?P<seconds>-?[0-9]{1,12})(?:\.[0-9]{1,9})?")
_LATER = re.compile(r"\+?\s*(?P<count>[0-9]{1,6})\s*(?P<unit>minute|hour|day|week)s?")


def read_delivery_date(text: str, zone: ZoneInfo, now: EpochMs) -> EpochMs | None:
    """Read when a message is due, in the caller's zone; None when it is no date.

    What is later by days or weeks has the same time of day, also over a change of summer time.
    """
    text = text.strip()
    instant = read_instant(text, zone)
    if instant is not None or len(text) > LONGEST:
        return instant
    text = text.lower()
    if match := _UNIX.fullmatch(text):
        return EpochMs(int(match["seconds"]) * 1000)
    if match := _LATER.fullmatch(text):
        return _later(int(match["count"]), match["unit"], zone, now)
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            return _instant(match, zone, now)
    return None


def _later(count: int, unit: str, zone: ZoneInfo, now: EpochMs) -> EpochMs | None:
    if unit in _MINUTES:
        return EpochMs(now + count * _MINUTES[unit] * 60_000)
    try:
        return instant_of(_local(now, zone) + timedelta(days=count * _DAYS[unit]), zone)
    except OverflowError:
        return None


def _instant(match: re.Match[str], zone: ZoneInfo, now: EpochMs) -> EpochMs | None:
    found = match.groupdict()
    word = found.get("word")
    if word == "now" and found["hour"] is None:
        return now
    try:
        day = _local(now, zone).date() + timedelta(days=word == "tomorrow") if word else _date(found)
        if day is None:
            return None
        hour, minute, second = _clock(found)
        local = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001 (instant_of adds the zone)
        return instant_of(local, _zone(found) or zone)
    except (ValueError, OverflowError):
        return None


def _local(instant: EpochMs, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant / 1000, zone).replace(tzinfo=None)


def _date(found: dict[str, str | None]) -> datetime | None:
    name = found.get("name")
    month = _MONTH_NUMBERS.get(name) if name else int(found["month"] or 0)
    if month is None:
        return None
    return datetime(int(found["year"] or 0), month, int(found["day"] or 0))  # noqa: DTZ001 (only the date counts)


def _clock(found: dict[str, str | None]) -> tuple[int, int, int]:
    """Give the time of day, 0:00 without one; ValueError when it is none."""
    hour, minute, second = (int(found[name] or 0) for name in ("hour", "minute", "second"))
    if found["half"] is not None:
        if not 1 <= hour <= 12:
            raise ValueError(hour)
        return hour % 12 + 12 * (found["half"] == "p"), minute, second
    if found["hour"] is not None and found["minute"] is None:
        raise ValueError(hour)
    return hour, minute, second


def _zone(found: dict[str, str | None]) -> timezone | None:
    if found["utc"]:
        return UTC
    if found["zone_hour"] is None:
        return None
    offset = timedelta(hours=int(found["zone_hour"]), minutes=int(found["zone_minute"] or 0))
    return timezone(-offset if found["sign"] == "-" else offset)
