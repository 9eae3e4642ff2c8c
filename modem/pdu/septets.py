"""Pack septets into octets and back, low bits first (3GPP TS 23.038 6.1.2.1).

Eight septets become seven octets. Instead of a loop over bits the whole text is treated as one
large integer: neighbouring lanes of 7 bits are pushed together to 14, 28 and 56 bits, after
which every eighth octet is empty and is dropped.
"""

from __future__ import annotations

from functools import lru_cache

from modem.errors import DecodeError, EncodeError


def octets_for(septet_count: int, fill_bits: int = 0) -> int:
    """Return how many octets `septet_count` septets behind `fill_bits` bits occupy."""
    return (septet_count * 7 + fill_bits + 7) // 8


def fill_bits_after(header_octets: int) -> int:
    """Return the bits (0..6) between a user data header of `header_octets` and the next septet boundary.

    `header_octets` counts the length octet too. 3GPP TS 23.040 9.2.3.24.
    """
    return -header_octets * 8 % 7


def septets_for(header_octets: int) -> int:
    """Return how many septets a header of `header_octets` octets occupies, fill bits included."""
    return (header_octets * 8 + 6) // 7


def pack(septets: bytes, fill_bits: int = 0) -> bytes:
    """Pack septets into octets.

    `septets` holds one value 0..127 per byte; `fill_bits` (0..6) moves the text to the
    next septet boundary after a user data header. Raises EncodeError on a value over 127.

    >>> pack(b"hello").hex()
    'e8329bfd06'
    """
    if not septets.isascii():
        raise EncodeError("septets", "a value is over 127")
    count = len(septets)
    groups = (count + 7) // 8
    even7, even14, even28 = _lanes(groups)
    bits = int.from_bytes(septets, "little")
    bits = (bits & even7) | ((bits >> 1) & (even7 << 7))
    bits = (bits & even14) | ((bits >> 2) & (even14 << 14))
    bits = (bits & even28) | ((bits >> 4) & (even28 << 28))
    octets = bytearray(bits.to_bytes(groups * 8, "little"))
    del octets[7::8]
    if fill_bits:
        return (int.from_bytes(octets, "little") << fill_bits).to_bytes(len(octets) + 1, "little")[
            : octets_for(count, fill_bits)
        ]
    return bytes(octets[: octets_for(count)])


def unpack(octets: bytes, count: int, fill_bits: int = 0) -> bytes:
    """Return `count` septets, one per byte, that start `fill_bits` bits into `octets`.

    Further octets are ignored. Raises DecodeError when there are too few.
    """
    needed = octets_for(count, fill_bits)
    if len(octets) < needed:
        raise DecodeError("septets", len(octets), f"{count} septets need {needed} octets")
    octets = octets[:needed]
    if fill_bits:
        octets = (int.from_bytes(octets, "little") >> fill_bits).to_bytes(needed, "little")
    groups = (count + 7) // 8
    octets = octets[: groups * 7].ljust(groups * 7, b"\0")
    spread = bytearray(groups * 8)
    for column in range(7):
        spread[column::8] = octets[column::7]
    even7, even14, even28 = _lanes(groups)
    bits = int.from_bytes(spread, "little")
    bits = (bits & even28) | ((bits & (even28 << 28)) << 4)
    bits = (bits & even14) | ((bits & (even14 << 14)) << 2)
    bits = (bits & even7) | ((bits & (even7 << 7)) << 1)
    return bits.to_bytes(groups * 8, "little")[:count]


@lru_cache(maxsize=64)
def _lanes(groups: int) -> tuple[int, int, int]:
    """Return masks of the even lanes of 7, 14 and 28 bits, for `groups` times 64 bits."""
    return (
        int.from_bytes(b"\x7f\x00" * 4 * groups, "little"),
        int.from_bytes(b"\xff\x3f\x00\x00" * 2 * groups, "little"),
        int.from_bytes(b"\xff\xff\xff\x0f\x00\x00\x00\x00" * groups, "little"),
    )
