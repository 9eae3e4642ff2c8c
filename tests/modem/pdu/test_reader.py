"""The reader of fields."""

from __future__ import annotations

import pytest

from modem.errors import DecodeError
from modem.pdu.reader import Reader


def test_fields_are_read_one_behind_the_other() -> None:
    reader = Reader(b"\x01\x02\x03\x04", "deliver")
    assert (reader.octet("first"), reader.take(2, "second"), reader.left) == (1, b"\x02\x03", 1)


def test_a_short_field_is_named_with_its_place() -> None:
    reader = Reader(b"\x01\x02", "deliver")
    reader.octet("first")
    with pytest.raises(DecodeError, match=r"deliver.scts at octet 1: needs 7 octets, 1 are left"):
        reader.take(7, "scts")


def test_a_missing_octet_is_named_with_its_place() -> None:
    with pytest.raises(DecodeError, match=r"submit.mr at octet 0: the octets end here"):
        Reader(b"", "submit").octet("mr")
