"""Packing of septets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import DecodeError, EncodeError
from modem.pdu.septets import fill_bits_after, octets_for, pack, septets_for, unpack

septet_strings = st.lists(st.integers(0, 127), max_size=200).map(bytes)


def pack_bit_by_bit(septets: bytes, fill_bits: int) -> bytes:
    """Pack as the standard's picture shows it, one bit after the other."""
    bits = [0] * fill_bits + [septet >> position & 1 for septet in septets for position in range(7)]
    bits += [0] * (-len(bits) % 8)
    return bytes(sum(bit << place for place, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits), 8))


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("hello", "E8329BFD06"),  # warthog618/sms README and many others
        ("hellohello", "E8329BFD4697D9EC37"),  # ModemManager test-sms-part-3gpp.c
        ("Test", "D4F29C0E"),  # gammu tests/at-sms/07
        ("", ""),
    ],
    ids=lambda value: value or "nothing",
)
def test_known_text_packs_to_known_octets(text: str, octets: str) -> None:
    assert pack(text.encode("ascii")).hex().upper() == octets
    assert unpack(bytes.fromhex(octets), len(text)) == text.encode("ascii")


@given(septet_strings, st.integers(0, 6))
def test_packing_agrees_with_packing_bit_by_bit(septets: bytes, fill_bits: int) -> None:
    packed = pack(septets, fill_bits)
    assert packed == pack_bit_by_bit(septets, fill_bits)
    assert len(packed) == octets_for(len(septets), fill_bits)


@given(septet_strings, st.integers(0, 6), st.binary(max_size=3))
def test_unpacking_gives_back_the_septets_whatever_follows(septets: bytes, fill_bits: int, behind: bytes) -> None:
    assert unpack(pack(septets, fill_bits) + behind, len(septets), fill_bits) == septets


@pytest.mark.parametrize(
    ("header_octets", "fill_bits", "header_septets"),
    [(0, 0, 0), (4, 3, 5), (6, 1, 7), (7, 0, 8), (9, 5, 11), (10, 4, 12), (12, 2, 14), (13, 1, 15)],
)
def test_text_begins_on_a_septet_boundary_behind_the_header(
    header_octets: int, fill_bits: int, header_septets: int
) -> None:
    assert fill_bits_after(header_octets) == fill_bits
    assert septets_for(header_octets) == header_septets


def test_a_value_over_127_is_refused() -> None:
    with pytest.raises(EncodeError, match="over 127"):
        pack(b"\x80")


def test_too_few_octets_are_refused() -> None:
    with pytest.raises(DecodeError, match="9 septets need 8 octets") as caught:
        unpack(bytes(7), 9)
    assert (caught.value.field, caught.value.offset) == ("septets", 7)
