"""Takes what belongs to people out of a recorded dialogue, and leaves the dialogue usable.

Numbers of subscribers, IMEI, IMSI and ICCID become other digits, the same ones each time and as many; PINs become
zeros; texts become as many "x"; of a PDU the addresses and the text are replaced and everything else stays, so that
lengths, references, alphabets and times can still be studied. What stays readable: model and firmware, operator, cell,
service codes such as *100#, times of day.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from modem.at.transcript import Passage, Side
from modem.errors import CodecError
from modem.pdu import (
    Address,
    Alphabet,
    Deliver,
    StatusReport,
    Submit,
    TypeOfNumber,
    decode_incoming,
    decode_submit,
    format_pdu,
    parse_pdu,
)

_SUBMIT: Final = 0x01  # TP-MTI, 3GPP TS 23.040 9.2.3.1
_TYPE: Final = 0x03

_PIN: Final = re.compile(r"((?:\+CPIN|\^CPIN|\+CPWD|\+CLCK|\+ZPINPUK|\*CPIN)=)([^;\r\n]*)", re.IGNORECASE)
_PIN_DIGITS: Final = re.compile(r"\d{4,}")
_HEX: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{16,}(?![0-9A-Za-z])")
_PDU_LINE: Final = re.compile(r"\s*(?:[0-9A-Fa-f]{2}){9,}\s*[\x1a\x1b]?\s*")
# An IMEI as some write it, then any number so long that it can be a subscriber's, and a dialled one.
_IMEI: Final = re.compile(r"\d{6}-\d{2}-\d{6}-\d{1,2}")
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z.])(\+?)(\d{7,})(?![0-9A-Za-z]|\.\d)|(?<=\+)()(\d{5,})")
_DIALLED: Final = re.compile(r"(ATD\+?)(\d{3,})", re.IGNORECASE)
_SPEED: Final = re.compile(r"\+(?:IPR|ICF|IFC)\b", re.IGNORECASE)
_ABOUT_PEOPLE: Final = re.compile(
    r"\+(?:CMG[RLSW]|CMSS|CMT|CDS|CBM|CSCA|CNUM|CLIP|COLP|CCWA|CLCC|CPB[RFW]|CUSD|CNAP|CDIP)\b", re.IGNORECASE
)
_QUOTED: Final = re.compile(r'"([^"]*)"')
_SHORT_NUMBER: Final = re.compile(r"\+?\d{3,}")
_SERVICE_CODE: Final = re.compile(r"[*#][0-9*#]*#")
_WORDS_OF_THE_MODEM: Final = frozenset(
    {
        "REC UNREAD",
        "REC READ",
        "STO UNSENT",
        "STO SENT",
        "ALL",
        "SM",
        "ME",
        "MT",
        "SR",
        "BM",
        "TA",
        "IRA",
        "GSM",
        "UCS2",
    }
)
_ASKS_FOR_BODY: Final = re.compile(r"AT.*\+(?:CMG[SW]|CNMA)=", re.IGNORECASE)
_TEXT_FOLLOWS: Final = re.compile(r"\+(?:CMG[RL]|CMT|CDS|CBM):", re.IGNORECASE)
_OF_THE_MODEM: Final = re.compile(
    r"\s*(?:(?:OK|ERROR|RING|NO CARRIER|BUSY|\d)\s*$|[+^#*$%!][A-Za-z][\w ]*:|\+CM[ES] ERROR|>)"
)
_SIM_FILE: Final = re.compile(r"\+C(?:RSM|SIM)|ICCID|CCID", re.IGNORECASE)
_NOT_SPACE: Final = re.compile(r"[^\s\x1a\x1b>]")


class Redactor:
    """Redacts the passages of one dialogue, in order; equal numbers get equal masks throughout."""

    def __init__(self) -> None:
        self._masks: dict[str, str] = {}
        self._used: set[str] = set()
        self._is_body_due = False
        self._is_text_due = False

    def redact(self, passage: Passage) -> Passage:
        """Return the passage without what belongs to people."""
        text = passage.octets.decode("latin-1")
        masked = self._host(text) if passage.side is Side.HOST else self._device(text)
        return replace(passage, octets=masked.encode("latin-1"))

    # -- who says what --------------------------------------------------------

    def _host(self, text: str) -> str:
        self._is_text_due = False
        if self._is_body_due and not re.match(r"\s*AT[+E]", text):
            self._is_body_due = text[-1:] not in "\x1a\x1b"
            return self._body(text)
        self._is_body_due = bool(_ASKS_FOR_BODY.search(text))
        return self._line(text)

    def _device(self, text: str) -> str:
        if _OF_THE_MODEM.match(text):
            self._is_text_due = bool(_TEXT_FOLLOWS.search(text))
            if self._is_body_due and re.match(r"\s*(?:OK|ERROR|\+CM[SE])", text):
                self._is_body_due = False
            return self._line(text)
        # Text of a message, or the echo of one.
        if (self._is_text_due or self._is_body_due) and not text.lstrip().upper().startswith("AT"):
            return self._body(text)
        return self._line(text)

    # -- what it holds --------------------------------------------------------

    def _body(self, text: str) -> str:
        if _PDU_LINE.fullmatch(text):
            return _HEX.sub(lambda run: self._pdu(run[0]), text)
        return _NOT_SPACE.sub("x", text)

    def _line(self, text: str) -> str:
        text = _PIN.sub(lambda found: found[1] + _PIN_DIGITS.sub(lambda pin: "0" * len(pin[0]), found[2]), text)
        if _PDU_LINE.fullmatch(text) and not text.strip().isdigit():
            return _HEX.sub(lambda run: self._pdu(run[0]), text)
        text = _HEX.sub(lambda run: self._hex(run[0], is_sim_file=bool(_SIM_FILE.search(text))), text)
        if _SPEED.search(text):
            return text
        if _ABOUT_PEOPLE.search(text):
            text = _QUOTED.sub(lambda found: f'"{self._quoted(found[1])}"', text)
        text = _DIALLED.sub(lambda found: found[1] + self._mask(found[2]), text)
        text = _IMEI.sub(lambda found: self._punctuated(found[0]), text)
        return _NUMBER.sub(lambda found: (found[1] or "") + self._mask(found[2] or found[4]), text)

    def _quoted(self, text: str) -> str:
        if (
            _HEX.fullmatch(text)
            or text in _WORDS_OF_THE_MODEM
            or _SERVICE_CODE.fullmatch(text)
            or re.fullmatch(r"[\d/,:+-]{17,}", text)
        ):
            return text
        if _SHORT_NUMBER.fullmatch(text):
            return self._masked_number(text)
        return _NOT_SPACE.sub("x", text)

    def _masked_number(self, text: str) -> str:
        digits = text.removeprefix("+")
        return text[: len(text) - len(digits)] + self._mask(digits)

    def _punctuated(self, text: str) -> str:
        digits = iter(self._mask(re.sub(r"\D", "", text)))
        return re.sub(r"\d", lambda _: next(digits), text)

    def _mask(self, digits: str) -> str:
        """Return the mask of a number: 9, and which number of the dialogue it is, in as many digits."""
        # A line may be looked at twice: for its PIN, for its strings and for its digits.
        if digits in self._used or not digits.strip("0"):
            return digits
        if digits not in self._masks:
            self._masks[digits] = "9" + str(len(self._masks) + 1).rjust(len(digits) - 1, "0")[-(len(digits) - 1) :]
            self._used.add(self._masks[digits])
        return self._masks[digits]

    def _hex(self, run: str, *, is_sim_file: bool) -> str:
        """Return the mask of hexadecimal digits inside a line: an identity of the SIM, UCS2, or anything."""
        digits, swapped = run.upper().rstrip("F"), _swap(run.upper()).rstrip("F")
        # An ICCID begins with 89 (ITU-T E.118); its file holds it in swapped pairs (3GPP TS 31.102 4.2.2).
        if is_sim_file and swapped.isdigit() and swapped.startswith("89"):
            return _swap(self._mask(swapped).ljust(len(run), "F"))
        if digits.isdigit() and len(digits) <= 20 and (digits == run or digits.startswith("89")):
            return self._mask(digits) + run[len(digits) :]
        if is_sim_file:
            return "0" * len(run)
        if len(run) % 4 == 0 and (text := _ucs2(run)) is not None:
            masked = self._masked_number(text) if _SHORT_NUMBER.fullmatch(text) else "x" * len(text)
            return masked.encode("utf-16-be").hex().upper()
        return "0" * len(run)

    def _pdu(self, run: str) -> str:
        """Return a PDU of the same form with other addresses and text; zeros for what is none."""
        try:
            line = parse_pdu(run)
            tpdu = decode_submit(line.tpdu) if line.tpdu[0] & _TYPE == _SUBMIT else decode_incoming(line.tpdu)
            masked = format_pdu(self._tpdu(tpdu).encode(), None if line.smsc is None else self._address(line.smsc))
        except CodecError:
            return self._hex(run, is_sim_file=False)
        # Something stands behind or before it that is not part of it (field captures do): nobody knows what.
        return masked if len(masked) == len(run) else "0" * len(run)

    def _tpdu(self, tpdu: Submit | Deliver | StatusReport) -> Submit | Deliver | StatusReport:
        body = b"\0x" * (len(tpdu.body) // 2) if tpdu.coding.alphabet is Alphabet.UCS2 else b"x" * len(tpdu.body)
        if isinstance(tpdu, StatusReport):
            return replace(tpdu, body=body, recipient=self._address(tpdu.recipient))
        if isinstance(tpdu, Submit):
            return replace(tpdu, body=body, destination=self._address(tpdu.destination))
        return replace(tpdu, body=body, originator=self._address(tpdu.originator))

    def _address(self, address: Address) -> Address:
        if address.ton is TypeOfNumber.ALPHANUMERIC:
            return replace(address, number="x" * len(address.number))
        if not address.number.isdigit() or len(address.number) < 3:
            return address
        return replace(address, number=self._mask(address.number))


def _swap(digits: str) -> str:
    return "".join(digits[index + 1] + digits[index] for index in range(0, len(digits) - 1, 2))


def _ucs2(run: str) -> str | None:
    try:
        text = bytes.fromhex(run).decode("utf-16-be")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() else None
