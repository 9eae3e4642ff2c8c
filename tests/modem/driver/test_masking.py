"""What may be read in a log."""

from __future__ import annotations

import pytest

from modem.driver.masking import shorten


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"AT+CREG?\r", "AT+CREG?\\r"),
        (b"\r\n+CSQ: 20,0\r\n", "\\r\\n+CSQ: 20,0\\r\\n"),
        (b"0001000A8110325476980000036F7719\x1a", "<16 octets>\\x1a"),
        (b'+CNUM: "","+4917112345678",145', '+CNUM: "","***78",145'),
        (b'AT+CPIN="1234"\r', "AT+CPIN=***\\r"),
        (b'AT+CSCA="+491710760000",145\r', 'AT+CSCA="***00",145\\r'),
        (b"490154203237518", "***18"),
        (b"\xff\x80", "\\xff\\x80"),
    ],
)
def test_numbers_and_messages_are_masked(data: bytes, text: str) -> None:
    assert shorten(data) == text
