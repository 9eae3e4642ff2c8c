"""TP-ST."""

from __future__ import annotations

import pytest

from modem.pdu import StatusClass, status_class, status_text


@pytest.mark.parametrize(
    ("first", "last", "expected", "is_final"),
    [
        (0x00, 0x1F, StatusClass.COMPLETED, True),
        (0x20, 0x3F, StatusClass.TEMPORARY, False),
        (0x40, 0x5F, StatusClass.PERMANENT, True),
        (0x60, 0x7F, StatusClass.TEMPORARY_FINAL, True),
        (0x80, 0xFF, StatusClass.RESERVED, True),
    ],
)
def test_group_of_a_status_decides_what_it_means(first: int, last: int, expected: StatusClass, is_final: bool) -> None:
    assert {status_class(status) for status in range(first, last + 1)} == {expected}
    assert expected.is_final is is_final


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (0x00, "received by the recipient's phone"),
        (0x01, "forwarded, but delivery cannot be confirmed"),
        (0x20, "congestion, still trying"),
        (0x25, "error in recipient's phone, still trying"),
        (0x43, "not obtainable"),
        (0x46, "validity period expired"),
        (0x61, "recipient busy, given up"),
        (0x10, "completed, service centre's own code 10"),
        (0x3F, "temporary, service centre's own code 3F"),
        (0x4A, "permanent, reserved code 4A"),
        (0x66, "temporary final, reserved code 66"),
        (0xAB, "reserved code AB"),
    ],
    ids=lambda value: f"{value:02X}" if isinstance(value, int) else "",
)
def test_status_is_put_into_words(status: int, text: str) -> None:
    assert status_text(status) == text


def test_every_status_has_words_of_its_own() -> None:
    assert len({status_text(status) for status in range(256)}) == 256
