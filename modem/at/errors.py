"""Final results of AT commands: what they say and, for errors, what they mean in plain words.

Numbers and wording: 3GPP TS 27.005 3.2.5 (+CMS ERROR), which takes 0..127 from TS 24.011 annex E and
128..255 from TS 23.040 9.2.3.22; 3GPP TS 27.007 9.2 (+CME ERROR); ITU-T V.250 6.1 (numeric result codes).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

CMS_TEXT: Final[dict[int, str]] = {
    1: "unassigned number",
    8: "operator determined barring",
    10: "call barred",
    17: "network failure",
    21: "short message transfer rejected",
    22: "memory capacity exceeded",
    27: "destination out of order",
    28: "unidentified subscriber",
    29: "facility rejected",
    30: "unknown subscriber",
    38: "network out of order",
    41: "temporary failure",
    42: "congestion",
    47: "resources unavailable",
    50: "requested facility not subscribed",
    69: "requested facility not implemented",
    81: "invalid short message transfer reference value",
    95: "semantically incorrect message",
    96: "invalid mandatory information",
    97: "message type non-existent or not implemented",
    98: "message not compatible with short message protocol state",
    99: "information element non-existent or not implemented",
    111: "protocol error",
    127: "interworking error",
    128: "telematic interworking not supported",
    129: "short message type 0 not supported",
    130: "cannot replace short message",
    143: "unspecified TP-PID error",
    144: "data coding scheme not supported",
    145: "message class not supported",
    159: "unspecified TP-DCS error",
    160: "command cannot be actioned",
    161: "command unsupported",
    175: "unspecified TP-Command error",
    176: "TPDU not supported",
    192: "service centre busy",
    193: "no service centre subscription",
    194: "service centre system failure",
    195: "invalid SME address",
    196: "destination SME barred",
    197: "rejected as a duplicate",
    198: "TP-VPF not supported",
    199: "TP-VP not supported",
    208: "SIM SMS storage full",
    209: "no SMS storage capability in SIM",
    210: "error in MS",
    211: "memory capacity exceeded",
    212: "SIM application toolkit busy",
    213: "SIM data download error",
    255: "unspecified error cause",
    300: "ME failure",
    301: "SMS service of ME reserved",
    302: "operation not allowed",
    303: "operation not supported",
    304: "invalid PDU mode parameter",
    305: "invalid text mode parameter",
    310: "SIM not inserted",
    311: "SIM PIN required",
    312: "PH-SIM PIN required",
    313: "SIM failure",
    314: "SIM busy",
    315: "SIM wrong",
    316: "SIM PUK required",
    317: "SIM PIN2 required",
    318: "SIM PUK2 required",
    320: "memory failure",
    321: "invalid memory index",
    322: "memory full",
    330: "SMSC address unknown",
    331: "no network service",
    332: "network timeout",
    340: "no +CNMA acknowledgement expected",
    500: "unknown error",
    # From here on the makers' own numbers; these four mean the same wherever they were seen.
    512: "no radio connection for the message",
    513: "no acknowledgement from the network in time",
    514: "network congestion",
    515: "busy, still initialising",
}

CME_TEXT: Final[dict[int, str]] = {
    0: "phone failure",
    1: "no connection to phone",
    2: "phone-adaptor link reserved",
    3: "operation not allowed",
    4: "operation not supported",
    5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required",
    7: "PH-FSIM PUK required",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "incorrect password",
    17: "SIM PIN2 required",
    18: "SIM PUK2 required",
    20: "memory full",
    21: "invalid index",
    22: "not found",
    23: "memory failure",
    24: "text string too long",
    25: "invalid characters in text string",
    26: "dial string too long",
    27: "invalid characters in dial string",
    30: "no network service",
    31: "network timeout",
    32: "network not allowed - emergency calls only",
    40: "network personalisation PIN required",
    41: "network personalisation PUK required",
    42: "network subset personalisation PIN required",
    43: "network subset personalisation PUK required",
    44: "service provider personalisation PIN required",
    45: "service provider personalisation PUK required",
    46: "corporate personalisation PIN required",
    47: "corporate personalisation PUK required",
    50: "incorrect parameters",
    100: "unknown error",
    515: "please wait, initialising",
}

CMS_SIM_BUSY: Final = frozenset({314, 515})
CME_SIM_BUSY: Final = frozenset({14, 515})


class ErrorKind(Enum):
    """Which family of result an error belongs to."""

    CMS = "cms"
    CME = "cme"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An error a modem gave: its family, its number when there was one, and what it means."""

    kind: ErrorKind
    code: int | None
    text: str

    @property
    def is_sim_busy(self) -> bool:
        """Whether the SIM is only still starting, so that asking again helps."""
        if self.kind is ErrorKind.CMS:
            return self.code in CMS_SIM_BUSY
        return self.kind is ErrorKind.CME and self.code in CME_SIM_BUSY

    def __str__(self) -> str:
        if self.code is None:
            return self.text
        return f"+{self.kind.name} ERROR: {self.code} ({self.text})"


@dataclass(frozen=True, kw_only=True, slots=True)
class FinalResult:
    """The line that ends an answer; `failure` is None for OK."""

    line: str
    failure: Failure | None = None

    @property
    def is_ok(self) -> bool:
        """Whether the command was carried out."""
        return self.failure is None


_OK: Final = FinalResult(line="OK")


def _plain(line: str) -> FinalResult:
    return FinalResult(line=line, failure=Failure(kind=ErrorKind.ERROR, code=None, text=line))


# "0" and "4" are the numeric codes of V.250 6.1; a modem may fall back to them when its power fails.
# The two Huawei lines stand where other firmware says ERROR (seen by chan_dongle and Gammu).
_FIXED: Final[dict[str, FinalResult]] = {
    "OK": _OK,
    "0": FinalResult(line="0"),
    "ERROR": _plain("ERROR"),
    "4": FinalResult(line="4", failure=Failure(kind=ErrorKind.ERROR, code=None, text="ERROR")),
    "COMMAND NOT SUPPORT": _plain("COMMAND NOT SUPPORT"),
    "TOO MANY PARAMETERS": _plain("TOO MANY PARAMETERS"),
}
_NUMBERED: Final = re.compile(r"\+(CMS|CME) ERROR:?\s*(.*)", re.ASCII)


def _by_wording(table: dict[int, str]) -> dict[str, int]:
    # Lowest code first: 22 and 211 share a wording, and either means the same to us.
    return {text.casefold(): code for code, text in reversed(table.items())}


_CODES: Final = {ErrorKind.CMS: _by_wording(CMS_TEXT), ErrorKind.CME: _by_wording(CME_TEXT)}
_TEXTS: Final = {ErrorKind.CMS: CMS_TEXT, ErrorKind.CME: CME_TEXT}


def parse_final(line: str) -> FinalResult | None:
    """Return the final result in `line`, or None when the line is something else.

    Takes the numeric form (+CMEE=1), the verbose one (+CMEE=2) and the plain ones.
    """
    fixed = _FIXED.get(line)
    if fixed is not None:
        return fixed
    if not line.startswith("+CM"):
        return None
    match = _NUMBERED.match(line)
    if match is None:
        return None
    return FinalResult(line=line, failure=_parse_failure(ErrorKind[match[1]], match[2].strip()))


def _parse_failure(kind: ErrorKind, rest: str) -> Failure:
    # At most five digits: a longer run is line noise, and int() must not chew on it.
    if rest.isascii() and rest.isdigit() and len(rest) <= 5:
        code = int(rest)
        return Failure(kind=kind, code=code, text=_TEXTS[kind].get(code, "not in the standard"))
    # 27.007 writes "(U)SIM" in its newer releases where modems say "SIM".
    wording = rest.casefold().replace("(u)sim", "sim")
    return Failure(kind=kind, code=_CODES[kind].get(wording), text=rest or "no reason given")
