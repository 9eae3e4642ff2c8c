"""The first octet."""

from __future__ import annotations

import pytest

from modem.errors import DecodeError
from modem.pdu import first_octet
from modem.pdu.reader import Reader


@pytest.mark.parametrize("octet", [0x01, 0x31, 0xF5])
def test_expected_type_is_read_whatever_the_flags(octet: int) -> None:
    assert first_octet.read(Reader(bytes((octet,)), "submit"), first_octet.SUBMIT) == octet


@pytest.mark.parametrize("octet", [0x00, 0x02, 0x03])
def test_another_type_is_named_with_its_place(octet: int) -> None:
    with pytest.raises(DecodeError, match=rf"submit\.first_octet at octet 0: type {octet} is not expected here"):
        first_octet.read(Reader(bytes((octet,)), "submit"), first_octet.SUBMIT)
