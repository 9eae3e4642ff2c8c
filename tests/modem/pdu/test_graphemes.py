"""Grapheme clusters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu.graphemes import is_boundary, last_boundary
from tests.modem.pdu.strategies import texts

# One sequence per rule of Unicode Standard Annex #29; "÷" marks the boundaries.
CASES = {
    "letters": "a÷b÷c",
    "line end (GB3)": "a÷\r\n÷b",
    "line feed, carriage return (GB4)": "\n÷\r",
    "mark behind a line end (GB4)": "\n÷\u0301÷a",
    "Hangul letters (GB6, GB7)": "\u1100\u1161\u11a8÷\u1100\u1161",
    "Hangul syllable and letter (GB8)": "\uac00\u11a8÷\uac01\u11a8÷\uac00",
    "combining marks (GB9)": "e\u0301\u0323÷x",
    "spacing mark (GB9a)": "\u0915\u093f÷\u0916",
    "prepended sign (GB9b)": "\u0600\u0661÷\u0662",
    "prepended signs in a row (GB9b)": "\u0600\u06dd\u0661÷\u0662",
    "Malayalam dot reph (GB9b)": "\u0d4e\u0d22÷\u0d4e\u0d22",
    "prepended sign before a line end (GB5)": "\u0600÷\n",
    "Indic conjunct (GB9c)": "\u0915\u094d\u0937\u093f÷\u0915",
    "mark between virama and consonant (GB9c)": "\u0c32\u0c4d\u0c62\u0c25÷\u0c25",
    "emoji with skin tone": "👋🏽÷👋",
    "keycap": "1\ufe0f\u20e3÷2",
    "family (GB11)": "👩\u200d👩\u200d👧\u200d👦÷👩",
    "rainbow flag (GB11)": "🏳\ufe0f\u200d🌈÷x",
    "flags (GB12, GB13)": "🇩🇪÷🇫🇷÷🇮",
    "letter before flags": "a÷🇩🇪÷b",
    "flag of Scotland": "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f÷x",
    "Thai": "ที่÷นี่",
    "Thai and Lao am (GB9a)": "น้ำ÷น÷ຈຳ",
    "Arabic with vowel marks": "م\u064f÷ح\u064e÷م\u0651\u064e",
    "Devanagari word": "हि÷न्दी",
}


@pytest.mark.parametrize("marked", CASES.values(), ids=CASES.keys())
def test_boundaries_are_where_a_reader_sees_them(marked: str) -> None:
    text = marked.replace("÷", "")
    found = "".join(("÷" if at and is_boundary(text, at) else "") + text[at] for at in range(len(text)))
    assert found == marked


@given(texts)
def test_both_ends_of_a_text_are_boundaries(text: str) -> None:
    assert is_boundary(text, 0)
    assert is_boundary(text, len(text))


@given(texts.filter(bool), st.data())
def test_last_boundary_is_the_last_one_up_to_the_limit(text: str, data: st.DataObject) -> None:
    limit = data.draw(st.integers(1, len(text)))
    boundaries = [at for at in range(1, limit + 1) if is_boundary(text, at)]
    assert last_boundary(text, 0, limit) == (boundaries[-1] if boundaries else limit)


def test_what_stands_before_the_start_is_not_looked_at() -> None:
    flags = "🇩🇪🇫🇷"
    assert not is_boundary(flags, 1)
    assert is_boundary(flags, 2)
    assert is_boundary(flags, 1, start=1)
    assert not is_boundary(flags, 2, start=1)
