"""Send windows: on which weekdays and between which local times a message may go out.

A window is open at an instant when the clock on the wall of its zone shows a time inside it. So it needs no rule of its
own for the nights on which clocks change: an hour that is skipped is in no window, one that comes twice is in it twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from collections.abc import Iterator

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
DAY_MINUTES = 24 * 60
EXAMPLE = "mo-fr 08:00-20:00"
SEARCHED_DAYS = 16
"""A window is open at least once in a week; Samoa had no Friday in the last week of 2011, hence two weeks."""

_PART = re.compile(r"(?P<days>[a-z,-]+) +(?P<begin>[0-9]{1,2}:[0-9]{2}) *- *(?P<end>[0-9]{1,2}:[0-9]{2})")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """From `begin` to before `end` on each of `days` (0 is Monday), both in minutes since midnight.

    With `end` before `begin` it goes on until `end` of the next day.
    """

    days: frozenset[int]
    begin: int
    end: int

    def has(self, weekday: int, minute: int) -> bool:
        """Whether a clock that shows this weekday and minute is inside."""
        if self.begin < self.end:
            return weekday in self.days and self.begin <= minute < self.end
        is_evening = weekday in self.days and minute >= self.begin
        return is_evening or ((weekday - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """One or several `hours` in an IANA time zone; it can be written as text and read back."""

    hours: tuple[Hours, ...]
    zone: str

    def __str__(self) -> str:
        parts = (f"{_days_text(one.days)} {_time_text(one.begin)}-{_time_text(one.end)}" for one in self.hours)
        return f"{'; '.join(parts)} {self.zone}"

    def is_open(self, at: EpochMs) -> bool:
        """Whether a message may go out at `at`."""
        return self._is_open(_local(at, ZoneInfo(self.zone)))

    def _is_open(self, local: datetime) -> bool:
        weekday, minute = local.weekday(), local.hour * 60 + local.minute
        return any(one.has(weekday, minute) for one in self.hours)

    def next_open(self, at: EpochMs) -> EpochMs:
        """Give the first instant at or after `at` at which it is open."""
        zone = ZoneInfo(self.zone)
        local = _local(at, zone)
        if self._is_open(local):
            return at
        best: EpochMs | None = None
        # Each opening is a time at which the clock reaches a beginning, or at which the clock is put forward or back.
        for offset in range(-1, SEARCHED_DAYS):
            day = local.date() + timedelta(days=offset)
            for instant in (*self._beginnings(day, zone), *_clock_changes(day, zone)):
                if at < instant and (best is None or instant < best) and self.is_open(instant):
                    best = instant
            if best is not None and _local(best, zone).date() < day:
                return best
        if best is None:
            raise AssertionError(f"{self} is never open")
        return best

    def _beginnings(self, day: date, zone: ZoneInfo) -> Iterator[EpochMs]:
        for one in self.hours:
            for fold in (0, 1):
                begin = datetime(day.year, day.month, day.day, one.begin // 60, one.begin % 60, fold=fold, tzinfo=zone)
                yield _instant(begin)


def _local(at: EpochMs, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at / 1000, zone)


def _instant(local: datetime) -> EpochMs:
    return EpochMs(round(local.timestamp() * 1000))


def _clock_changes(day: date, zone: ZoneInfo) -> Iterator[EpochMs]:
    """Give the instant within about `day` at which the zone's clocks are changed, if they are."""
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=14)
    last = first + timedelta(hours=14 + 24 + 12)
    if first.astimezone(zone).utcoffset() == last.astimezone(zone).utcoffset():
        return
    while last - first > _SECOND:
        middle = first + (last - first) // 2
        middle -= timedelta(microseconds=middle.microsecond)
        if middle.astimezone(zone).utcoffset() == first.astimezone(zone).utcoffset():
            first = middle
        else:
            last = middle
    yield _instant(last)


def closed_cause(window: Window, opens_at: EpochMs) -> str:
    """Give the sentence for people that says why a message is held, and until when."""
    opens = _local(opens_at, ZoneInfo(window.zone))
    return f"outside its send window ({window}), held until {opens:%Y-%m-%d %H:%M %Z}"


# --- as text --------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def parse_window(text: str, default_zone: str) -> Window:
    """Read `mo-fr 08:00-20:00; sa 10:00-14:00 Europe/Berlin`; without a zone it is in `default_zone`.

    Days are mo tu we th fr sa su, with commas and from-to, or `daily`. A part whose end is before its beginning goes on
    after midnight. Raises ValueError saying what is wrong.
    """
    *parts, last = text.strip().split(";")
    words = last.split()
    zone = words.pop() if len(words) > 1 and not words[-1][0].isdecimal() and ":" not in words[-1] else default_zone
    hours = tuple(_parse_hours(part) for part in (*parts, " ".join(words)))
    return Window(hours=hours, zone=_known(zone))


def _known(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{zone} is no IANA time zone such as Europe/Berlin") from error
    return zone


def _parse_hours(part: str) -> Hours:
    found = _PART.fullmatch(part.strip().lower())
    if found is None:
        raise ValueError(f'"{part.strip()}" is not like "{EXAMPLE}"')
    begin, end = _parse_time(found["begin"]), _parse_time(found["end"])
    if begin in {end, DAY_MINUTES}:
        raise ValueError(f'"{part.strip()}": a whole day is 00:00-24:00')
    return Hours(days=_parse_days(found["days"]), begin=begin, end=end)


def _parse_time(text: str) -> int:
    hour, minute = map(int, text.split(":"))
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        raise ValueError(f"{text} is no time of the day")
    return hour * 60 + minute


def _parse_days(text: str) -> frozenset[int]:
    if text == "daily":
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(f"{part} are no weekdays: {' '.join(DAYS)}")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        days.update(day % 7 for day in range(begin, end + 1 if begin <= end else end + 8))
    return frozenset(days)


def _days_text(days: frozenset[int]) -> str:
    if len(days) == 7:
        return "daily"
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _time_text(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
