"""TP-VP: how long the service centre keeps trying (3GPP TS 23.040 9.2.3.12)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from modem.errors import EncodeError
from modem.pdu.semioctet import from_swapped_bcd, to_swapped_bcd
from modem.pdu.timestamp import Timestamp

if TYPE_CHECKING:
    from datetime import datetime

_ENHANCED_OCTETS = 7
_SINGLE_SHOT = 0x40
_EXTENSION = 0x80
_HOURS_LIMIT = timedelta(hours=100)


@dataclass(frozen=True, kw_only=True, slots=True)
class Relative:
    """A period from the moment the service centre has the message: one octet, 5 minutes to 63 weeks."""

    octet: int

    @classmethod
    def of(cls, period: timedelta) -> Relative:
        """Return the shortest period that is at least `period`.

        Raises EncodeError when it is negative or over 63 weeks.
        """
        if period < timedelta(0) or period > _PERIODS[255]:
            raise EncodeError("validity", f"{period} is outside 0..63 weeks")
        return cls(octet=bisect_left(_PERIODS, period))

    @property
    def period(self) -> timedelta:
        """How long the message is valid."""
        return _PERIODS[self.octet]

    def encode(self) -> bytes:
        """Return the octet. Raises EncodeError outside 0..255."""
        if not 0 <= self.octet <= 255:
            raise EncodeError("validity", f"{self.octet} is outside 0..255")
        return bytes((self.octet,))


@dataclass(frozen=True, kw_only=True, slots=True)
class Absolute:
    """A point of time."""

    at: Timestamp

    @classmethod
    def of(cls, at: datetime) -> Absolute:
        """Return the end of validity `at`, an aware datetime; errors as Timestamp.of."""
        return cls(at=Timestamp.of(at))

    def encode(self) -> bytes:
        """Return the seven octets."""
        return self.at.encode("validity")


@dataclass(frozen=True, kw_only=True, slots=True)
class Enhanced:
    """A period of seconds to weeks and whether to try only once: seven octets, kept as they are."""

    raw: bytes

    @classmethod
    def of(cls, period: timedelta | None, *, is_single_shot: bool = False) -> Enhanced:
        """Return the form that holds `period` best: seconds to 255 s, then h:mm:ss to 99:59:59, then relative.

        None says nothing of the period. Raises EncodeError when it is not positive or over 63 weeks.
        """
        return cls(raw=_enhanced(period, _SINGLE_SHOT if is_single_shot else 0).ljust(_ENHANCED_OCTETS, b"\0"))

    @property
    def is_single_shot(self) -> bool:
        """Whether the service centre shall try only once."""
        return bool(self.raw[0] & _SINGLE_SHOT)

    @property
    def period(self) -> timedelta | None:
        """How long the message is valid; None when not said, or in a reserved form."""
        indicator, value = self.raw[0], self.raw[1:]
        form = 0 if indicator & _EXTENSION else indicator & 7
        if form == 1:
            return _PERIODS[value[0]]
        if form == 2 and value[0]:
            return timedelta(seconds=value[0])
        if form == 3:
            hours, minutes, seconds = (from_swapped_bcd(octet) for octet in value[:3])
            if hours is not None and minutes is not None and seconds is not None:
                return timedelta(hours=hours, minutes=minutes, seconds=seconds)
        return None

    def encode(self) -> bytes:
        """Return the seven octets."""
        if len(self.raw) != _ENHANCED_OCTETS:
            raise EncodeError("validity", f"enhanced validity has 7 octets, not {len(self.raw)}")
        return self.raw


Validity: TypeAlias = Relative | Absolute | Enhanced


def _period(octet: int) -> timedelta:
    if octet <= 143:
        return timedelta(minutes=5 * (octet + 1))
    if octet <= 167:
        return timedelta(hours=12, minutes=30 * (octet - 143))
    if octet <= 196:
        return timedelta(days=octet - 166)
    return timedelta(weeks=octet - 192)


_PERIODS = tuple(map(_period, range(256)))


def _enhanced(period: timedelta | None, indicator: int) -> bytes:
    if period is None:
        return bytes((indicator,))
    if period <= timedelta(0):
        raise EncodeError("validity", f"{period} is not positive")
    seconds = -(-period // timedelta(seconds=1))  # rounded up
    if seconds <= 255:
        return bytes((indicator | 2, seconds))
    if timedelta(seconds=seconds) < _HOURS_LIMIT:
        clock = (seconds // 3600, seconds // 60 % 60, seconds % 60)
        return bytes((indicator | 3, *map(to_swapped_bcd, clock)))
    return bytes((indicator | 1, Relative.of(period).octet))
