"""User data: header and body behind their length octet (3GPP TS 23.040 9.2.3.16 and 9.2.3.24).

The body is kept unpacked: one septet per byte for the GSM 7-bit alphabet, else octets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modem.errors import EncodeError
from modem.pdu import septets
from modem.pdu.alphabet import decode_ucs2, septet_codec
from modem.pdu.dcs import Alphabet, Dcs
from modem.pdu.udh import Header

if TYPE_CHECKING:
    from modem.pdu.reader import Reader

MOST_OCTETS = 140


def encode(dcs: Dcs, header: Header | None, body: bytes) -> bytes:
    """Return TP-UDL and TP-UD. Raises EncodeError when they hold more than 140 octets."""
    udh = b"" if header is None else header.encode()
    if dcs.counts_septets:
        length = septets.septets_for(len(udh)) + len(body)
        octets = udh + septets.pack(body, septets.fill_bits_after(len(udh)))
    else:
        length = len(udh) + len(body)
        octets = udh + body
    if len(octets) > MOST_OCTETS:
        raise EncodeError("ud", f"{len(octets)} octets, at most {MOST_OCTETS} fit")
    return bytes((length,)) + octets


def read(reader: Reader, dcs: Dcs, *, has_header: bool) -> tuple[Header | None, bytes]:
    """Return header and body from TP-UDL on.

    Octets behind them are ignored, as modems append some, and a text that is cut short is taken as far
    as it goes (gammu tests/at-sms/41); cut data is of no use. Raises DecodeError for cut data or header
    and for a length over 140 octets.
    """
    length = reader.octet("udl")
    octet_count = septets.octets_for(length) if dcs.counts_septets else length
    if octet_count > MOST_OCTETS:
        raise reader.error("udl", f"{octet_count} octets, at most {MOST_OCTETS} fit", offset=reader.offset - 1)
    start = reader.offset
    octets = reader.take(min(octet_count, reader.left) if dcs.is_text else octet_count, "ud")
    # Phones exist that set the header bit on an empty message (gammu tests/at-sms/20).
    if not has_header or not octets:
        return None, _body(dcs, octets, length)
    header_octets = octets[0] + 1
    if header_octets > len(octets):
        raise reader.error("udh", f"{header_octets} octets in {len(octets)} octets of user data", offset=start)
    return Header.decode(octets[1:header_octets]), _body(dcs, octets, length, header_octets)


def _body(dcs: Dcs, octets: bytes, length: int, header_octets: int = 0) -> bytes:
    if not dcs.counts_septets:
        return octets[header_octets:]
    # Some count the header without its fill bits, so that nothing or less than nothing is left.
    count = min(length, len(octets) * 8 // 7) - septets.septets_for(header_octets)
    fill_bits = septets.fill_bits_after(header_octets)
    return septets.unpack(octets[header_octets:], count, fill_bits) if count > 0 else b""


def decode_body(dcs: Dcs, header: Header | None, body: bytes, *, is_start: bool = True) -> str | None:
    """Return the text of `body` in the alphabet that `dcs` and `header` name; None when it is not text."""
    if not dcs.is_text:
        return None
    if dcs.alphabet is Alphabet.UCS2:
        return decode_ucs2(body, is_start=is_start)
    if header is None:
        return septet_codec().decode(body)
    return septet_codec(header.single_shift, header.locking_shift).decode(body)
