"""Where the keys of a TOML file are: the standard parser tells values only.

The text is known to be right, since the standard parser took it, so this reads just enough of TOML 1.0 to follow it:
headers, dotted and quoted keys, the four kinds of strings, arrays and inline tables.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.emulator.border.mistake import Part

Path = tuple["Part", ...]

_BLANK: Final = re.compile(r"[ \t]*")
_GAP: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_STRING: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_PLAIN: Final = re.compile(r"[^,\]}#\r\n]*")


def key_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, on which each key, table and item of an array stands, by its path."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {(): 1}
        self._counts: dict[Path, int] = {}
        self._line_at = (0, 1)

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip(_GAP):
            if self._text.startswith("[[", self._at):
                table = self._header(2)
            elif self._text[self._at] == "[":
                table = self._header(1)
            else:
                self._pair(table)
        return self._lines

    # -- the parts of a file ----------------------------------------------------

    def _header(self, width: int) -> Path:
        line = self._line()
        self._at += width
        path: Path = ()
        for key in self._key():
            self._lines.setdefault((*path, key), line)
            path = self._inside((*path, key))
        self._at += width
        if width == 1:
            self._lines[path] = line
            return path
        # The last word names the array of tables, not its newest member.
        array = path[:-1] if path and isinstance(path[-1], int) else path
        number = self._counts[array] = self._counts.get(array, -1) + 1
        self._lines.setdefault(array, line)
        self._lines[*array, number] = line
        return (*array, number)

    def _inside(self, path: Path) -> Path:
        """Return the path of the newest member when `path` is an array of tables."""
        return (*path, self._counts[path]) if path in self._counts else path

    def _pair(self, table: Path) -> None:
        line = self._line()
        path = table
        for key in self._key():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._skip(_BLANK)
        self._at += 1  # =
        self._skip(_BLANK)
        self._value(path)

    def _key(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_BLANK)
            quoted = _QUOTED.match(self._text, self._at)
            bare = quoted or _BARE.match(self._text, self._at)
            if bare is None:
                return keys
            self._at = bare.end()
            # The standard parser knows what the escapes in a quoted key mean.
            keys.append(next(iter(tomllib.loads(f"{quoted[0]} = 0"))) if quoted else bare[0])
            self._skip(_BLANK)
            if not self._text.startswith(".", self._at):
                return keys
            self._at += 1

    def _value(self, path: Path) -> None:
        start = self._text[self._at]
        if start == "[":
            self._members(path, "]", is_table=False)
        elif start == "{":
            self._members(path, "}", is_table=True)
        else:
            match = _STRING.match(self._text, self._at) or _PLAIN.match(self._text, self._at)
            self._at = match.end() if match is not None else len(self._text)

    def _members(self, path: Path, end: str, *, is_table: bool) -> None:
        self._at += 1
        number = 0
        while self._skip(_GAP) and self._text[self._at] != end:
            if self._text[self._at] == ",":
                self._at += 1
            elif is_table:
                self._pair(path)
            else:
                self._lines[*path, number] = self._line()
                self._value((*path, number))
                number += 1
        self._at += 1

    # -- the text ---------------------------------------------------------------

    def _skip(self, what: re.Pattern[str]) -> bool:
        """Pass over blanks; return whether there is something behind them."""
        match = what.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._at < len(self._text)

    def _line(self) -> int:
        """Return the line that is read now."""
        at, line = self._line_at
        self._line_at = (self._at, line + self._text.count("\n", at, self._at))
        return self._line_at[1]
