from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.number import Number, country_of, is_same_subscriber, match_key, plain_digits, read_number


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        pytest.param("+491711234567", "+491711234567", id="international"),
        pytest.param("00491711234567", "+491711234567", id="00"),
        pytest.param("01711234567", "01711234567", id="national"),
        pytest.param("12345", "12345", id="short code"),
        pytest.param("110", "110", id="emergency"),
        pytest.param("+49 (171) 123-45.67/", "+491711234567", id="decorated"),
        pytest.param(" +491711234567 ", "+491711234567", id="blanks around"),
        pytest.param("٠١٧١١٢٣٤٥٦٧", "01711234567", id="Arabic-Indic digits"),
        pytest.param("\u202a+491711234567\u202c", "+491711234567", id="invisible marks of direction"),
        pytest.param("+88213123456", "+88213123456", id="satellite"),
        pytest.param("000", "000", id="three zeros are not a prefix"),
    ],
)
def test_numbers_that_can_be_dialled(text: str, normalised: str) -> None:
    assert read_number(text) == Number(given=text.strip(), normalised=normalised)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "12",
        "+12345",
        "+0491711234567",
        "abc",
        "+49171abc",
        "1" * 21,
        "+" + "1" * 16,
        "*100#",
        "++491711234567",
        "1e10",
    ],
)
def test_what_no_number_can_be(text: str) -> None:
    assert read_number(text) is None


def test_decoration_is_refused_when_the_caller_wants_it_so() -> None:
    assert read_number("(030) 1234567", drop_decoration=False) is None
    assert read_number("0301234567", drop_decoration=False) is not None


@pytest.mark.parametrize(
    ("text", "region", "normalised"),
    [
        pytest.param("0171 1234567", "DE", "+491711234567", id="national"),
        pytest.param("01711234567", "", "01711234567", id="no region"),
        pytest.param("+431711234567", "DE", "+431711234567", id="international stays"),
        pytest.param("123456", "DE", "123456", id="short code stays"),
        pytest.param("0532 123 45 67", "TR", "+905321234567", id="Turkey"),
        pytest.param("0" + "1" * 19, "DE", "0" + "1" * 19, id="impossible numbers go as written"),
    ],
)
def test_national_numbers_become_international_with_a_region(text: str, region: str, normalised: str) -> None:
    number = read_number(text, default_region=region)
    assert number is not None
    assert number.normalised == normalised


@given(st.text())
def test_any_text_gives_a_number_or_none(text: str) -> None:
    number = read_number(text, default_region="DE")
    assert number is None or number.normalised.removeprefix("+").isdigit()


@given(st.text())
def test_plain_digits_leaves_no_foreign_digit(text: str) -> None:
    assert all(character.isascii() or not character.isdecimal() for character in plain_digits(text))


@pytest.mark.parametrize(
    ("number", "key"), [("+49171", "49171"), ("0049171", "49171"), ("0171", "0171"), ("12345", "12345"), ("", "")]
)
def test_match_key_drops_plus_and_00(number: str, key: str) -> None:
    assert match_key(number) == key


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("+491711234567", "+491711234567", id="equal"),
        pytest.param("+491711234567", "491711234567", id="plus lost"),
        pytest.param("+491711234567", "00491711234567", id="00 for plus"),
        pytest.param("+491711234567", "01711234567", id="made national"),
        pytest.param("01711234567", "+491711234567", id="made international"),
        pytest.param("+491711234567", "1711234567", id="bare national"),
        pytest.param("12345", "12345", id="short code"),
    ],
)
def test_numbers_of_one_subscriber(ours: str, theirs: str) -> None:
    assert is_same_subscriber(ours, theirs)
    assert is_same_subscriber(theirs, ours)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("+491711234567", "+491711234568", id="last digit"),
        pytest.param("+491711234567", "01721234567", id="another network"),
        pytest.param("12345", "0012345678", id="short code inside a number"),
        pytest.param("34567", "+491711234567", id="short code at the end of a number"),
        pytest.param("12345", "12346", id="short codes"),
        pytest.param("+491711234567", "+431711234567", id="another country"),
        pytest.param("+491711234567", "", id="nothing"),
    ],
)
def test_numbers_of_different_subscribers(ours: str, theirs: str) -> None:
    assert not is_same_subscriber(ours, theirs)
    assert not is_same_subscriber(theirs, ours)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("994501234567", "+994501234567"),  # smsplus.md 2: country code, no plus
        ("17134567890", "+17134567890"),  # voipcom.md 1
        ("+994501234567", "+994501234567"),
        ("00994501234567", "+994501234567"),
        ("12345678", "+12345678"),
        ("1234567", "1234567"),
        ("0501234567", "0501234567"),
        ("1234567890123456", None),
    ],
)
def test_an_api_may_leave_the_plus_out(text: str, normalised: str | None) -> None:
    number = read_number(text, is_international=True)
    assert (number and number.normalised) == normalised


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+12812345678", "US"),  # voipcom.md 10
        ("+994501234567", "AZ"),
        ("+491711234567", "DE"),
        ("+883510000000", ""),  # an international network has no country
        ("+999999999999", ""),
        ("01712345678", ""),
        ("", ""),
    ],
)
def test_the_country_of_a_number_is_known(number: str, country: str) -> None:
    assert country_of(number) == country


@given(st.from_regex(r"\A\+[1-9][0-9]{7,14}\Z") | st.from_regex(r"\A\+1[2-9][0-9]{9}\Z"))
def test_the_country_is_the_one_that_phonenumbers_finds(number: str) -> None:
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        region = ""
    assert country_of(number) == (region if region.isalpha() else "")
