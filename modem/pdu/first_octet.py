"""The first octet of a TPDU: its type and its flags (3GPP TS 23.040 9.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modem.pdu.reader import Reader

# TP-MTI. The same bits mean another thing in the other direction.
DELIVER: Final = 0
SUBMIT: Final = 1
STATUS_REPORT: Final = 2
RESERVED: Final = 3
TYPE: Final = 0x03

REJECT_DUPLICATES: Final = 0x04
"""TP-RD of a submit."""
NO_MORE_MESSAGES: Final = 0x04
"""TP-MMS of a deliver and a status report: set when there are none."""
LOOP_PREVENTION: Final = 0x08
VALIDITY_FORMAT: Final = 0x18
REPORT: Final = 0x20
"""TP-SRR of a submit, TP-SRI of a deliver, TP-SRQ of a status report."""
HEADER: Final = 0x40
REPLY_PATH: Final = 0x80


def read(reader: Reader, *types: int) -> int:
    """Return the first octet. Raises DecodeError when its type is none of `types`."""
    first = reader.octet("first_octet")
    if first & TYPE not in types:
        raise reader.error("first_octet", f"type {first & TYPE} is not expected here", offset=0)
    return first
