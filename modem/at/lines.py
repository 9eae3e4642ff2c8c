"""Cut what a modem sends into lines and prompts."""

from __future__ import annotations

import re
from typing import Final

MAX_LINE_OCTETS: Final = 4096

# What stands for a prompt among the lines; no line starts with it.
PROMPT: Final = ">"

# An echoed Ctrl-Z ends the echo of a body; NUL and ESC are noise wherever they stand.
_TO_LINE_ENDS: Final = bytes.maketrans(b"\r\x1a", b"\n\n")
_NOISE: Final = b"\0\x1b"
_PROMPT_OCTET: Final = b">"
_PROMPTS: Final = re.compile(rb"(\A|[\r\n\x1a])[\s\0\x1a\x1b]*>[\s\0\x1a\x1b>]*")


class Lines:
    """Keeps what is left over behind the last line end: at most MAX_LINE_OCTETS, a longer line is dropped whole."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_too_long = False

    @property
    def rest(self) -> bytes:
        """What has come of a line that has not ended."""
        return self._rest

    def cut(self, data: bytes) -> list[str]:
        """Return the lines that `data`, of any size, completes, without blanks around them, and PROMPT for each prompt.

        The prompt has no line end, and the blank behind it may be late or missing, so neither is waited for.
        """
        found: list[str] = []
        data = data.translate(_TO_LINE_ENDS, _NOISE)
        if b"\n" in data:
            *lines, self._rest = (self._rest + data).split(b"\n")
            if self._is_too_long:
                del lines[0]
                self._is_too_long = False
            for octets in lines:
                line = _take_prompts(octets, found)
                if line and len(line) <= MAX_LINE_OCTETS:
                    found.append(line.rstrip().decode("latin-1"))
        else:
            self._rest += data
        if self._rest and not self._is_too_long:
            self._rest = _take_prompts(self._rest, found)
        if len(self._rest) > MAX_LINE_OCTETS:
            self._is_too_long = True
        if self._is_too_long:
            self._rest = b""
        return found


def _take_prompts(octets: bytes, found: list[str]) -> bytes:
    """Note each `>` at the start in `found` and return what is left, without leading blanks."""
    octets = octets.lstrip()
    while octets[:1] == _PROMPT_OCTET:
        found.append(PROMPT)
        octets = octets[1:].lstrip()
    return octets


def without_prompts(octets: bytes) -> bytes:
    """Take out what `Lines` would take for prompts. They are asked for at once, or never."""
    return _PROMPTS.sub(rb"\1", octets)
