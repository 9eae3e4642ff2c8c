"""The periods that quotas are counted in: minute, hour, day and month, by the calendar or sliding."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from gateway.core.types import EpochMs

if TYPE_CHECKING:
    from datetime import tzinfo

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000


class Period(StrEnum):
    """What a quota is for; its value is the word that people read."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"

    @property
    def sliding_ms(self) -> int:
        """How long the period is when it slides; a month is 30 days then."""
        return _SLIDING_MS[self]


_SLIDING_MS: Final = {
    Period.MINUTE: MINUTE_MS,
    Period.HOUR: HOUR_MS,
    Period.DAY: 24 * HOUR_MS,
    Period.MONTH: 30 * 24 * HOUR_MS,
}


def calendar_bounds(period: Period, now: EpochMs, *, zone: tzinfo, contract_day: int) -> tuple[EpochMs, EpochMs]:
    """Give when the period of the calendar that holds `now` began, and when the next one does.

    A month begins on `contract_day` (1..31) at midnight in `zone`; in a month that has no such day on its last one.
    Days are as long as the zone has them: 23 or 25 hours when its clocks are put forward or back.
    """
    local = datetime.fromtimestamp(now / 1000, zone)
    match period:
        case Period.MINUTE | Period.HOUR:
            # Local hours of some zones begin at the half or quarter of UTC's.
            offset = local.utcoffset() or timedelta()
            start = now - (now + offset // timedelta(milliseconds=1)) % period.sliding_ms
            return EpochMs(start), EpochMs(start + period.sliding_ms)
        case Period.DAY:
            today = local.date()
            return _midnight(today, zone), _midnight(today + timedelta(days=1), zone)
        case Period.MONTH:
            first = _contract_date(local.year, local.month, contract_day)
            begun = first if local.date() >= first else _contract_date(*_month_before(first), contract_day)
            return _midnight(begun, zone), _midnight(_contract_date(*_month_after(begun), contract_day), zone)


def _midnight(day: date, zone: tzinfo) -> EpochMs:
    """Give when `day` begins; where clocks are put forward over midnight (or a whole day) that moment."""
    # PEP 495: fold 0 is the first of two midnights, and counts one that never was by the offset before the gap.
    return EpochMs(int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000))


def _contract_date(year: int, month: int, contract_day: int) -> date:
    return date(year, month, min(contract_day, monthrange(year, month)[1]))


def _month_before(day: date) -> tuple[int, int]:
    return (day.year - 1, 12) if day.month == 1 else (day.year, day.month - 1)


def _month_after(day: date) -> tuple[int, int]:
    return (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
