"""TP-DCS: alphabet, class and message waiting of one octet (3GPP TS 23.038 4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from modem.errors import EncodeError
from modem.pdu.waiting import Waiting, WaitingKind


class Alphabet(Enum):
    """How the user data is written."""

    GSM7 = 0
    DATA8 = 1
    UCS2 = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Dcs:
    """What a data coding scheme says."""

    alphabet: Alphabet = Alphabet.GSM7
    message_class: int | None = None
    """0 shown at once, 1 for the device, 2 for the SIM, 3 for the terminal."""
    is_compressed: bool = False
    is_deleted_when_read: bool = False
    waiting: Waiting | None = None

    @property
    def is_text(self) -> bool:
        """Whether the user data is a text that can be read, not 8-bit or compressed data."""
        return self.alphabet is not Alphabet.DATA8 and not self.is_compressed

    @property
    def counts_septets(self) -> bool:
        """Whether the length of the user data counts septets rather than octets."""
        return self.alphabet is Alphabet.GSM7 and not self.is_compressed

    @staticmethod
    def decode(octet: int) -> Dcs:
        """Return what `octet` (0..255) says; reserved codings mean the GSM 7-bit alphabet."""
        return _decode(octet)

    def encode(self) -> int:
        """Return the octet of the general group or, for a waiting indication, of its group.

        Raises EncodeError when no octet says all of this, as for a class outside 0..3 or waiting 8-bit data.
        """
        if self.waiting is not None:
            octet = _waiting_group(self.alphabet, self.waiting)
        else:
            octet = self.alphabet.value << 2 | self.is_compressed << 5 | self.is_deleted_when_read << 6
            if self.message_class is not None:
                octet |= 0x10 | self.message_class
        if _decode(octet) != self:
            raise EncodeError("dcs", f"no octet says {self}")
        return octet


@lru_cache(maxsize=256)
def _decode(octet: int) -> Dcs:
    group = octet >> 4
    if group < 0b1000:
        return _general(octet)
    if group < 0b1100:  # reserved
        return Dcs()
    if group < 0b1111:
        return _waiting(octet)
    return Dcs(alphabet=Alphabet.DATA8 if octet & 0x04 else Alphabet.GSM7, message_class=octet & 3)


def _general(octet: int) -> Dcs:
    bits = octet >> 2 & 3
    is_reserved = bits == 0b11
    return Dcs(
        alphabet=Alphabet.GSM7 if is_reserved else Alphabet(bits),
        message_class=octet & 3 if octet & 0x10 else None,
        is_compressed=bool(octet & 0x20) and not is_reserved,
        is_deleted_when_read=bool(octet & 0x40),
    )


def _waiting(octet: int) -> Dcs:
    group = octet >> 4
    waiting = Waiting(kind=WaitingKind(octet & 3), is_active=bool(octet & 8), is_stored=group != 0b1100)
    return Dcs(alphabet=Alphabet.UCS2 if group == 0b1110 else Alphabet.GSM7, waiting=waiting)


def _waiting_group(alphabet: Alphabet, waiting: Waiting) -> int:
    group = 0b1110 if alphabet is Alphabet.UCS2 else 0b1101 if waiting.is_stored else 0b1100
    return group << 4 | waiting.is_active << 3 | waiting.kind
