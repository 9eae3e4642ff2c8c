"""PDU mode lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import DecodeError, EncodeError
from modem.pdu import Address, PduLine, TypeOfNumber, format_pdu, is_whole, parse_pdu
from tests.modem.pdu.strategies import delivers, numbers, status_reports, submits

TPDU = bytes.fromhex("040491361900005150713220052308C8303A8C0EA3C3")  # warthog618/sms tpdu_test.go
SMSC = Address.parse("+46708251358")


@pytest.mark.parametrize(
    ("smsc", "prefix"),
    [
        (None, "00"),
        (SMSC, "07916407281553F8"),
        (Address.parse("1234"), "03812143"),
        (Address(number="12345", ton=TypeOfNumber.NATIONAL), "04A12143F5"),
    ],
)
def test_the_service_centre_stands_before_the_tpdu(smsc: Address | None, prefix: str) -> None:
    line = format_pdu(TPDU, smsc)
    assert line == prefix + TPDU.hex().upper()
    assert parse_pdu(line) == PduLine(smsc=smsc, tpdu=TPDU)


@given(st.one_of(submits, delivers, status_reports), st.one_of(st.none(), numbers))
def test_with_the_right_length_any_line_survives(tpdu: object, smsc: Address | None) -> None:
    octets = tpdu.encode()  # type: ignore[attr-defined]  # one of three classes
    assert parse_pdu(format_pdu(octets, smsc), length=len(octets)) == PduLine(smsc=smsc, tpdu=octets)
    assert parse_pdu(octets.hex(), length=len(octets)) == PduLine(smsc=None, tpdu=octets)


@pytest.mark.parametrize("length", [None, 99, len(TPDU)], ids=["no length", "wrong length", "right length"])
def test_a_missing_service_centre_field_is_noticed(length: int | None) -> None:
    assert parse_pdu(TPDU.hex(), length=length) == PduLine(smsc=None, tpdu=TPDU)


@pytest.mark.parametrize("length", [None, 99, len(TPDU)], ids=["no length", "wrong length", "right length"])
def test_an_empty_service_centre_field_is_noticed(length: int | None) -> None:
    assert parse_pdu("00" + TPDU.hex(), length=length) == PduLine(smsc=None, tpdu=TPDU)


@pytest.mark.parametrize("originator", ["+46708251358", "+491711234567", "+4917112345678", "12345", "FONIC"])
def test_a_deliver_with_more_behind_it_is_not_taken_for_an_empty_service_centre_field(originator: str) -> None:
    # TP-MMS is 0 when more messages wait (3GPP TS 23.040 9.2.3.2): the first octet is 00.
    sender = Address.parse(originator).encode("originator")
    bare = b"\0" + sender + bytes.fromhex("0000 62101021010000 02C834")
    assert parse_pdu(bare.hex()) == PduLine(smsc=None, tpdu=bare)
    assert parse_pdu("00" + bare.hex()) == PduLine(smsc=None, tpdu=bare)


@pytest.mark.parametrize("first", ["0100", "0191", "0680", "0D91"])
def test_an_empty_field_before_a_tpdu_with_reference_is_noticed(first: str) -> None:
    tpdu = bytes.fromhex(first + "0B916407281553F8 0000 02C834")
    assert parse_pdu("00" + tpdu.hex()) == PduLine(smsc=None, tpdu=tpdu)


def test_the_length_decides_where_a_tpdu_looks_like_a_service_centre() -> None:
    # A bare status report whose TP-MR is 0x91 begins like the field of a service centre of six octets.
    bare = "069104912143651234" + 16 * "00"
    assert parse_pdu(bare).smsc == Address(number="4019123456", ton=TypeOfNumber.INTERNATIONAL)
    assert parse_pdu(bare, length=len(bare) // 2) == PduLine(smsc=None, tpdu=bytes.fromhex(bare))


@given(st.one_of(delivers, status_reports), st.one_of(st.none(), numbers), st.data())
def test_a_line_is_whole_until_any_of_it_is_missing(tpdu: object, smsc: Address | None, data: st.DataObject) -> None:
    octets = tpdu.encode()  # type: ignore[attr-defined]
    line = format_pdu(octets, smsc)
    assert is_whole(line, length=len(octets))
    kept = data.draw(st.integers(0, len(line) - 1))
    assert not is_whole(line[:kept], length=len(octets))


def test_a_line_without_a_service_centre_field_is_whole() -> None:
    assert is_whole(TPDU.hex(), length=len(TPDU))
    assert not is_whole(TPDU.hex()[:-2], length=len(TPDU))


def test_white_space_and_lower_case_are_accepted() -> None:
    assert parse_pdu(" 00 0404 91361900\r\n005150713220052308c8303a8c0ea3c3\n").tpdu == TPDU


@pytest.mark.parametrize(
    ("line", "offset", "reason"),
    [
        ("", 0, "the line is empty"),
        ("  ", 0, "the line is empty"),
        ("0011x", 2, "'x' is not a hex digit"),
        ("0٣", 0, "'٣' is not a hex digit"),
        ("001", 1, "half an octet is missing"),
    ],
)
def test_what_is_not_hex_is_named_with_its_place(line: str, offset: int, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason) as caught:
        parse_pdu(line)
    assert (caught.value.field, caught.value.offset) == ("pdu", offset)


def test_a_name_is_no_service_centre() -> None:
    with pytest.raises(EncodeError, match=r"pdu\.smsc: a service centre has a number"):
        format_pdu(TPDU, Address.parse("Provider"))
