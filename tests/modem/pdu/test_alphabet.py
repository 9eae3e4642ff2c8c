"""The GSM 7-bit alphabet with all national tables, compared with gsmcodecs; UCS2."""

from __future__ import annotations

import pytest
from gsmcodecs import GSMCHARMAPS  # type: ignore[import-untyped]  # has no type hints
from hypothesis import given
from hypothesis import strategies as st

from modem.errors import EncodeError
from modem.pdu import Language
from modem.pdu.alphabet import decode_septets, decode_ucs2, encode_septets, encode_ucs2, septet_codec
from modem.pdu.tables.default import ALPHABET, EXTENSION
from modem.pdu.tables.locking import LOCKING_SHIFT
from modem.pdu.tables.single_shift import SINGLE_SHIFT
from tests.modem.pdu.strategies import texts

LANGUAGES = [None, *Language]
ESCAPE = 0x1B


# Where gsmcodecs 1.0.0 is wrong. Android's GsmAlphabet, warthog618/sms and CyberChef's Gsm7 (from V16.0.0)
# all have the comma and the euro sign; Android calls the second PA of the Kannada table a misprint for DDA.
ORACLE_ERRATA = {
    "locking": {
        **{language: {0x2C: ","} for language in Language if language >= Language.BENGALI},
        Language.KANNADA: {0x2C: ",", 0x24: "\u0ca1"},
    },
    "singleShift": {Language.TELUGU: {0x65: "€"}},
}


def table_of(main: str) -> dict[int, str]:
    return {code: character for code, character in enumerate(main) if character != "\ufffe"}


def oracle(language: int, kind: str) -> dict[int, str]:
    """Return gsmcodecs' table without the escape, which we treat apart."""
    table = {code: chr(point) for code, point in GSMCHARMAPS[language][kind]["decode"].items() if code != ESCAPE}
    errata = ORACLE_ERRATA[kind].get(Language(language), {}) if language else {}
    assert all(table.get(code) != character for code, character in errata.items())
    return {**table, **errata}


@pytest.mark.parametrize("language", [None, *LOCKING_SHIFT])
def test_main_table_equals_the_oracle(language: Language | None) -> None:
    main = LOCKING_SHIFT[language] if language else ALPHABET
    assert len(main) == 128
    assert table_of(main) == oracle(language or 0, "locking")


@pytest.mark.parametrize("language", LANGUAGES)
def test_table_behind_the_escape_equals_the_oracle(language: Language | None) -> None:
    shifted = SINGLE_SHIFT[language] if language else EXTENSION
    assert shifted == oracle(language or 0, "singleShift")


def test_all_languages_have_a_single_shift_table_and_all_but_spanish_a_locking_one() -> None:
    assert set(SINGLE_SHIFT) == set(Language)
    assert set(LOCKING_SHIFT) == set(Language) - {Language.SPANISH}


@pytest.mark.parametrize("locking", LANGUAGES)
@pytest.mark.parametrize("single", LANGUAGES)
def test_every_character_of_a_pair_of_tables_survives(single: Language | None, locking: Language | None) -> None:
    text = "".join(sorted(septet_codec(single, locking).characters))
    septets = encode_septets(text, single_shift=single, locking_shift=locking)
    assert max(septets) < 128
    assert decode_septets(septets, single_shift=single, locking_shift=locking) == text


@given(st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES), texts)
def test_a_text_survives_or_is_not_in_the_tables(single: Language | None, locking: Language | None, text: str) -> None:
    codec = septet_codec(single, locking)
    septets = codec.encode(text)
    assert (septets is None) == (not set(text) <= codec.characters)
    if septets is not None:
        assert codec.decode(septets) == text
        assert sum(codec.widths(text)) == len(septets)


@given(st.sampled_from(LANGUAGES), st.sampled_from(LANGUAGES), st.binary())
def test_any_octets_are_some_text(single: Language | None, locking: Language | None, octets: bytes) -> None:
    text = decode_septets(octets, single_shift=single, locking_shift=locking)
    assert len(octets) / 2 <= len(text) <= len(octets)
    assert "\ufffe" not in text


@pytest.mark.parametrize(
    ("septets", "text"),
    [
        ("1B65", "€"),
        ("1B41", "A"),  # 23.038 6.2.1.1: unknown code behind an escape is the main table's character
        ("1B1B", " "),
        ("1B1B65", " e"),
        ("1B0A", "\f"),
        ("1B0D", "\r"),
        ("611B", "a "),
        ("00", "@"),
    ],
)
def test_escapes_are_read_as_the_standard_says(septets: str, text: str) -> None:
    assert decode_septets(bytes.fromhex(septets)) == text


def test_an_undefined_code_of_a_locking_table_is_a_replacement_character() -> None:
    assert decode_septets(b"a\x0e\x1b\x0e", locking_shift=Language.BENGALI) == "a\ufffd\ufffd"
    assert decode_septets(b"\x1b\x0e", single_shift=Language.BENGALI, locking_shift=Language.BENGALI) == "-"


@pytest.mark.parametrize(
    ("language", "text", "septets"),
    [
        # Septets by gsmcodecs 1.0.0. The parentheses of the Indic tables are exchanged (23.038 A.3.6).
        (Language.HINDI, "(क)", "291528"),
        (Language.HINDI, "नमस्ते", "2F424C5F2759"),
        (Language.TAMIL, "தமிழ்", "274251485F"),
        (Language.URDU, "شکریہ", "3E47255956"),
    ],
)
def test_indic_locking_tables_write_their_own_script(language: Language, text: str, septets: str) -> None:
    assert encode_septets(text, locking_shift=language) == bytes.fromhex(septets)


@pytest.mark.parametrize(
    ("character", "code"), [("*", 0x0B), ("¡", 0x13)], ids=["asterisk", "inverted exclamation mark"]
)
def test_a_character_at_two_codes_is_encoded_with_the_lower(character: str, code: int) -> None:
    codec = septet_codec(Language.HINDI, Language.HINDI)
    assert codec.encode(character) == bytes((ESCAPE, code))


@pytest.mark.parametrize("character", ["ç", "`", "\x1b", "\t", "А", "α"])
def test_look_alikes_are_not_taken_for_characters_of_the_alphabet(character: str) -> None:
    with pytest.raises(EncodeError, match=rf"character 1, U\+{ord(character):04X}, is not in the alphabet"):
        encode_septets("a" + character)


@given(texts)
def test_a_text_survives_ucs2(text: str) -> None:
    assert decode_ucs2(encode_ucs2(text)) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("FEFF00480069", "Hi"),
        ("0048006900", "Hi"),
        ("D83D", "\ufffd"),
        ("D83DDE01", "😁"),
        ("", ""),
    ],
    ids=["byte order mark", "odd length", "half a surrogate pair", "surrogate pair", "nothing"],
)
def test_oddities_of_ucs2_in_the_wild_are_read(octets: str, text: str) -> None:
    assert decode_ucs2(bytes.fromhex(octets)) == text


def test_a_byte_order_mark_inside_a_message_is_kept() -> None:
    assert decode_ucs2(bytes.fromhex("FEFF0048"), is_start=False) == "\ufeffH"


def test_half_of_a_surrogate_pair_cannot_be_encoded() -> None:
    with pytest.raises(EncodeError, match="character 1 is half of a surrogate pair"):
        encode_ucs2("a\ud83d")
