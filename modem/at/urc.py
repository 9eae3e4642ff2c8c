"""Which lines a modem sends unasked, and how to tell them from an answer with the same name.

Names come from the drivers that know many families: Gammu 1.42 (atgen.c), ModemManager 1.25 (src/plugins),
chan_dongle (at_response.c); the forms of +CREG, +CUSD, +CMT and +CDS from 3GPP TS 27.007 7.2, 7.15 and TS 27.005 3.4.1.
"""

from __future__ import annotations

import re
from typing import Final

from modem.at.values import fields_of, is_hex

# The PDU follows on the next line.
TWO_LINE: Final = frozenset({"+CMT", "+CDS", "+CBM"})

REGISTRATION: Final = frozenset({"+CREG", "+CGREG", "+CEREG", "+C5GREG"})

# Names that also answer a command: is it the answer, or news? `belongs_to` decides.
_BOTH: Final = REGISTRATION | {"+CUSD"}

_SMS: Final = TWO_LINE | {
    "+CMTI", "+CDSI", "+CBMI", "^SMMEMFULL", "^SMGO", "+WMGF", "+SMS FULL", "#SMSFULL", "+UCMT",
}  # fmt: skip
_CALLS: Final = frozenset({
    "RING", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "+CRING", "+CLIP", "+CCWA", "+COLP", "+CSSI", "+CSSU",
    "VOICE CALL", "MISSED_CALL", "^CEND", "^ORIG", "^CONF", "^CONN", "^SLCC", "+UCALLSTAT",
})  # fmt: skip
_NETWORK: Final = frozenset({
    "+CTZV", "+CTZE", "+CTZDST", "+CIEV", "+CGEV", "+CUSATP", "+NITZ", "*PSUTTZ", "DST", "+CNSMOD", "+ZPSTM", "+ZPASR",
    "^RSSI", "^HCSQ", "^MODE", "^SRVST", "^DSFLOWRPT", "^NWTIME", "^STIN", "^EONS", "^LWURC", "^NDISSTAT", "^RFSWITCH",
    "^CSNR", "^SCN", "+QIND", "+QLWURC", "+QGPSURC", "+UUPSDD", "+PSBEARER", "+SPNWNAME", "#MONI", "+PACSP0", "+PACSP1",
})  # fmt: skip
_START: Final = frozenset({
    "RDY", "APP RDY", "+READY", "+KSUP", "+AT", "*ATREADY", "^SYSSTART", "^SYSSTART AIRPLANE MODE", "^SIMST", "^BOOT",
    "Call Ready", "SMS Ready",
    "SMS DONE", "PB DONE", "+PBREADY", "+ZUSIMR", "+ZDONR", "+ZEND", "#QSS", "+QUSIM", "+UUSIMSTAT", "+WIND",
    "GREETING", "NORMAL POWER DOWN", "POWERED DOWN", "UNDER-VOLTAGE WARNNING",
    "UNDER-VOLTAGE POWER DOWN", "OVER-VOLTAGE WARNNING", "OVER-VOLTAGE POWER DOWN", "^SHUTDOWN", "^SBC", "^EXIT",
})  # fmt: skip

UNSOLICITED: Final = _SMS | _CALLS | _NETWORK | _START | _BOTH

_MEMORY_FULL: Final = frozenset({"^SMMEMFULL", "^SMGO", "+SMS FULL", "#SMSFULL", "+WMGF"})
# The text of a +CUSD ends with its quotation mark, and a coding scheme behind it.
_TEXT_END: Final = re.compile(r'"\s*(?:,\s*\d*\s*)?$', re.ASCII)

# A read answer of a registration command has two fields at least: <n>,<stat>.
_FIELDS_IN_BOTH_FORMS: Final = 4


def name_of(line: str) -> str:
    """Return what stands before the first colon, which is the whole line when there is none."""
    return line.partition(":")[0]


def is_memory_full(line: str, name: str) -> bool:
    """Tell a line that says that a message was refused because its memory is full, in each maker's way.

    `^SMMEMFULL:"SM"` (Huawei), `^SMGO: 1` or `2` (Cinterion), `+SMS FULL` (SIMCom), `#SMSFULL` (Telit), `+WMGF`
    (Wavecom), `+QIND: "smsfull","SM"` (Quectel), `+CIEV: "smsfull",1` by name (3GPP TS 27.007 8.9).
    """
    if name in _MEMORY_FULL:
        return True
    return name in {"+QIND", "+CIEV"} and "smsfull" in line and not line.endswith(",0")


def belongs_to(line: str, *, name: str, is_query: bool) -> bool:
    """Tell whether `line`, whose name is the pending command's own, is its answer and not news.

    `is_query` says that the command is a read or a test (`?`, `=?`): setting +CREG or +CUSD answers nothing.
    """
    if name not in _BOTH:
        return True
    if not is_query:
        return False
    return name not in REGISTRATION or _is_registration_answer(line)


def _is_registration_answer(line: str) -> bool:
    """Tell `<n>,<stat>[,<lac>,<ci>…]` (answer) from `<stat>[,<lac>,<ci>…]` (URC); 27.007 7.2.

    With four fields and more only the second tells: <stat> is a small bare number, <lac> is four hex digits or quoted
    (Huawei leaves the quotes off, `+CREG: 2,0,00,0` and Iridium's `002,001` are answers: ModemManager's tests).
    """
    fields = fields_of(line, keep_quotes=True)
    if line.rstrip().endswith(")"):
        return True  # the answer to +CREG=?
    if len(fields) < _FIELDS_IN_BOTH_FORMS:
        return len(fields) == 2
    stat = fields[1]
    return stat.isdigit() and len(stat) < _FIELDS_IN_BOTH_FORMS and int(stat) <= 10


def is_news(line: str, name: str) -> bool:
    """Tell whether `line` is unsolicited by its name.

    What 27.005 and 27.007 define carries a value: a bare `+CREG` is an entry of a list, as the answer of +CLAC is one.
    """
    return name in UNSOLICITED and not (line == name and name.startswith("+C"))


def wants_body(line: str, name: str) -> bool:
    """Tell whether a second line belongs to the URC: not to a +CDS of text mode, which says all in one."""
    return name in TWO_LINE and not (name == "+CDS" and len(fields_of(line)) > 2)


def is_open_text(line: str, name: str) -> bool:
    """Tell whether the text of a +CUSD goes on in the next line: a menu has line ends, which some firmware keeps."""
    return name == "+CUSD" and '"' in line and not _TEXT_END.search(line)


def ends_text(line: str) -> bool:
    """Tell whether `line` is the last one of the text of a +CUSD."""
    return _TEXT_END.search(line) is not None


def is_body(header: str, line: str) -> bool:
    """Tell whether `line` is the second line of `header`: hex for a PDU, anything for a text mode header."""
    return is_hex(line) or len(fields_of(header)) > 2
