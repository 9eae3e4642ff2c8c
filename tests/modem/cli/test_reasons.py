"""Why a text goes out as it does; the capacities are those of 3GPP TS 23.040 9.2.3.24.1 and TS 23.038 6.2."""

from __future__ import annotations

import pytest

from modem.cli.reasons import encoding_reason, encoding_text, segments_reason
from modem.pdu import Language, plan, plan_data

TURKISH = [Language.TURKISH]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * 160, "160 septets, 160 fit into a message of one segment"),
        ("a" * 161, "161 septets, 160 fit into a message of one segment, 153 into each of several"),
        ("€" * 80, "160 septets, 160 fit into a message of one segment"),
        ("я" * 70, "140 octets, 140 fit into a message of one segment"),
        ("я" * 71, "142 octets, 140 fit into a message of one segment, 134 into each of several"),
    ],
    ids=["160", "161", "escaped", "ucs2", "ucs2 of two"],
)
def test_segments_are_explained_by_what_fits(text: str, reason: str) -> None:
    assert segments_reason(plan(text)) == reason


def test_a_longer_reference_leaves_less_room() -> None:
    assert segments_reason(plan("a" * 161, concat_bits=16)).endswith("152 into each of several")


def test_what_the_alphabet_lacks_is_named() -> None:
    text = "я and \u200b"
    assert encoding_text(plan(text)) == "UCS2"
    assert encoding_reason(plan(text), text, has_tables=False) == "the GSM 7-bit alphabet lacks я (U+044F), U+200B"


def test_many_are_counted() -> None:
    text = "абвгдеж"
    assert encoding_reason(plan(text), text, has_tables=False).endswith("д (U+0434) and 2 more")


def test_a_national_table_is_named() -> None:
    text = "ğ" * 100
    made = plan(text, national_tables=TURKISH)
    assert "Turkish" in encoding_text(made)
    assert encoding_reason(made, text, has_tables=True).startswith("the GSM 7-bit alphabet lacks ğ (U+011F)")


def test_tables_that_do_not_help_are_said() -> None:
    assert "no national table" in encoding_reason(plan("я", national_tables=TURKISH), "я", has_tables=True)


def test_data_are_data() -> None:
    made = plan_data(b"\x02\x4a")
    assert (encoding_text(made), encoding_reason(made, "024A", has_tables=False)) == (
        "8-bit data",
        "8-bit data were asked for",
    )
