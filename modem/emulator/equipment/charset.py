"""Strings between host and modem in the character set of +CSCS (3GPP TS 27.007 5.5, 3GPP TS 27.005 3.1)."""

from __future__ import annotations

from modem.emulator.equipment.settings import Charset
from modem.pdu.alphabet import decode_septets, septet_codec


def to_host(text: str, charset: Charset) -> str:
    """Return `text` as it goes over the line, one character per octet; what the set lacks becomes `?`."""
    if charset is Charset.UCS2:
        return text.encode("utf-16-be", "replace").hex().upper()
    if charset is Charset.IRA:
        return text.encode("ascii", "replace").decode("ascii")
    codec = septet_codec()
    return "".join((codec.encode(character) or b"?").decode("latin-1") for character in text)


def from_host(line: str, charset: Charset) -> str:
    """Return the text of what the host wrote, one character per octet; raises ValueError when it cannot be read."""
    if charset is Charset.UCS2:
        return bytes.fromhex(line).decode("utf-16-be")
    if charset is Charset.IRA:
        return line.encode("latin-1").decode("ascii")
    octets = line.encode("latin-1")
    if octets and max(octets) > 0x7F:
        message = "an octet above 7F is not in the GSM alphabet"
        raise ValueError(message)
    return decode_septets(octets)
