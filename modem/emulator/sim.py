"""A SIM: who the subscriber is, and what stays with the card when it moves to another modem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.storage import Storage
from modem.pdu.semioctet import swap

if TYPE_CHECKING:
    from modem.emulator.numbering import Identity

SIM_CAPACITY: Final = 30
REPORT_CAPACITY: Final = 20

EF_ICCID: Final = 0x2FE2


class Sim:
    """One card. `last_mr` is the TP-MR of its last submit, kept in EF-SMSS (3GPP TS 31.102 4.2.9)."""

    def __init__(self, identity: Identity, *, smsc: str, last_mr: int = 255, capacity: int = SIM_CAPACITY) -> None:
        self.imsi = identity.imsi
        self.iccid = identity.iccid
        self.number = identity.number
        self.smsc = smsc
        self.last_mr = last_mr
        self.messages = Storage("SM", capacity)
        self.reports = Storage("SR", REPORT_CAPACITY)

    def read_file(self, file_id: int) -> bytes | None:
        """Return the octets of a transparent elementary file, None when the card has no such file."""
        return to_semi_octets(self.iccid) if file_id == EF_ICCID else None


def to_semi_octets(digits: str) -> bytes:
    """Return digits as they stand in a file: swapped, an odd count filled with F (ETSI TS 102 221 13.2)."""
    return swap(bytes.fromhex(digits + "F" * (len(digits) % 2)))
