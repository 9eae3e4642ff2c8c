"""Messages as PDU mode writes them: the service centre and the TPDU in hexadecimal (3GPP TS 27.005 4)."""

from __future__ import annotations

from functools import lru_cache

from modem.pdu import Address, format_pdu


@lru_cache(maxsize=64)
def _address(number: str) -> Address | None:
    return Address.parse(number) if number else None


def pdu_line(tpdu: bytes, smsc: str) -> str:
    """Return a TPDU as +CMGR gives it; `smsc` may be empty."""
    return format_pdu(tpdu, _address(smsc))
