"""Finds the PDUs in lines that a person pastes: bare ones, an AT dialogue, a recording of `trace`, a log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from modem.at.errors import parse_final
from modem.at.responses import read_length
from modem.at.urc import is_body
from modem.at.values import fields_of, parse_int

# A number, an IMEI, IMSI or ICCID can stand on a line of its own too; the shortest PDU of digits alone is longer.
_MOST_DIGITS_OF_IDENTITIES: Final = 22
_MARK: Final = re.compile(r"(?:\d+\.\d+ )?(?:host|device)[=+]? ")
_ENDS: Final = re.compile(r"\\x1[aAbB]|\\[rn]|[\x1a\x1b]")
_HEX_LINE: Final = re.compile(r"[0-9A-Fa-f]{2}[0-9A-Fa-f\s]*")
_HEX_RUN: Final = re.compile(r"(?<![0-9A-Za-z+\"])[0-9A-Fa-f]{18,}(?![0-9A-Za-z\"])")
_HEADER: Final = re.compile(r"\+(?:CMGR|CMGL|CMT|CDS):.*")
_ANNOUNCEMENT: Final = re.compile(r"AT\+CMG[SW]=\s*(\d{1,3})\s*(?:,\s*\d+\s*)?$", re.IGNORECASE)
_NO_PDU: Final = re.compile(r"[+^#*$%][A-Z]\w*\s*[:=]")
_TEXT_STATE: Final = re.compile(r'\+CMG[RL]:\s*(?:\d+\s*,\s*)?"(?:REC|STO)\b', re.IGNORECASE)


class _Due(Enum):
    """What the next line is."""

    ANYTHING = 0
    PDU = 1
    TEXT = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundPdu:
    """Hex that is a PDU, or looks like one; `length` is what the line before it announced, in octets of the TPDU."""

    text: str
    length: int | None = None
    is_announced: bool = False
    """Whether a header or command before it said that a PDU follows."""
    is_certain: bool = True
    """False for hex in the middle of a line of which nothing says that it is a PDU."""


class PduFinder:
    """Looks at lines in their order; a header tells what the line behind it is."""

    def __init__(self) -> None:
        self._due = _Due.ANYTHING
        self._length: int | None = None

    def look(self, line: str) -> list[FoundPdu]:
        """Return the PDUs of the next line."""
        line = _ENDS.sub("", _MARK.sub("", line.strip(), count=1)).strip().removeprefix(">").strip()
        if not line:
            return []
        if self._take_notice(line):
            return []
        due, length = self._due, self._length
        if _HEX_LINE.fullmatch(line):
            self._expect(_Due.ANYTHING, None)
            is_pdu = due is _Due.PDU or (due is _Due.ANYTHING and not _is_identity(line))
            return [FoundPdu(text=line, length=length, is_announced=due is _Due.PDU)] if is_pdu else []
        if due is _Due.TEXT:
            self._expect(_Due.ANYTHING, None)
            return []
        runs = [] if _NO_PDU.search(line) else _HEX_RUN.findall(line)
        return [FoundPdu(text=run, is_certain=False) for run in runs if not _is_identity(run)]

    def _take_notice(self, line: str) -> bool:
        """Whether `line` is one that tells what the next line is."""
        if parse_final(line) is not None:
            self._expect(_Due.ANYTHING, None)
        elif announcement := _ANNOUNCEMENT.search(line):
            self._expect(_Due.PDU, int(announcement[1]))
        elif header := _HEADER.search(line):
            is_text = _TEXT_STATE.match(header[0]) is not None or self._is_text_header(header[0])
            self._expect(_Due.TEXT if is_text else _Due.PDU, None if is_text else read_length(header[0]))
        else:
            return False
        return True

    def _expect(self, due: _Due, length: int | None) -> None:
        self._due, self._length = due, length

    @staticmethod
    def _is_text_header(header: str) -> bool:
        """Whether a +CMT or +CDS header is of text mode: it then says more than name and length (27.005 3.4.1)."""
        if not header.startswith(("+CMT:", "+CDS:")):
            return False
        return is_body(header, "") or parse_int(fields_of(header)[-1]) is None


def _is_identity(text: str) -> bool:
    return text.isdigit() and len(text) <= _MOST_DIGITS_OF_IDENTITIES
