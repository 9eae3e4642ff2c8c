r"""Recorded AT dialogues as plain text. This is the one description of the format.

A transcript has one passage per line, in the order in which they were said; empty lines and lines that begin with `#`
mean nothing. Before a passage may stand its time in seconds from the beginning of the recording, and one space:

    12.345 host AT+CGMI        the host's line: the text and CR
    12.350 device Quectel      a line of the modem: CR LF, the text, CR LF
    12.350 device+ EC25        a further line of the same answer, or the PDU under its header: the text and CR LF
    host= AT\r\n               exactly these octets, from the host
    device= \r\n>\x20          exactly these octets, from the modem (here the prompt)

After the mark and one space everything up to the end of the line counts. An octet that is not a printable ASCII
character is written \r, \n or \xNN, a backslash \\; a space at the end of a line is \x20, so that no editor removes it.
Passages of the modem before the first of the host are what it says by itself on power-up.

`Recorder` cuts a live dialogue into such passages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from modem.errors import TranscriptError

if TYPE_CHECKING:
    from collections.abc import Iterable

# A modem that has been silent so long has said what it wanted to say, with or without a line end.
QUIET_S: Final = 0.2
_PASSAGE: Final = re.compile(r"(?:(\d+(?:\.\d+)?) )?(host|device)([=+]?)(?: (.*))?")
_ESCAPE: Final = re.compile(r"\\(x[0-9A-Fa-f]{2}|.|$)")
_ESCAPED: Final = {"r": "\r", "n": "\n", "\\": "\\"}
_PROMPT: Final = b"\r\n> "
_FRAMED_LINE: Final = re.compile(rb"\r\n([^\r\n]+)\r\n")
_FURTHER_LINE: Final = re.compile(rb"([^\r\n]+)\r\n")
_ECHO: Final = re.compile(rb"[^\r\n]*\r(?=[^\n]|\r\n)")
_EMPTY_LINE: Final = re.compile(rb"\r\n(?=\r\n)|\n")
_END_OF_HOST: Final = re.compile(rb"\r\n?|[\x1a\x1b]")


class Side(Enum):
    """Who speaks."""

    HOST = "host"
    DEVICE = "device"


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """Octets that one side said; `at_s` is None when no time was recorded, `line` is where it stands, 0 if nowhere."""

    side: Side
    octets: bytes
    at_s: float | None = None
    line: int = 0

    @property
    def text(self) -> str:
        """The octets without line ends around them, for people and for comparison."""
        return self.octets.decode("latin-1").strip("\r\n")

    def __str__(self) -> str:
        """Return the passage as a line of a transcript."""
        time = "" if self.at_s is None else f"{self.at_s:.3f} "
        form, text = _form(self.side, self.octets)
        return f"{time}{self.side.value}{form} {_escape(text)}".rstrip()


def parse_transcript(text: str) -> list[Passage]:
    """Return the passages. Raises TranscriptError that names the line."""
    passages = []
    for number, line in enumerate(text.splitlines(), 1):
        if line and not line.startswith("#"):
            passages.append(_parse(line, number))
    return passages


def _parse(line: str, number: int) -> Passage:
    found = _PASSAGE.fullmatch(line)
    if found is None:
        raise TranscriptError(number, f"{line!r} begins neither with host, device, a time, nor with #")
    time, side, form, text = found.groups(default="")
    if form == "+" and side == "host":
        raise TranscriptError(number, "host+ means nothing: only a modem's answer has further lines")
    octets = _unescape(text, number)
    if form != "=":
        octets = {"host": b"%b\r", "device": b"\r\n%b\r\n", "device+": b"%b\r\n"}[side + form] % octets
    return Passage(side=Side(side), octets=octets, at_s=float(time) if time else None, line=number)


def _unescape(text: str, number: int) -> bytes:
    def octet(found: re.Match[str]) -> str:
        code = found[1]
        if code in _ESCAPED:
            return _ESCAPED[code]
        if len(code) == 3:
            return chr(int(code[1:], 16))
        raise TranscriptError(number, f"{found[0]!r} is no escape: \\r, \\n, \\xNN and \\\\ are")

    try:
        return _ESCAPE.sub(octet, text).encode("latin-1")
    except UnicodeEncodeError as error:
        raise TranscriptError(number, f"{text[error.start]!r} is more than one octet; write octets as \\xNN") from None


def _form(side: Side, octets: bytes) -> tuple[str, bytes]:
    """Return the shortest form that keeps every octet, and what is written in it."""
    line = octets[2:-2]
    if side is Side.HOST:
        line = octets[:-1]
        if octets.endswith(b"\r") and line and b"\r" not in line and b"\n" not in line:
            return "", line
    elif _FRAMED_LINE.fullmatch(octets):
        return "", line
    elif _FURTHER_LINE.fullmatch(octets):
        return "+", octets[:-2]
    return "=", octets


def _escape(octets: bytes) -> str:
    text = "".join(_escape_octet(octet) for octet in octets)
    return f"{text[:-1]}\\x20" if text.endswith(" ") else text


def _escape_octet(octet: int) -> str:
    character = chr(octet)
    if character in "\r\n\\":
        return {"\r": "\\r", "\n": "\\n", "\\": "\\\\"}[character]
    return character if 0x20 <= octet < 0x7F else f"\\x{octet:02x}"


class Recorder:
    """Cuts what passes in both directions into passages.

    What the host says ends with CR, Ctrl-Z or ESC; what the modem says ends with a line, the prompt, or `QUIET_S` of
    silence. A line that the host types and the modem echoes letter by letter becomes the host's line and then the echo.
    """

    def __init__(self) -> None:
        self._host = b""
        self._device = b""
        self._device_at: float | None = None

    def hear(self, side: Side, octets: bytes, at_s: float) -> list[Passage]:
        """Take octets; return what is complete by now."""
        if side is Side.DEVICE:
            self._device += octets
            self._device_at = at_s
            return [Passage(side=side, octets=piece, at_s=at_s) for piece in self._cut_device()]
        self._host += octets
        passages: list[Passage] = []
        while end := _END_OF_HOST.search(self._host):
            piece, self._host = self._host[: end.end()], self._host[end.end() :]
            if not piece.startswith(self._device):
                passages += self.flush(at_s)
            passages.append(Passage(side=side, octets=piece, at_s=at_s))
        return passages

    def next_timer(self) -> float | None:
        """Return when `flush` wants to be called, or None."""
        return self._device_at + QUIET_S if self._device and self._device_at is not None else None

    def flush(self, at_s: float) -> list[Passage]:
        """Return what the modem said and did not end."""
        octets, self._device = self._device, b""
        at_s = self._device_at if self._device_at is not None else at_s
        return [Passage(side=Side.DEVICE, octets=octets, at_s=at_s)] if octets else []

    def finish(self, at_s: float) -> list[Passage]:
        """Return everything that was said and not ended: the dialogue is over."""
        passages = self.flush(at_s)
        octets, self._host = self._host, b""
        return [*passages, Passage(side=Side.HOST, octets=octets, at_s=at_s)] if octets else passages

    def _cut_device(self) -> Iterable[bytes]:
        pieces = []
        while self._device:
            if self._device.startswith(_PROMPT):
                length = len(_PROMPT)
            elif found := next(
                filter(None, (form.match(self._device) for form in (_FRAMED_LINE, _FURTHER_LINE, _ECHO, _EMPTY_LINE))),
                None,
            ):
                length = found.end()
            else:
                break
            pieces.append(self._device[:length])
            self._device = self._device[length:]
        return pieces
