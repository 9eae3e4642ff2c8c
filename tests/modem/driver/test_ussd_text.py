"""USSD texts as they go over the line."""

from __future__ import annotations

import pytest

from modem.driver.ussd_text import Writing, decode_reply, forms_of, pack_text


def test_code_is_packed_as_huawei_wants_it() -> None:
    """The code that users of chan_dongle and Gammu send to their Huawei sticks."""
    assert pack_text(b"*100#") == "AA180C3602"


def test_seven_spare_bits_are_filled_with_a_cr() -> None:
    """TS 23.038 6.1.2.3.1: seven characters leave seven bits, which would be an @."""
    assert bytes.fromhex(pack_text(b"*#100*#"))[-1] >> 1 == 0x0D


def test_ways_to_write_a_code() -> None:
    assert [(form.writing, form.command) for form in forms_of("*100#", is_packed=False)] == [
        (Writing.UCS2, 'AT+CUSD=1,"002A0031003000300023",15'),
        (Writing.PLAIN, 'AT+CUSD=1,"*100#",15'),
        (Writing.PLAIN, 'AT+CUSD=1,"*100#"'),
        (Writing.PACKED, 'AT+CUSD=1,"AA180C3602",15'),
    ]
    assert [form.command for form in forms_of("*100#", is_packed=True)] == [
        'AT+CUSD=1,"AA180C3602",15',
        'AT+CUSD=1,"002A0031003000300023",15',
    ]


def test_digits_that_could_be_hexadecimal_are_packed_only_where_that_is_known() -> None:
    assert Writing.PACKED not in {form.writing for form in forms_of("12", is_packed=False)}
    assert forms_of("12", is_packed=True)[0].command == 'AT+CUSD=1,"3119",15'


def test_what_the_7_bit_alphabet_lacks_goes_in_ucs2_alone() -> None:
    assert [form.command for form in forms_of("да", is_packed=True)] == ['AT+CUSD=1,"04340430",72']


@pytest.mark.parametrize("text", ["", "x" * 183, "д" * 81, "a\rb", "a\x1a"])
def test_what_cannot_be_sent_has_no_form(text: str) -> None:
    assert forms_of(text, is_packed=False) == []


@pytest.mark.parametrize(
    ("text", "dcs", "charset", "is_packed", "expected"),
    [
        ("Your balance is 5.00", 15, "GSM", False, "Your balance is 5.00"),
        ("5.00 \x1be", 15, "GSM", False, "5.00 €"),
        ("caf\x05", 0, "GSM", False, "café"),
        ("00350020", 15, "UCS2", False, "5 "),
        ("0035002E0030003000200020AC", 15, "UCS2", False, "0035002E0030003000200020AC"),
        ("0035002E00300030002020AC", 15, "UCS2", False, "5.00 €"),
        ("00420061006C0061006E00630065", 72, "GSM", False, "Balance"),
        ("041104300431", 72, "IRA", False, "Баб"),
        ("041104300431", 15, "GSM", False, "Баб"),
        ("00656E041104300431"[2:], 17, "GSM", False, "Баб"),
        ("en\rHello", 16, "GSM", False, "Hello"),
        ("C8329BFD06", 15, "GSM", True, "Hello"),
        ("AA180C3602", 15, "GSM", True, "*100#"),
        ("Hello", 15, "GSM", True, "Hello"),
        ("12345678", 15, "GSM", False, "12345678"),
        ("4142", 68, "GSM", False, "AB"),
        ("Hello", None, "GSM", False, "Hello"),
        ("", 15, "GSM", False, ""),
    ],
    ids=[
        "plain", "euro", "e acute", "UCS2 by charset", "odd UCS2", "euro in UCS2", "UCS2 by dcs", "Cyrillic by dcs",
        "UCS2 that calls itself 7 bit", "language before UCS2", "language before text", "packed (TS 23.038: hello)",
        "packed code", "a packed modem that did not pack", "a number is no UCS2", "8-bit data", "no dcs", "empty",
    ],
)  # fmt: skip
def test_reply_is_read_by_dcs_charset_and_profile(
    text: str, dcs: int | None, charset: str, is_packed: bool, expected: str
) -> None:
    assert decode_reply(text, dcs, charset=charset, is_packed=is_packed) == expected


def test_packed_text_of_seven_characters_has_no_cr_behind_it() -> None:
    assert decode_reply(pack_text(b"balance"), 15, charset="GSM", is_packed=True) == "balance"
