"""User data: lengths, fill bits, truncation."""

from __future__ import annotations

import pytest

from modem.errors import DecodeError, EncodeError
from modem.pdu import Dcs, Header, InformationElement
from modem.pdu.reader import Reader
from modem.pdu.septets import pack
from modem.pdu.userdata import encode, read

GSM7, DATA8, UCS2, COMPRESSED = Dcs.decode(0x00), Dcs.decode(0x04), Dcs.decode(0x08), Dcs.decode(0x20)
CONCAT = Header(elements=(InformationElement(id=0, data=b"\x2a\x02\x01"),))


def read_hex(octets: str, dcs: Dcs, *, has_header: bool = False) -> tuple[Header | None, bytes]:
    return read(Reader(bytes.fromhex(octets), "deliver"), dcs, has_header=has_header)


@pytest.mark.parametrize(
    ("dcs", "header", "body", "octets"),
    [
        (GSM7, None, b"hello", "05 E8329BFD06"),
        (GSM7, CONCAT, b"hello", "0C 0500032A0201 D06536FB0D"),
        (GSM7, CONCAT, b"", "07 0500032A0201 00"),
        (GSM7, Header(), b"a", "03 00 4018"),
        (DATA8, CONCAT, b"\x01\x02", "08 0500032A0201 0102"),
        (UCS2, None, b"\x04\x16", "02 0416"),
        (COMPRESSED, None, b"\xff\x00\x80", "03 FF0080"),
        (GSM7, None, b"", "00"),
    ],
    ids=[
        "septets",
        "septets behind a header",
        "header alone",
        "empty header",
        "data",
        "ucs2",
        "compressed counts octets",
        "nothing",
    ],
)
def test_length_counts_septets_or_octets_and_the_header(
    dcs: Dcs, header: Header | None, body: bytes, octets: str
) -> None:
    assert encode(dcs, header, body) == bytes.fromhex(octets)
    assert read_hex(octets, dcs, has_header=header is not None) == (header, body)


@pytest.mark.parametrize(
    ("dcs", "most"), [(GSM7, 160), (DATA8, 140), (UCS2, 140)], ids=["septets", "octets", "octets of UCS2"]
)
def test_140_octets_fit_and_not_one_more(dcs: Dcs, most: int) -> None:
    assert len(encode(dcs, None, bytes(most))) == 141
    with pytest.raises(EncodeError, match="141 octets, at most 140 fit"):
        encode(dcs, None, bytes(most + 1))


def test_what_follows_the_user_data_is_ignored() -> None:
    assert read_hex("05 E8329BFD06 0102", GSM7) == (None, b"hello")


def test_a_cut_text_is_taken_as_far_as_it_goes() -> None:
    assert read_hex("05 E8329B", GSM7) == (None, b"hel")
    assert read_hex("06 04160417", UCS2) == (None, b"\x04\x16\x04\x17")
    assert read_hex("0C 0500032A0201 D065", GSM7, has_header=True) == (CONCAT, b"he")


@pytest.mark.parametrize("dcs", [DATA8, COMPRESSED], ids=["data", "compressed"])
def test_cut_data_is_refused(dcs: Dcs) -> None:
    with pytest.raises(DecodeError, match=r"deliver\.ud at octet 1: needs 5 octets, 3 are left"):
        read_hex("05 010203", dcs)


@pytest.mark.parametrize(
    ("octets", "dcs", "field", "offset"),
    [
        ("A1" + 141 * "00", GSM7, "deliver.udl", 0),
        ("8D" + 141 * "00", UCS2, "deliver.udl", 0),
        ("04 05000301", UCS2, "deliver.udh", 1),
        ("07 0500", GSM7, "deliver.udh", 1),
        ("", GSM7, "deliver.udl", 0),
    ],
    ids=["over 160 septets", "over 140 octets", "header over its user data", "cut header", "no length"],
)
def test_contradicting_lengths_are_named_with_their_place(octets: str, dcs: Dcs, field: str, offset: int) -> None:
    with pytest.raises(DecodeError) as caught:
        read_hex(octets, dcs, has_header=True)
    assert (caught.value.field, caught.value.offset) == (field, offset)


def test_a_header_bit_without_user_data_is_no_header() -> None:
    assert read_hex("00", GSM7, has_header=True) == (None, b"")


def test_a_length_that_forgets_the_fill_bits_gives_an_empty_text() -> None:
    assert read_hex("06 0500032A0201", GSM7, has_header=True) == (CONCAT, b"")


def test_all_septets_of_a_full_segment_survive() -> None:
    body = bytes(range(128)) + bytes(range(25))
    encoded = encode(GSM7, CONCAT, body)
    assert encoded[0] == 160
    assert encoded[1:8] == CONCAT.encode() + pack(body, 1)[:1]
    assert read(Reader(encoded, "deliver"), GSM7, has_header=True) == (CONCAT, body)
