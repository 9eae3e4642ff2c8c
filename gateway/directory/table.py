"""Lists as CSV: typed rows to text and back, with every mistake named by row and column.

A list of words is joined by `;` (`\\;` is a semicolon inside a word), a switch is `yes` or `no`, an instant
`YYYY-MM-DDTHH:MM:SSZ`. Files of spreadsheets that separate by semicolons are read too.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from gateway.errors import InvalidFieldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Kind = Literal["text", "id", "switch", "words", "ports", "accounts", "status", "instant"]
ALL, NONE = "all", "none"
_SWITCHES = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_STATUSES = {"active": True, "inactive": False}
_WORDS = re.compile(r"(?:\\.|[^;\\])+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column: its name and what stands in it."""

    name: str
    kind: Kind = "text"
    is_required: bool = False


class TableError(Exception):
    """The table cannot be taken; `mistakes` has one line each: row (the header is 1), column, reason."""

    def __init__(self, mistakes: Sequence[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = list(mistakes)


def mistake(index: int, column: str, reason: str) -> str:
    """Give the line for a mistake in the entry `index` (from 0) of a table."""
    return f"row {index + 2}, column {column}: {reason}"


def write_table(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> str:
    """Give rows as CSV with a header, RFC 4180 with LF."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(format_cell(column.kind, row[column.name]) for column in columns)
    return out.getvalue()


def read_table(columns: Sequence[Column], text: str) -> list[dict[str, Any]]:
    """Give the rows of a CSV text; a column that is left out is not in them. TableError lists every mistake."""
    text = text.removeprefix("\ufeff")
    header_line = text.partition("\n")[0]
    delimiter = ";" if ";" in header_line and "," not in header_line else ","
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableError([f"not a CSV file: {error}"]) from error
    if not records:
        raise TableError(["the file is empty; its first row must name the columns"])
    header = [name.strip().lower() for name in records[0]]
    known = {column.name: column for column in columns}
    mistakes = [f"row 1, column {name or '(no name)'}: unknown; known are {', '.join(known)}" for name in header
                if name not in known]  # fmt: skip
    mistakes += [f"row 1, column {name}: named twice" for name in known if header.count(name) > 1]
    mistakes += [f"row 1, column {one.name}: missing" for one in columns if one.is_required and one.name not in header]
    if mistakes:
        raise TableError(mistakes)
    rows = []
    for index, record in enumerate(records[1:]):
        if not any(cell.strip() for cell in record):
            continue
        if len(record) != len(header):
            mistakes.append(f"row {index + 2}: has {len(record)} cells, the header {len(header)}")
            continue
        row: dict[str, Any] = {"row": index}
        for name, cell in zip(header, record, strict=True):
            try:
                row[name] = parse_cell(known[name], cell)
            except InvalidFieldError as error:
                mistakes.append(mistake(index, name, error.reason))
        rows.append(row)
    if mistakes:
        raise TableError(mistakes)
    return rows


def format_cell(kind: Kind, value: Any) -> str:  # noqa: PLR0911 (a table)
    """Give a typed value as the text of a cell."""
    match kind:
        case "switch":
            return "yes" if value else "no"
        case "status":
            return "active" if value else "inactive"
        case "words":
            return _join(value)
        case "ports":
            return ";".join(map(str, value))
        case "accounts":
            return ALL if value is None else _join(value) or NONE
        case "instant":
            return "" if value is None else f"{datetime.fromtimestamp(value // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
        case "id" | "text":
            return "" if value is None else str(value)


def _join(words: Iterable[str]) -> str:
    return ";".join(word.replace("\\", "\\\\").replace(";", "\\;") for word in words)


def parse_cell(column: Column, text: str) -> Any:  # noqa: PLR0911 (a table)
    """Give the typed value of a cell; InvalidFieldError names the column and what is wrong."""
    word = text.strip()
    if column.is_required and not word:
        raise InvalidFieldError(column.name, "required")
    match column.kind:
        case "text":
            return text
        case "id":
            return _number(column.name, word) if word else 0
        case "switch":
            return _one_of(column.name, word, _SWITCHES, "yes or no")
        case "status":
            return _one_of(column.name, word or "active", _STATUSES, "active or inactive")
        case "words":
            return _split(word)
        case "ports":
            return [_number(column.name, one) for one in _split(word.replace(",", ";"))]
        case "accounts":
            return None if word in {"", ALL} else [] if word == NONE else _split(word)
        case "instant":
            return _instant(column.name, word)


def _split(text: str) -> list[str]:
    words = (re.sub(r"\\(.)", r"\1", word).strip() for word in _WORDS.findall(text))
    return list(dict.fromkeys(word for word in words if word))


def _number(name: str, word: str) -> int:
    word = word.strip()
    if not (word.isascii() and word.isdecimal() and len(word) <= 10 and 0 < int(word) < 2**31):
        raise InvalidFieldError(name, f"not a whole number from 1 on: {word}")
    return int(word)


def _one_of(name: str, word: str, words: Mapping[str, bool], shown: str) -> bool:
    if word.lower() not in words:
        raise InvalidFieldError(name, f"must be {shown}")
    return words[word.lower()]


def _instant(name: str, word: str) -> int | None:
    if not word:
        return None
    try:
        instant = datetime.fromisoformat(word)
    except ValueError as error:
        raise InvalidFieldError(name, "must be YYYY-MM-DDTHH:MM:SSZ") from error
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)
