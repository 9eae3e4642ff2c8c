"""Cutting information responses into fields, lists and numbers (ITU-T V.250 5.4, 5.7)."""

from __future__ import annotations

import re
from typing import Final

_HEX: Final = "0123456789ABCDEFabcdef"
_FIELD: Final = re.compile(r'(?:"[^"]*"?|\((?:[^()"]|"[^"]*"?|\([^()]*\)?)*\)?|[^,"(])*')
_RANGE: Final = re.compile(r"(\d{1,5})\s*-\s*(\d{1,5})|(\d{1,5})", re.ASCII)
_QUOTED: Final = re.compile(r'"([^"]*)"')
# The widest list that a +CNMI=?, +CMGL=? or +CREG=? may honestly give.
_WIDEST_RANGE: Final = 1000


def is_hex(text: str) -> bool:
    """Tell whether `text` is a whole number of octets in hex, at least one."""
    return bool(text) and len(text) % 2 == 0 and not text.strip(_HEX)


def value_of(line: str, name: str) -> str | None:
    """Return what stands behind `name` and its colon, or None when the line has another name.

    >>> value_of("+CREG: 0,1", "+CREG")
    '0,1'
    """
    if not line.startswith(name + ":"):
        return None
    return line[len(name) + 1 :].strip()


def unquote(field: str) -> str:
    """Take the quotes off a string."""
    return field.strip().strip('"')


def split_fields(text: str, *, keep_quotes: bool = False) -> list[str]:
    """Split at the commas that are outside quotes and brackets.

    >>> split_fields('0,"a,b",(1,2),')
    ['0', 'a,b', '(1,2)', '']
    """
    if '"' not in text and "(" not in text:
        return [field.strip() for field in text.split(",")]
    fields: list[str] = []
    at = 0
    while True:
        match = _FIELD.match(text, at)
        end = match.end() if match is not None else len(text)
        field = text[at:end].strip()
        fields.append(field if keep_quotes else unquote(field))
        # The pattern stops before a comma, at the end, or before a bracket that nests too deep for any modem.
        at = end + 1
        if end >= len(text):
            return fields


def fields_of(line: str, *, keep_quotes: bool = False) -> list[str]:
    """Split what stands behind the first colon of an information response or URC."""
    return split_fields(line.partition(":")[2], keep_quotes=keep_quotes)


def parse_int(field: str) -> int | None:
    """Return the number in `field`, or None when it is not a short decimal number."""
    field = field.strip()
    # Ten digits are more than any AT value has; longer runs are noise.
    return int(field) if field.isascii() and field.isdigit() and len(field) <= 10 else None


def parse_numbers(text: str) -> tuple[int, ...]:
    """Return the numbers of a list with ranges, in its order.

    >>> parse_numbers("(0-2,5)")
    (0, 1, 2, 5)
    """
    numbers: list[int] = []
    for low, high, single in _RANGE.findall(text):
        if single:
            numbers.append(int(single))
        else:
            numbers.extend(range(int(low), min(int(high), int(low) + _WIDEST_RANGE) + 1))
    return tuple(numbers)


def parse_strings(text: str) -> tuple[str, ...]:
    """Return all quoted strings in `text`, each once, in order."""
    return tuple(dict.fromkeys(_QUOTED.findall(text)))


def swap_nibbles(text: str) -> str:
    """Swap the two digits of each octet, as SIM files store numbers.

    >>> swap_nibbles("9894")
    '8949'
    """
    return "".join(text[i + 1 : i + 2] + text[i] for i in range(0, len(text), 2))
