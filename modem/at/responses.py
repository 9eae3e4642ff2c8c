"""What single information responses and URCs say, as values (3GPP TS 27.005 and TS 27.007).

Every reader takes the variants that modems really send and returns None for what it cannot use: an answer of a
foreign modem must never stop the dialogue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from modem.at.values import fields_of, is_hex, parse_int, parse_numbers, parse_strings, swap_nibbles, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_ICCID: Final = re.compile(r"(?<![0-9A-Fa-f])(?:89|98)[0-9]{16,18}[0-9A-Fa-f]{0,2}(?![0-9A-Fa-f])", re.ASCII)
_VOLTS: Final = re.compile(r"([0-9]\.[0-9]+) ?V", re.ASCII)
# IMEI without and with its check digit, and IMEISV.
_IMEI_LENGTHS: Final = range(14, 17)
# Without the last digit, which is computed from the others.
_DUMMY_IMEIS: Final = frozenset({"12345678901234", "01234567890123", "00499901064000"})
_USSD: Final = re.compile(
    r'\+CUSD:\s*(?P<m>[0-5])\s*(?:,\s*(?:"(?P<quoted>.*)"|(?P<bare>[^",]+))\s*(?:,\s*(?P<dcs>\d{1,3}))?\s*)?,?\s*$',
    re.ASCII | re.DOTALL,
)
_INTERNATIONAL: Final = 145
_UNKNOWN_SIGNAL: Final = 99
_STRONGEST_SIGNAL: Final = 31


class Registration(Enum):
    """The <stat> of +CREG and its relatives; 27.007 7.2."""

    NOT_SEARCHING = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5
    SMS_ONLY_HOME = 6
    SMS_ONLY_ROAMING = 7
    EMERGENCY_ONLY = 8
    NO_FALLBACK_HOME = 9
    NO_FALLBACK_ROAMING = 10

    @property
    def is_registered(self) -> bool:
        """Whether messages can be sent."""
        return self in _REGISTERED

    @property
    def is_roaming(self) -> bool:
        """Whether messages can be sent, over the network of another operator."""
        return self in _ROAMING

    @property
    def text(self) -> str:
        """The state in plain words."""
        return _REGISTRATION_TEXT[self]


_TECHNOLOGIES: Final = {
    0: "GSM", 1: "GSM", 2: "UMTS", 3: "GSM", 4: "UMTS", 5: "UMTS", 6: "UMTS", 7: "LTE", 8: "GSM", 9: "LTE",
    10: "LTE", 11: "NR", 12: "NR", 13: "LTE",
}  # fmt: skip
_BY_STAT: Final = {registration.value: registration for registration in Registration}
_REGISTERED: Final = frozenset({
    Registration.HOME, Registration.ROAMING, Registration.SMS_ONLY_HOME, Registration.SMS_ONLY_ROAMING,
    Registration.NO_FALLBACK_HOME, Registration.NO_FALLBACK_ROAMING,
})  # fmt: skip
_ROAMING: Final = frozenset({
    Registration.ROAMING, Registration.SMS_ONLY_ROAMING, Registration.NO_FALLBACK_ROAMING,
})  # fmt: skip
_REGISTRATION_TEXT: Final[dict[Registration, str]] = {
    Registration.NOT_SEARCHING: "not registered and not searching for a network",
    Registration.HOME: "registered in the home network",
    Registration.SEARCHING: "searching for a network",
    Registration.DENIED: "the network denies registration",
    Registration.UNKNOWN: "registration unknown (out of coverage?)",
    Registration.ROAMING: "registered, roaming",
    Registration.SMS_ONLY_HOME: "registered for SMS only, home network",
    Registration.SMS_ONLY_ROAMING: "registered for SMS only, roaming",
    Registration.EMERGENCY_ONLY: "emergency calls only",
    Registration.NO_FALLBACK_HOME: "registered in the home network, CS fallback not preferred",
    Registration.NO_FALLBACK_ROAMING: "registered, roaming, CS fallback not preferred",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredPdu:
    """One entry of +CMGL or the answer of +CMGR; None where the modem left the value out.

    `length` is the modem's own and a hint only: it often disagrees with the PDU.
    """

    index: int | None
    stat: int | None
    length: int | None
    pdu: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place in a memory, as +CMTI and +CDSI name it; the latter says that a report is there."""

    memory: str
    index: int
    is_report: bool = False


def read_registration(line: str, *, is_answer: bool) -> Registration | None:
    """Read +CREG, +CGREG or +CEREG: `<n>,<stat>…` as an answer, `<stat>…` as a URC."""
    fields = fields_of(line)
    stat = parse_int(fields[1]) if is_answer and len(fields) > 1 else parse_int(fields[0])
    return _BY_STAT.get(stat) if stat is not None else None


def read_signal_dbm(line: str) -> int | None:
    """Read +CSQ: `<rssi>,<ber>`, rssi 0..31 for -113..-51 dBm, 99 unknown; 27.007 8.5."""
    rssi = parse_int(fields_of(line)[0])
    if rssi is None or rssi > _STRONGEST_SIGNAL or rssi == _UNKNOWN_SIGNAL:
        return None
    return -113 + 2 * rssi


def read_operator(line: str) -> str | None:
    """Read +COPS?: `<mode>[,<format>,<oper>[,<AcT>]]`; None while there is no operator; 27.007 7.3."""
    fields = fields_of(line)
    return (fields[2] or None) if len(fields) > 2 else None


def read_technology(line: str) -> str | None:
    """Read the access technology out of +COPS?, where there is a fourth value; 27.007 7.3 <AcT>."""
    fields = fields_of(line)
    act = parse_int(fields[3]) if len(fields) > 3 else None
    return _TECHNOLOGIES.get(act) if act is not None else None


def read_identification(lines: Iterable[str]) -> tuple[str, str]:
    """Return maker and model where ATI names them, "" where not: `Manufacturer: huawei`, `Model: E173`."""
    named = {name.strip().lower(): text.strip() for name, _, text in (line.partition(":") for line in lines)}
    return named.get("manufacturer", ""), named.get("model", "")


def read_voltage_v(line: str) -> float | None:
    """Read +CBC: `<bcs>,<bcl>,<mV>` (SIM800, Quectel) or `3.591V` (SIM7600); None for `<bcs>,<bcl>`, 27.007 8.4."""
    fields = fields_of(line)
    millivolts = parse_int(fields[2]) if len(fields) > 2 else None
    if millivolts is not None:
        return millivolts / 1000
    found = _VOLTS.fullmatch(fields[0])
    return float(found[1]) if found is not None else None


def read_levels(line: str) -> dict[str, tuple[int, int]]:
    """Read +CPMS?: places used and total of each memory in use; 27.005 3.2.2."""
    fields = fields_of(line)
    found = {}
    for name, used, total in zip(fields, fields[1:], fields[2:], strict=False):
        numbers = parse_int(used), parse_int(total)
        if name and parse_int(name) is None and numbers[0] is not None and numbers[1] is not None:
            found[name] = numbers[0], numbers[1]
    return found


def read_mr(line: str) -> int | None:
    """Read +CMGS: the first number only, phase 2+ adds a timestamp or an acknowledgement PDU; 27.005 3.5.1.

    Of a counter that goes on past 255 the low octet is what the report can carry; 23.040 9.2.3.6.
    """
    mr = parse_int(fields_of(line)[0])
    return mr % 256 if mr is not None else None


def read_slot(line: str) -> Slot | None:
    """Read +CMTI or +CDSI: `<mem>,<index>`; 27.005 3.4.1."""
    fields = fields_of(line)
    index = parse_int(fields[1]) if len(fields) > 1 else None
    if index is None or not fields[0]:
        return None
    return Slot(memory=fields[0], index=index, is_report=line.startswith("+CDSI"))


def read_length(line: str) -> int | None:
    """Read the TPDU length of a PDU header (+CMT, +CDS, +CMGR, +CMGL): its last number, `+CDS: ,25` too."""
    return parse_int(fields_of(line)[-1])


def read_usage(line: str) -> tuple[int | None, int | None]:
    """Read the answer to setting +CPMS: used and total places of the first memory."""
    fields = fields_of(line)
    return parse_int(fields[0]), parse_int(fields[1]) if len(fields) > 1 else None


def read_memories_in_use(line: str) -> tuple[str, ...]:
    """Read +CPMS?: the memories for reading, for writing and for received messages; 27.005 3.2.2."""
    return tuple(field for field in fields_of(line) if field and parse_int(field) is None)


def read_memories(line: str) -> tuple[str, ...]:
    """Read the memories that messages can be read from out of +CPMS=?.

    Variants: `("SM","ME"),("SM","ME"),("SM","ME")`; `"ME","MT","SM"` (Huawei MU609, no brackets: all count);
    `(("SM","BM","SR"),("SM"))` (Wavecom Q2); `(),(),()` (Nokia C6); sources: ModemManager's and oFono's parsers.
    """
    text = line.partition(":")[2].strip()
    if text.startswith("(("):
        text = text[1:]
    return parse_strings(text.partition(")")[0] if text.startswith("(") else text)


def read_ranges(line: str) -> tuple[tuple[int, ...], ...]:
    """Read a test answer such as +CNMI=? or +CMGF=?: one tuple of numbers per parameter."""
    return tuple(parse_numbers(field) for field in fields_of(line))


def read_number(line: str) -> str | None:
    """Read the number out of +CNUM: `[<alpha>],<number>,<type>`; 27.007 7.1."""
    fields = fields_of(line)
    return (fields[1] or None) if len(fields) > 1 else None


def read_stored(lines: Sequence[str]) -> StoredPdu | None:
    """Read the answer of +CMGR in PDU mode; None for an empty slot, also one that says `+CMGR: 0,,0`.

    What stands in the place of the PDU is given as it is, hex or not.

    Headers seen (Gammu's field captures): `1,,25`, `0,23`, `4,1,,151` (index first), `24`, `,,92`.
    """
    for header, pdu in _pairs(lines, "+CMGR"):
        fields = fields_of(header)
        if len(fields) > 3:
            del fields[0]
        stat = parse_int(fields[0]) if len(fields) > 1 else None
        return StoredPdu(index=None, stat=stat, length=parse_int(fields[-1]), pdu=pdu)
    return None


def read_listing(lines: Sequence[str]) -> list[StoredPdu]:
    """Read the answer of +CMGL in PDU mode: `<index>,<stat>,[<alpha>],<length>` and the PDU, over and over.

    What stands in the place of a PDU is given as it is, hex or not.
    """
    found = []
    for header, pdu in _pairs(lines, "+CMGL"):
        fields = fields_of(header)
        stat = parse_int(fields[1]) if len(fields) > 1 else None
        found.append(StoredPdu(index=parse_int(fields[0]), stat=stat, length=parse_int(fields[-1]), pdu=pdu))
    return found


def is_text_mode(header: str) -> bool:
    """Tell the header of a message in text mode from one in PDU mode; 27.005 3.4.2 and 3.4.3.

    +CMGR and +CMGL have a quoted status there (`"REC UNREAD"`), +CMT and +CDS more than two values.
    """
    name = header.partition(":")[0]
    fields = fields_of(header, keep_quotes=True)
    if name in {"+CMT", "+CDS"}:
        return len(fields) > 2
    status = fields[1] if name == "+CMGL" and len(fields) > 1 else fields[0]
    return name in {"+CMGR", "+CMGL"} and status.startswith(('"REC', '"STO'))


def _pairs(lines: Sequence[str], name: str) -> Iterable[tuple[str, str]]:
    """Pair each header with the PDU behind it, past what else stands there.

    Without one it is paired with the first other line, which may be a PDU that is damaged where it is stored; without
    any line, and in text mode, a header is left out.
    """
    header: str | None = None
    other = ""
    for line in lines:
        if value_of(line, name) is not None:
            if header is not None and other:
                yield header, other
            header, other = (None, "") if is_text_mode(line) else (line, "")
        elif header is not None and is_hex(line):
            yield header, line
            header, other = None, ""
        elif not other:
            other = line
    if header is not None and other:
        yield header, other


def read_iccid(line: str) -> str | None:
    """Find the ICCID in an answer of +CCID, +ICCID, +QCCID, ^ICCID or +CRSM.

    An ICCID starts with 89 (ITU-T E.118); files and some firmware show its digits in swapped pairs, padded with F.
    """
    match = _ICCID.search(line)
    if match is None:
        return None
    found = match[0]
    if found.startswith("98"):
        found = swap_nibbles(found)
    digits = found.rstrip("Ff")
    return digits if digits.isdigit() and digits.startswith("89") else None


def read_imei(text: str) -> str | None:
    """Return the IMEI in an identity answer, None when there is none; 3GPP TS 23.003 6.2.

    Modems of which the maker's last step was left out all have the same: noughts, or digits in order.
    """
    digits = text.partition(",")[0].strip().strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) in _IMEI_LENGTHS):
        return None
    return None if len(set(digits)) == 1 or digits[:14] in _DUMMY_IMEIS else digits


def read_service_centre(line: str) -> str | None:
    """Read +CSCA?: `<number>,<type>`; "" when the SIM has none, None when it is another line; 27.005 3.3.1.

    A modem that another program left in UCS2 writes the number in hexadecimal.
    """
    if value_of(line, "+CSCA") is None:
        return None
    number = fields_of(line)[0]
    if number.startswith("00") and is_hex(number) and len(number) % 4 == 0:
        octets = bytes.fromhex(number)
        if not any(octets[::2]):
            return octets[1::2].decode("latin-1")
    return number


def read_charset(line: str) -> str | None:
    """Read +CSCS?: the character set in use, in capitals; 27.007 5.5."""
    return fields_of(line)[0].upper() or None if value_of(line, "+CSCS") is not None else None


def read_ussd(line: str) -> tuple[int, str | None, int | None] | None:
    """Read +CUSD: `<m>[,<str>,<dcs>]`, m 0..5; None when it is none. The text may hold quotation marks; 27.007 7.15."""
    match = _USSD.match(line)
    if match is None:
        return None
    dcs = parse_int(match["dcs"] or "")
    text = match["quoted"] if match["quoted"] is not None else match["bare"]
    return int(match["m"]), text, dcs


def read_caller(line: str) -> str | None:
    """Read +CLIP: the caller's number, None when it is withheld; `<number>,<type>…`, 27.007 7.11."""
    fields = fields_of(line)
    number = fields[0]
    is_international = len(fields) > 1 and parse_int(fields[1]) == _INTERNATIONAL
    if not number.strip("+"):
        return None
    return f"+{number}" if is_international and not number.startswith("+") else number


def read_bare(lines: Iterable[str], name: str) -> str | None:
    """Return the text of an identity answer, which comes bare, quoted or behind its own name.

    `+CGSN: "867…"`, `+CGMR: 1.2` and `1.2` are all seen; other names are news that fell into the answer.
    """
    for line in lines:
        text = line
        if line[:1] in {"+", "^", "*", "#"} and ":" in line:
            if not line.startswith(name):
                continue
            text = line.partition(":")[2]
        text = text.strip().strip('"').strip()
        if text:
            return text
    return None
