"""Semi-octets: octets that carry their first digit in the low half (3GPP TS 23.040 9.1.2.3)."""

from __future__ import annotations

from typing import Final

_SWAPPED: Final = bytes((octet & 0x0F) << 4 | octet >> 4 for octet in range(256))


def swap(octets: bytes) -> bytes:
    """Return the octets with their halves exchanged."""
    return octets.translate(_SWAPPED)


def to_swapped_bcd(number: int) -> int:
    """Return the octet of 0..99 with the units in the high half."""
    tens, units = divmod(number, 10)
    return units << 4 | tens


def from_swapped_bcd(octet: int) -> int | None:
    """Return 0..99, or None when a half is not a decimal digit."""
    tens, units = octet & 0x0F, octet >> 4
    return None if tens > 9 or units > 9 else tens * 10 + units
