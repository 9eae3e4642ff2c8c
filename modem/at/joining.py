"""Joins URCs that take more than one line: a PDU behind its header, and USSD texts that have line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.at.urc import ends_text, is_body, is_open_text, wants_body

if TYPE_CHECKING:
    from collections.abc import Callable

# So many lines of news may stand between the two lines of a URC.
MAX_LINES_BETWEEN: Final = 4
# A USSD text has 182 characters at most.
MAX_TEXT_LINES: Final = 64


class Joiner:
    """The URC whose lines are being collected; `begin` with the first, then `take` each line that comes."""

    def __init__(self) -> None:
        self._header: str | None = None
        self._lines_between = 0
        self._text: list[str] = []

    @property
    def is_busy(self) -> bool:
        """Whether more lines are waited for."""
        return self._header is not None or bool(self._text)

    @property
    def lines(self) -> list[str]:
        """What has come of the URC."""
        return self._text if self._header is None else [self._header, *self._text]

    def begin(self, line: str, name: str) -> bool:
        """Take the first line of a URC; return whether more lines belong to it."""
        if wants_body(line, name):
            self._header, self._lines_between = line, 0
            return True
        if is_open_text(line, name):
            self._text = [line]
            return True
        return False

    def take(self, line: str, *, is_news: Callable[[str], bool], is_result: bool) -> tuple[bool, str, str | None]:
        """Take a line; return whether it belonged to the URC, and the URC (line, body) that ends, "" for none."""
        if self._text:
            return self._take_text(line, is_end=is_result or is_news(line))
        header = self._header
        if header is None:
            return False, "", None
        fits = is_body(header, line)
        self._lines_between += 1
        if not fits and self._lines_between <= MAX_LINES_BETWEEN and is_news(line):
            return False, "", None
        self._header = None
        return fits, header, line if fits else None

    def _take_text(self, line: str, *, is_end: bool) -> tuple[bool, str, None]:
        """A text is cut where a result or news stand in it, or when it has no end."""
        is_part = not is_end and len(self._text) < MAX_TEXT_LINES
        if is_part:
            self._text.append(line)
            if not ends_text(line):
                return True, "", None
        whole, self._text = "\n".join(self._text), []
        return is_part, whole, None
