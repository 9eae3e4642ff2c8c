"""The modem's own clock: set by the host or by the network, running on the machine's time (3GPP TS 27.007 8.15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

# Where GPS time begins: what a clock shows that nobody has set since the power came.
NEVER_SET: Final = datetime(1980, 1, 6, tzinfo=UTC)
_CENTURY: Final = 2000
_QUARTER: Final = timedelta(minutes=15)


class LocalTime:
    """Local time with its zone."""

    def __init__(self, started_s: float = 0.0) -> None:
        self._shown = NEVER_SET
        self._set_at_s = started_s

    def set(self, shown: datetime, now: float) -> None:
        """Show an aware time from now on."""
        self._shown, self._set_at_s = shown, now

    def read(self, now: float) -> datetime:
        """Return the time of day."""
        return self._shown + timedelta(seconds=int(now - self._set_at_s))


def zone_quarters(at: datetime) -> int:
    """Return the time zone of an aware time in quarters of an hour."""
    offset = at.utcoffset()
    return int(offset / _QUARTER) if offset is not None else 0


def format_time(at: datetime) -> str:
    """Return `24/05/01,12:00:00+08` for a time two hours east of Greenwich."""
    return f"{at:%y/%m/%d,%H:%M:%S}{zone_quarters(at):+03d}"


def parse_time(text: str) -> datetime:
    """Return the time of `24/05/01,12:00:00+08`; without a zone it is that of Greenwich. Raises ValueError."""
    shown, zone = (text[:-3], text[-3:]) if text[-3:-2] in ("+", "-") else (text, "+00")
    if not zone[1:].isdigit() or int(zone[1:]) > 96:
        message = f"{zone} is no time zone"
        raise ValueError(message)
    at = datetime.strptime(shown, "%y/%m/%d,%H:%M:%S")  # noqa: DTZ007 - the zone follows on the next line
    # The standard's two digits are the years of this century.
    at = at.replace(year=_CENTURY + at.year % 100)
    return at.replace(tzinfo=timezone(int(zone) * _QUARTER))
