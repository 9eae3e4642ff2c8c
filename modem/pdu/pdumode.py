"""PDU mode of AT commands: TPDUs as hex behind a service centre address (3GPP TS 27.005 3.1, 4.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from modem.errors import DecodeError, EncodeError
from modem.pdu import first_octet
from modem.pdu.address import MOST_SEMI_OCTETS, Address, TypeOfNumber
from modem.pdu.semioctet import swap

_SPACES: Final = re.compile(r"\s+")
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_MOST_SMSC_OCTETS: Final = 11
_BCD_NUMBER: Final = re.compile("[0-9]*f?")


@dataclass(frozen=True, kw_only=True, slots=True)
class PduLine:
    """A TPDU and the service centre in front of it; None when the line leaves it to the modem or omits it."""

    smsc: Address | None
    tpdu: bytes


def format_pdu(tpdu: bytes, smsc: Address | None = None) -> str:
    """Return the line for `AT+CMGS`, in upper-case hex; without `smsc` the modem uses its own (`00`).

    The length to announce is `len(tpdu)`. Raises EncodeError for a name as service centre.
    """
    return (_encode_smsc(smsc) + tpdu).hex().upper()


def parse_pdu(line: str, *, length: int | None = None) -> PduLine:
    """Return service centre and TPDU of a line of hex; white space is ignored.

    A few phones omit the service centre field. `length`, the octets of the TPDU that the modem
    announced, settles whether it is there; field captures with a wrong length are common, so where it
    fits neither way, the field is there if it looks like one. Raises DecodeError for what is not hex.
    """
    octets = _octets(_SPACES.sub("", line))
    if not octets:
        raise DecodeError("pdu", 0, "the line is empty")
    field_octets = 1 + octets[0]
    field, rest = octets[1:field_octets], octets[field_octets:]
    if length == len(octets) or not rest:
        has_smsc = False
    elif length == len(rest):
        has_smsc = True
    elif field:
        has_smsc = _looks_like_smsc(field)
    else:
        # 00 is an empty field or the first octet of a deliver that has more behind it.
        has_smsc = _begins_like_tpdu(rest) or not _begins_like_tpdu(octets)
    return PduLine(smsc=_decode_smsc(field), tpdu=rest) if has_smsc else PduLine(smsc=None, tpdu=octets)


def is_whole(line: str, *, length: int) -> bool:
    """Tell whether a line of hex has as many octets as the `length` that the modem announced for the TPDU, or more.

    A line that was cut is not whole, even where what is left of it could be decoded. 00 in front is an empty service
    centre field here.
    """
    try:
        octets = _octets(_SPACES.sub("", line))
    except DecodeError:
        return False
    if not octets:
        return False
    is_without_smsc = len(octets) == length and octets[0] != 0 and _begins_like_tpdu(octets)
    return is_without_smsc or len(octets) - 1 - octets[0] >= length


def _octets(digits: str) -> bytes:
    if stranger := _NOT_HEX.search(digits):
        raise DecodeError("pdu", stranger.start() // 2, f"{stranger.group()!r} is not a hex digit")
    if len(digits) & 1:
        raise DecodeError("pdu", len(digits) // 2, "half an octet is missing")
    return bytes.fromhex(digits)


def _encode_smsc(smsc: Address | None) -> bytes:
    if smsc is None:
        return b"\0"
    if smsc.ton is TypeOfNumber.ALPHANUMERIC:
        raise EncodeError("pdu.smsc", "a service centre has a number, not a name")
    digits = smsc.digits("pdu.smsc")
    return bytes((1 + len(digits), smsc.type_octet)) + digits


@lru_cache(maxsize=64)  # a network has few of them
def _decode_smsc(field: bytes) -> Address | None:
    """Return the address of type octet and digits; its length counts octets, unlike that of a TPDU."""
    return Address.from_value(field[0], field[1:], 2 * (len(field) - 1)) if field else None


def _looks_like_smsc(field: bytes) -> bool:
    digits = swap(field[1:]).hex()
    return len(field) <= _MOST_SMSC_OCTETS and field[0] >= 0x80 and bool(_BCD_NUMBER.fullmatch(digits))


def _begins_like_tpdu(octets: bytes) -> bool:
    """Whether length and type of an address stand where a TPDU of this type has them."""
    has_mr = octets[0] & first_octet.TYPE in {first_octet.SUBMIT, first_octet.STATUS_REPORT}
    address = octets[2:4] if has_mr else octets[1:3]
    return len(address) == 2 and address[0] <= MOST_SEMI_OCTETS and address[1] >= 0x80
