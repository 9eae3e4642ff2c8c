"""SMS-SUBMIT."""

from __future__ import annotations

from datetime import timedelta

import pytest

from modem.errors import DecodeError
from modem.pdu import Absolute, Address, Enhanced, Relative, Submit, Validity, decode_submit
from tests.modem.pdu.strategies import NOON

TO = Address.parse("+46708251358")


@pytest.mark.parametrize(
    ("fields", "first_octet"),
    [
        ({}, 0x01),
        ({"validity": Relative(octet=0)}, 0x11),
        ({"validity": Enhanced.of(None)}, 0x09),
        ({"validity": Absolute.of(NOON)}, 0x19),
        ({"request_report": True}, 0x21),
        ({"reject_duplicates": True}, 0x05),
        ({"reply_path": True}, 0x81),
        ({"validity": Relative(octet=0), "request_report": True}, 0x31),
    ],
    ids=lambda value: f"{value:02X}" if isinstance(value, int) else "",
)
def test_flags_make_the_first_octet(fields: dict[str, bool], first_octet: int) -> None:
    assert Submit(destination=TO, **fields).encode()[0] == first_octet  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize(
    ("validity", "octets"),
    [
        (None, ""),
        (Relative.of(timedelta(days=1)), "A7"),
        (Absolute.of(NOON), "62101021000000"),
        (Enhanced.of(timedelta(minutes=10), is_single_shot=True), "43000100000000"),
    ],
)
def test_validity_stands_before_the_user_data(validity: Validity | None, octets: str) -> None:
    submit = Submit(destination=TO, validity=validity, body=b"hello")
    assert submit.encode().hex().upper().endswith(f"0B916407281553F80000{octets}05E8329BFD06")
    assert decode_submit(submit.encode()).validity == validity


def test_a_cut_validity_is_named_with_its_place() -> None:
    octets = Submit(destination=TO, validity=Absolute.of(NOON)).encode()
    with pytest.raises(DecodeError, match=r"submit\.validity at octet 12: needs 7 octets, 3 are left"):
        decode_submit(octets[:15])


@pytest.mark.parametrize("first_octet", [0x00, 0x02, 0x03])
def test_other_types_are_refused(first_octet: int) -> None:
    octets = bytes((first_octet,)) + Submit(destination=TO).encode()[1:]
    with pytest.raises(DecodeError, match=r"submit\.first_octet at octet 0"):
        decode_submit(octets)
