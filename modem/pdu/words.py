"""The codes of a TPDU in words, for people (3GPP TS 23.040 9.1.2.5, 9.2.3.9, 9.2.3.24)."""

from __future__ import annotations

from typing import Final

from modem.pdu.address import TypeOfNumber

_TYPES_OF_NUMBER: Final = {
    TypeOfNumber.UNKNOWN: "unknown type",
    TypeOfNumber.INTERNATIONAL: "international",
    TypeOfNumber.NATIONAL: "national",
    TypeOfNumber.NETWORK: "network specific",
    TypeOfNumber.SUBSCRIBER: "subscriber number",
    TypeOfNumber.ALPHANUMERIC: "alphanumeric",
    TypeOfNumber.ABBREVIATED: "abbreviated",
    TypeOfNumber.RESERVED: "reserved type",
}

_NUMBERING_PLANS: Final = {
    0: "unknown plan",
    1: "telephone plan E.164",
    3: "data plan X.121",
    4: "telex plan",
    5: "service centre's own plan",
    6: "service centre's own plan",
    8: "national plan",
    9: "private plan",
    10: "ERMES plan",
}

_TELEMATIC: Final = {
    0x00: "device of an unsaid kind",
    0x01: "telex",
    0x02: "group 3 telefax",
    0x03: "group 4 telefax",
    0x04: "voice telephone (spoken text)",
    0x05: "ERMES paging",
    0x06: "national paging system",
    0x07: "Videotex",
    0x08: "teletex",
    0x09: "teletex in a packet network",
    0x0A: "teletex in a circuit network",
    0x0B: "teletex in the analogue telephone network",
    0x0C: "teletex in the digital telephone network",
    0x0D: "UCI (ETSI DE/PS 3 01-3)",
    0x10: "message handling facility",
    0x11: "public X.400 message handling system",
    0x12: "Internet e-mail",
    0x1F: "mobile phone",
}

_PROTOCOLS: Final = {
    0x00: "plain message",
    0x40: "message of type 0: acknowledged, not shown",
    **{0x40 + number: f"replaces the message of replace type {number}" for number in range(1, 8)},
    0x48: "device triggering",
    0x5E: "enhanced message service (obsolete)",
    0x5F: "return call",
    0x7C: "ANSI-136 R-DATA",
    0x7D: "data download to the phone",
    0x7E: "depersonalisation of the phone",
    0x7F: "data download to the SIM",
}

_ELEMENTS: Final = {
    0x00: "concatenation, 8-bit reference",
    0x01: "message waiting indication",
    0x04: "application ports, 8 bits",
    0x05: "application ports, 16 bits",
    0x06: "service centre control",
    0x07: "source of the header",
    0x08: "concatenation, 16-bit reference",
    0x09: "wireless control message",
    0x0A: "text formatting",
    0x0B: "predefined sound",
    0x0C: "own sound",
    0x0D: "predefined animation",
    0x0E: "large animation",
    0x0F: "small animation",
    0x10: "large picture",
    0x11: "small picture",
    0x12: "picture of variable size",
    0x13: "user prompt",
    0x14: "extended object",
    0x15: "extended object used again",
    0x16: "compression",
    0x17: "object distribution",
    0x18: "vector graphic of standard size",
    0x19: "vector graphic of character size",
    0x1A: "request for an extended object",
    0x20: "e-mail header",
    0x21: "hyperlink",
    0x22: "reply address",
    0x23: "enhanced voice mail information",
    0x24: "national language, single shift table",
    0x25: "national language, locking shift table",
}
# First identifier of each range, the last range first.
_ELEMENT_RANGES: Final = (
    (0xE0, "reserved element"),
    (0xC0, "service centre's own element"),
    (0xA0, "reserved element"),
    (0x80, "element agreed between the two ends"),
    (0x70, "SIM toolkit security header"),
    (0x00, "reserved element"),
)

# WAP-259-WDP-20010614 appendix B (IANA's registry); 5505..5514 Nokia Smart Messaging 3.0.0 2.1.
_PORTS: Final = {
    2948: "WAP push",
    2949: "WAP push, secure",
    5505: "ring tone",
    5506: "operator logo",
    5507: "caller group logo",
    5514: "picture message",
    9200: "WAP browsing",
    9201: "WAP browsing, connection",
    9202: "WAP browsing, secure",
    9203: "WAP browsing, secure connection",
    9204: "vCard",
    9205: "vCalendar",
    9206: "vCard, secure",
    9207: "vCalendar, secure",
}


def type_of_number_text(ton: TypeOfNumber) -> str:
    """Return a type of number in words."""
    return _TYPES_OF_NUMBER[ton]


def numbering_plan_text(npi: int) -> str:
    """Return a numbering plan (0..15) in words."""
    return _NUMBERING_PLANS.get(npi, f"reserved plan {npi}")


def protocol_text(pid: int) -> str:
    """Return TP-PID (0..255) in words."""
    if pid in _PROTOCOLS:
        return _PROTOCOLS[pid]
    if pid < 0x20:
        return f"between two phones, protocol {pid} of their own"
    if pid < 0x40:
        return f"for another service: {_telematic(pid & 0x1F)}"
    return "service centre's own protocol" if pid >= 0xC0 else "reserved"


def _telematic(device: int) -> str:
    if 0x18 <= device <= 0x1E:
        return f"number {device - 0x17} of the service centre's own"
    return _TELEMATIC.get(device, "reserved device")


def element_text(identifier: int) -> str:
    """Return the name of an element (0..255) of the user data header."""
    if identifier in _ELEMENTS:
        return _ELEMENTS[identifier]
    return next(name for first, name in _ELEMENT_RANGES if identifier >= first)


def port_text(port: int) -> str | None:
    """Return what an application port is known for; None when it is not."""
    return _PORTS.get(port)
