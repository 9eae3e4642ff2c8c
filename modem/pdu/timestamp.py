"""Time stamps of seven octets: SCTS, discharge time, absolute validity (3GPP TS 23.040 9.2.3.11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from modem.errors import EncodeError
from modem.pdu.semioctet import from_swapped_bcd, to_swapped_bcd

if TYPE_CHECKING:
    from modem.pdu.reader import Reader

_OCTETS = 7
_CENTURY_PIVOT = 70  # 70..99 are 19xx: customary, the standard is silent
_MOST_QUARTERS = 14 * 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Timestamp:
    """A time stamp as transmitted; networks send broken ones, which are kept as they are."""

    raw: bytes

    @classmethod
    def of(cls, at: datetime) -> Timestamp:
        """Return the stamp of an aware datetime of 1970..2069, cut to whole seconds.

        A zone that is not whole quarter hours within 14 hours is expressed as UTC.
        Raises EncodeError for a naive datetime or another year.
        """
        offset = at.utcoffset()
        if offset is None:
            raise EncodeError("timestamp", "the datetime has no zone")
        quarters, rest = divmod(offset, timedelta(minutes=15))
        if rest or abs(quarters) > _MOST_QUARTERS:
            at, quarters = at.astimezone(UTC), 0
        if not 1900 + _CENTURY_PIVOT <= at.year < 2000 + _CENTURY_PIVOT:
            raise EncodeError("timestamp", f"year {at.year} is outside 1970..2069")
        fields = (at.year % 100, at.month, at.day, at.hour, at.minute, at.second)
        sign = 0x08 if quarters < 0 else 0
        return cls(raw=bytes(map(to_swapped_bcd, fields)) + bytes((to_swapped_bcd(abs(quarters)) | sign,)))

    def encode(self, field: str) -> bytes:
        """Return the seven octets. Raises EncodeError naming `field` for another number of octets."""
        if len(self.raw) != _OCTETS:
            raise EncodeError(field, f"a time stamp has {_OCTETS} octets, not {len(self.raw)}")
        return self.raw

    @classmethod
    def read(cls, reader: Reader, field: str) -> Timestamp:
        """Return the next seven octets. Raises DecodeError when there are fewer."""
        return cls(raw=reader.take(_OCTETS, field))

    @property
    def value(self) -> datetime | None:
        """The aware datetime, or None when the octets are not one."""
        if len(self.raw) != _OCTETS:
            return None
        fields = [from_swapped_bcd(octet) for octet in self.raw[:6]]
        quarters = from_swapped_bcd(self.raw[6] & 0xF7)
        if quarters is None or quarters > _MOST_QUARTERS:
            return None
        # The clock is local time including the offset; the sign is bit 3 of the zone octet as transmitted.
        offset = timedelta(minutes=-15 * quarters if self.raw[6] & 0x08 else 15 * quarters)
        try:
            year, month, day, hour, minute, second = (int(field) for field in fields if field is not None)
            century = 1900 if year >= _CENTURY_PIVOT else 2000
            return datetime(century + year, month, day, hour, minute, second, tzinfo=timezone(offset))
        except ValueError:
            return None
