"""What is written into +CUSD and what its replies say: text, UCS2 in hexadecimal, or packed septets in hexadecimal.

27.007 7.15 has the string in the character set of +CSCS for the 7-bit alphabet, two hexadecimal digits per octet for
8-bit data and four per character for UCS2; Huawei packs septets both ways (chan_dongle at_command.c).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from modem.at.values import is_hex
from modem.pdu import Alphabet, Dcs
from modem.pdu.alphabet import DEFAULT_CODEC, decode_septets, decode_ucs2
from modem.pdu.septets import pack, unpack

GSM7_DCS: Final = 15
UCS2_DCS: Final = 72
# 160 octets of septets: 3GPP TS 24.090 5.1, TS 23.038 5.
MOST_CHARACTERS: Final = 182
MOST_UCS2_CHARACTERS: Final = 80
_CR: Final = "\r"
# A language comes before the text: three septets, or two octets (23.038 5, coding groups 0x10 and 0x11).
_WITH_LANGUAGE: Final = 0x10
_UCS2_WITH_LANGUAGE: Final = 0x11


class Writing(Enum):
    """How a request is written; the value is the character set that +CSCS must have for it."""

    UCS2 = "UCS2"
    PACKED = "GSM"
    PLAIN = "plain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """One way to send a request."""

    writing: Writing
    command: str


def forms_of(text: str, *, is_packed: bool) -> list[Form]:
    """Return the ways to send `text` as a request or an answer, the likeliest first; none when it cannot be sent.

    `is_packed`: the model wants packed septets. Otherwise UCS2 goes first, because what comes back is then free of
    line ends, quotation marks and octets that the line does not carry.
    """
    septets = DEFAULT_CODEC.encode(text)
    most = MOST_CHARACTERS if septets is not None else MOST_UCS2_CHARACTERS
    if not 0 < len(text) <= most or any(ord(character) < 0x20 for character in text):
        return []
    dcs = UCS2_DCS if septets is None else GSM7_DCS
    ucs2 = text.encode("utf-16-be").hex().upper()
    forms = [Form(writing=Writing.UCS2, command=f'AT+CUSD=1,"{ucs2}",{dcs}')]
    if septets is not None:
        packed = Form(writing=Writing.PACKED, command=f'AT+CUSD=1,"{pack_text(septets)}",{GSM7_DCS}')
        if is_packed:
            return [packed, *forms]
        if text.isascii() and '"' not in text:
            forms += [
                Form(writing=Writing.PLAIN, command=f'AT+CUSD=1,"{text}",{GSM7_DCS}'),
                Form(writing=Writing.PLAIN, command=f'AT+CUSD=1,"{text}"'),
            ]
        # Digits could be taken for hexadecimal, and the code would be another one.
        if not is_hex(text):
            forms.append(packed)
    return forms


def pack_text(septets: bytes) -> str:
    """Pack septets; seven spare bits are filled with a CR, so that they are no @ (23.038 6.1.2.3.1)."""
    return pack(septets + b"\r" if len(septets) % 8 == 7 else septets).hex().upper()


def decode_reply(text: str, dcs: int | None, *, charset: str, is_packed: bool) -> str:
    """Return what a reply says. `charset` is that of +CSCS now, `dcs` a CBS data coding scheme; 23.038 5."""
    scheme = GSM7_DCS if dcs is None else dcs
    alphabet = _alphabet(scheme)
    is_in_hex = is_hex(text)
    if is_in_hex and alphabet is Alphabet.UCS2:
        octets = bytes.fromhex(text)
        return decode_ucs2(octets[2:] if scheme == _UCS2_WITH_LANGUAGE else octets)
    if is_in_hex and alphabet is Alphabet.DATA8:
        return bytes.fromhex(text).decode("latin-1")
    if is_in_hex and is_packed:
        found = _unpack(bytes.fromhex(text))
    elif is_in_hex and (charset == "UCS2" or _looks_like_ucs2(text)) and len(text) % 4 == 0:
        found = decode_ucs2(bytes.fromhex(text))
    elif charset == "GSM" and (septets := text.encode("latin-1", "replace")).isascii():
        found = decode_septets(septets)
    else:
        found = text
    return found[3:] if scheme == _WITH_LANGUAGE and found[2:3] == _CR else found


def _alphabet(dcs: int) -> Alphabet:
    """Return the alphabet of a CBS data coding scheme: its groups 4 to 7 and 15 are those of a message."""
    if dcs == _UCS2_WITH_LANGUAGE:
        return Alphabet.UCS2
    return Dcs.decode(dcs).alphabet if dcs >> 4 in {4, 5, 6, 7, 15} else Alphabet.GSM7


def _unpack(octets: bytes) -> str:
    count = len(octets) * 8 // 7
    septets = unpack(octets, count)
    if count % 8 == 0 and septets[-1:] in {b"\r", b"\0"}:
        septets = septets[:-1]
    return decode_septets(septets)


def _looks_like_ucs2(text: str) -> bool:
    """Tell UCS2 that a modem gives as 7-bit text from a number: it has letters, of one script and ASCII."""
    octets = bytes.fromhex(text)
    if len(octets) < 6 or len(octets) % 2:
        return False
    decoded = decode_ucs2(octets)
    return len(set(octets[::2]) - {0}) <= 1 and decoded.isprintable() and any(map(str.isalpha, decoded))
