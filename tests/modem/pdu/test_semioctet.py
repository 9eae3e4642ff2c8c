"""Semi-octets."""

from __future__ import annotations

import pytest

from modem.pdu.semioctet import from_swapped_bcd, swap, to_swapped_bcd


def test_halves_are_exchanged() -> None:
    assert swap(bytes.fromhex("9471F0")) == bytes.fromhex("49170F")


@pytest.mark.parametrize("number", range(100))
def test_every_number_of_two_digits_survives(number: int) -> None:
    assert to_swapped_bcd(number) == int(f"{number:02}"[::-1], 16)
    assert from_swapped_bcd(to_swapped_bcd(number)) == number


@pytest.mark.parametrize("octet", [0x0A, 0xA0, 0xFF])
def test_what_is_not_decimal_is_no_number(octet: int) -> None:
    assert from_swapped_bcd(octet) is None
