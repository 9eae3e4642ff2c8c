"""Phone numbers: read leniently, normalise where it is certain, never refuse what a network may know."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers

SHORT_CODE_DIGITS = 6
INTERNATIONAL_DIGITS, MOST_INTERNATIONAL_DIGITS = 8, 15
_DIALLABLE = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,20}")
_NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{9}")
_DECORATION = str.maketrans("", "", " -.()/")
_REGIONS = {str(code): regions for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()}
"""The countries of a calling code; no code begins with another one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Number:
    """A phone number as the caller wrote it and as it goes on the air."""

    given: str
    normalised: str


def plain_digits(text: str) -> str:
    """Give `text` with the digits of any script as ASCII and invisible format characters dropped."""
    if text.isascii():
        return text
    return "".join(_plain_character(character) for character in text)


def _plain_character(character: str) -> str:
    if character.isdecimal():
        return str(int(character))
    return character if character.isprintable() else ""


def read_number(
    text: str, *, default_region: str = "", drop_decoration: bool = True, is_international: bool = False
) -> Number | None:
    """Read one phone number; None when it cannot be one.

    A leading `00` becomes `+`; with `default_region` (ISO 3166, e.g. "DE") a national number longer
    than a short code is made international. `drop_decoration` ignores blank - . ( ) and /. With
    `is_international` the caller's API leaves the plus out: 8 digits or more that do not begin with 0 get it.
    """
    number = plain_digits(text)
    if drop_decoration and not number.removeprefix("+").isdecimal():
        number = number.translate(_DECORATION)
    if number.startswith("00") and number[2:3] not in {"", "0"}:
        number = "+" + number[2:]
    if not _DIALLABLE.fullmatch(number):
        return None
    if is_international and len(number) >= INTERNATIONAL_DIGITS and number[0] not in "+0":
        if len(number) > MOST_INTERNATIONAL_DIGITS:
            return None
        number = f"+{number}"
    return Number(given=text.strip(), normalised=_with_region(number, default_region))


def _with_region(number: str, default_region: str) -> str:
    if not default_region or number.startswith("+") or len(number) <= SHORT_CODE_DIGITS:
        return number
    try:
        parsed = phonenumbers.parse(number, default_region)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str) -> str:
    """Give the country of an international number, ISO 3166 in upper case, "" when that is not known."""
    if not number.startswith("+"):
        return ""
    for digits in (1, 2, 3):
        code = number[1 : 1 + digits]
        regions = _REGIONS.get(code, ())
        if len(regions) == 1:  # as phonenumbers does, but without its taking the whole number apart
            return regions[0] if regions[0].isalpha() else ""
        if regions:
            break
    try:
        region = phonenumbers.region_code_for_number(_parsed(number))
    except phonenumbers.NumberParseException:
        return ""
    return region if region is not None and region.isalpha() else ""


def _parsed(number: str) -> phonenumbers.PhoneNumber:
    """Give the parts of an international number; those of North America, the most by far that share a code, at once."""
    if _NORTH_AMERICAN.fullmatch(number):
        return phonenumbers.PhoneNumber(country_code=1, national_number=int(number[2:]))
    return phonenumbers.parse(number)


def match_key(number: str) -> str:
    """Give the form in which numbers are compared in filters: without a leading `+` or `00`."""
    if number.startswith("+"):
        return number[1:]
    return number.removeprefix("00")


def is_same_subscriber(ours: str, theirs: str) -> bool:
    """Whether a number in a delivery report is the one we sent to.

    Networks turn national numbers into international ones and back, with and without the plus. So unless
    both are international, the shorter one without leading zeros must be the end of the longer; short
    codes must be equal.
    """
    ours_key, theirs_key = match_key(ours), match_key(theirs)
    if ours_key == theirs_key:
        return True
    if _is_international(ours) and _is_international(theirs):
        return False
    shorter, longer = sorted((ours_key.lstrip("0"), theirs_key.lstrip("0")), key=len)
    return len(shorter) > SHORT_CODE_DIGITS and longer.endswith(shorter)


def _is_international(number: str) -> bool:
    return number.startswith(("+", "00"))
