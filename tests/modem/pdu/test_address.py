"""Addresses."""

from __future__ import annotations

import pytest
from hypothesis import given

from modem.errors import DecodeError, EncodeError
from modem.pdu import Address, TypeOfNumber
from modem.pdu.reader import Reader
from tests.modem.pdu.strategies import addresses

INTERNATIONAL, UNKNOWN = TypeOfNumber.INTERNATIONAL, TypeOfNumber.UNKNOWN
NATIONAL, NETWORK, ALPHANUMERIC = TypeOfNumber.NATIONAL, TypeOfNumber.NETWORK, TypeOfNumber.ALPHANUMERIC


def read(octets: str) -> Address:
    return Address.read(Reader(bytes.fromhex(octets), "deliver"), "originator")


@pytest.mark.parametrize(
    ("text", "address", "octets"),
    [
        ("+46708251358", Address(number="46708251358", ton=INTERNATIONAL), "0B916407281553F8"),
        ("1234", Address(number="1234", ton=UNKNOWN), "04812143"),
        ("800123456", Address(number="800123456", ton=UNKNOWN), "098108103254F6"),
        ("*100#", Address(number="*100#", ton=UNKNOWN), "05811A00FB"),
        ("FONIC", Address(number="FONIC", ton=ALPHANUMERIC, npi=0), "09D0C6A7333904"),
        ("sipgate", Address(number="sipgate", ton=ALPHANUMERIC, npi=0), "0DD0F334FC1CA69701"),
        ("InternetSMS", Address(number="InternetSMS", ton=ALPHANUMERIC, npi=0), "14D04937BD2C7797E9D3E614"),
        ("abc", Address(number="abc", ton=ALPHANUMERIC, npi=0), "06D061F118"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_person_writes_becomes_octets_and_back(text: str, address: Address, octets: str) -> None:
    assert Address.parse(text) == address
    assert address.encode("destination").hex().upper() == octets
    assert read(octets) == address
    assert address.text == text


@pytest.mark.parametrize(
    ("octets", "address"),
    [
        ("0AA11062452143", Address(number="0126541234", ton=NATIONAL)),
        ("05C92143F5", Address(number="12345", ton=TypeOfNumber.SUBSCRIBER, npi=9)),
        ("04B92143", Address(number="1234", ton=NETWORK, npi=9)),
        ("00D0", Address(number="", ton=ALPHANUMERIC, npi=0)),
        ("0081", Address(number="", ton=UNKNOWN)),
        ("0091", Address(number="", ton=INTERNATIONAL)),
        ("018005", Address(number="5", ton=UNKNOWN, npi=0)),
        ("0C9121436587F9FF", Address(number="123456789", ton=INTERNATIONAL)),
        ("03811BED", Address(number="#1b", ton=UNKNOWN)),
    ],
)
def test_types_and_lengths_seen_in_the_field_are_read(octets: str, address: Address) -> None:
    assert read(octets) == address


@given(addresses)
def test_any_address_survives(address: Address) -> None:
    octets = address.encode("originator")
    reader = Reader(octets, "deliver")
    assert Address.read(reader, "originator") == address
    assert reader.left == 0


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+49 171", "more than digits"),
        ("+", "is empty"),
        ("", "is empty"),
        ("+x", "more than digits"),
        ("1" * 21, "at most 20 digits, this has 21"),
        ("twelve chars", "at most 11 septets, this has 12"),
        ("ten {[]}", "at most 11 septets, this has 12"),
        ("Привет", "not in the GSM 7-bit alphabet"),
    ],
)
def test_what_is_no_address_is_refused(text: str, reason: str) -> None:
    with pytest.raises(EncodeError, match=reason):
        Address.parse(text)


def test_a_numbering_plan_out_of_range_is_refused() -> None:
    with pytest.raises(EncodeError, match="originator: numbering plan 16"):
        Address(number="1", ton=UNKNOWN, npi=16).encode("originator")


@pytest.mark.parametrize(
    ("octets", "offset", "reason"),
    [
        ("15911111111111111111111111", 0, "21 semi-octets, at most 20"),
        ("0B9164", 2, "needs 6 octets, 1 are left"),
        ("0B", 1, "the octets end here"),
        ("", 0, "the octets end here"),
    ],
)
def test_a_broken_address_is_named_with_its_place(octets: str, offset: int, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        read(octets)
    assert (caught.value.field, caught.value.offset) == ("deliver.originator", offset)
