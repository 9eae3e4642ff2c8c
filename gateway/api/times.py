"""Local times in requests and answers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from datetime import tzinfo

REMEMBERED_SECONDS = 256
"""Most answers say when it is now, and many are given in a second."""
_TIME = (
    r"(?:[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_DATE = re.compile(r"(?P<year>[0-9]{4}|[0-9]{2})[-/](?P<month>[0-9]{1,2})[-/](?P<day>[0-9]{1,2})" + _TIME)
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})[.-](?P<month>[0-9]{1,2})[.-](?P<year>[0-9]{4})" + _TIME)


def read_instant(
    text: str, zone: ZoneInfo, *, is_end: bool = False, has_short_year: bool = False, has_day_first: bool = False
) -> EpochMs | None:
    """Read a date or time of a request in the caller's zone, None when it is none.

    `YYYY-MM-DD`, with blank or `T` and `H:MM`, `HH:MM` or `HH:MM:SS`, optional fraction and `Z` or
    `±HH:MM`; `/` for `-`; with `has_short_year` also `YY`, meaning 20YY; with
    `has_day_first` also `DD.MM.YYYY` and `DD-MM-YYYY`. As the end of a range
    (`is_end`) the whole day or second is meant. Local times as in `instant_of`.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None and has_day_first:
        match = _DAY_FIRST.fullmatch(text.strip())
    if match is None or (len(match["year"]) == 2 and not has_short_year):
        return None
    try:
        return instant_of(_local_time(match, is_end=is_end), _zone_of(match["zone"]) or zone)
    except ValueError:
        return None


def instant_of(local: datetime, zone: tzinfo) -> EpochMs | None:
    """Give the instant of a local time in `zone`, None when it lies outside the years 1 to 9999.

    A local time that does not exist is moved forward by the gap, one that occurs twice is the first.
    """
    try:
        instant = local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # Arithmetic on the offset is exact; timestamp() is a float.
    return EpochMs((instant - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1))


def _local_time(match: re.Match[str], *, is_end: bool) -> datetime:
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    year = year + 2000 if len(match["year"]) == 2 else year
    if match["hour"] is None:
        return datetime(year, month, day, *((23, 59, 59, 999_000) if is_end else ()))  # noqa: DTZ001 (the caller adds it)
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    if is_end and match["fraction"] is None:
        microsecond = 999_000
    hour, minute, second = int(match["hour"]), int(match["minute"]), int(match["second"] or 0)
    return datetime(year, month, day, hour, minute, second, microsecond)  # noqa: DTZ001 (the caller adds the zone)


def _zone_of(text: str | None) -> timezone | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[4:])))


def format_instant(instant: EpochMs, zone: tzinfo, form: str = "") -> str:
    """Give an instant as local time, by default `YYYY-MM-DD HH:MM:SS`."""
    if not form:
        return _format_second(instant // 1000, zone)
    return datetime.fromtimestamp(instant // 1000, zone).strftime(form)


@lru_cache(maxsize=REMEMBERED_SECONDS)
def _format_second(second: int, zone: tzinfo) -> str:
    # strftime asks the C library, which takes its time.
    return datetime.fromtimestamp(second, zone).isoformat(" ")[:19]


def read_zone(name: str) -> ZoneInfo | None:
    """Give the time zone of an IANA name, None when there is none."""
    try:
        return ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; a folder of names
        return None
