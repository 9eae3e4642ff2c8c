"""Fields, lists and numbers of information responses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.values import (
    fields_of,
    is_hex,
    parse_int,
    parse_numbers,
    parse_strings,
    split_fields,
    swap_nibbles,
    value_of,
)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("1,2", ["1", "2"]),
        ("1, 2 ,", ["1", "2", ""]),
        ('"SM",3', ["SM", "3"]),
        ('0,0,"a,b",7', ["0", "0", "a,b", "7"]),
        ("(0-2),(0,1)", ["(0-2)", "(0,1)"]),
        ('("SM","ME"),("SM")', ['("SM","ME")', '("SM")']),
        ('(("SM","BM"),("SM"))', ['(("SM","BM"),("SM"))']),
        ('"unclosed,1', ["unclosed,1"]),
        ("(unclosed,1", ["(unclosed,1"]),
        ("", [""]),
    ],
)
def test_text_is_split_outside_quotes_and_brackets(text: str, fields: list[str]) -> None:
    assert split_fields(text) == fields


def test_quotes_can_be_kept() -> None:
    assert fields_of('+CREG: 2,"00C3"', keep_quotes=True) == ["2", '"00C3"']


def test_value_needs_the_whole_name() -> None:
    assert value_of("+CMTI: 1", "+CMT") is None
    assert value_of("+CMT: ,24", "+CMT") == ",24"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("(0-2,5)", (0, 1, 2, 5)), ("0", (0,)), ("(1 - 3)", (1, 2, 3)), ("()", ()), ("(3-1)", ()), ("", ())],
)
def test_list_of_numbers_may_hold_ranges(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_numbers(text) == numbers


def test_endless_range_is_cut() -> None:
    assert len(parse_numbers("(0-99999)")) < 2000


def test_strings_come_once_and_in_order() -> None:
    assert parse_strings('("ME","SM","ME")') == ("ME", "SM")


@pytest.mark.parametrize(("text", "expected"), [("07", True), ("0", False), ("", False), ("0G", False), ("aF", True)])
def test_hex_is_whole_octets(text: str, expected: bool) -> None:
    assert is_hex(text) is expected


@pytest.mark.parametrize(("text", "number"), [("7", 7), (" 007 ", 7), ("-1", None), ("²", None), ("9" * 20, None)])
def test_only_short_decimal_numbers_are_numbers(text: str, number: int | None) -> None:
    assert parse_int(text) == number


def test_nibbles_are_swapped_in_pairs() -> None:
    assert swap_nibbles("989410") == "894901"


@given(st.text(alphabet='",()0A-+ :', max_size=60))
def test_any_text_splits_and_ends(text: str) -> None:
    assert len(split_fields(text)) <= len(text) + 1
    parse_numbers(text)
    parse_strings(text)


@given(st.lists(st.text(alphabet="abc123 ;:", max_size=8).map(str.strip)))
def test_quoted_fields_come_back(fields: list[str]) -> None:
    assert split_fields(",".join(f'"{field}"' for field in fields)) == (fields or [""])
