"""Addresses: numbers and names of who sends and receives (3GPP TS 23.040 9.1.2.5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from modem.errors import EncodeError
from modem.pdu import septets
from modem.pdu.alphabet import DEFAULT_CODEC
from modem.pdu.semioctet import swap

if TYPE_CHECKING:
    from modem.pdu.reader import Reader

MOST_SEMI_OCTETS = 20
_MOST_SEPTETS = 11
_TO_SEMI_OCTETS = str.maketrans("*#abc", "ABCDE")
_FROM_SEMI_OCTETS = str.maketrans("abcde", "*#abc")
_NUMBER = re.compile(r"[0-9*#abc]*")
_DIALLABLE = re.compile(r"[abc]*[0-9*#][0-9*#abc]*")


class TypeOfNumber(IntEnum):
    """Type of number, bits 6 to 4 of the type octet."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NATIONAL = 2
    NETWORK = 3
    SUBSCRIBER = 4
    ALPHANUMERIC = 5
    ABBREVIATED = 6
    RESERVED = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A number without `+` (digits, `*`, `#`, `a`, `b`, `c`) or, when alphanumeric, a name."""

    number: str
    ton: TypeOfNumber
    npi: int = 1

    @classmethod
    def parse(cls, text: str) -> Address:
        """Return the address a person means: `+49171…` international, `12345` or `*100#` unknown, else a name.

        Raises EncodeError for nothing, more than 20 digits, a `+` before other things than digits, and a
        name of more than 11 septets or outside the GSM 7-bit alphabet.
        """
        if text in {"", "+"}:
            raise EncodeError("address", "it is empty")
        if text.startswith("+"):
            address = cls(number=text[1:], ton=TypeOfNumber.INTERNATIONAL)
        elif _DIALLABLE.fullmatch(text):
            address = cls(number=text, ton=TypeOfNumber.UNKNOWN)
        else:
            address = cls(number=text, ton=TypeOfNumber.ALPHANUMERIC, npi=0)
        address.encode("address")
        return address

    @property
    def text(self) -> str:
        """The address as people write it, with `+` when international."""
        return f"+{self.number}" if self.ton is TypeOfNumber.INTERNATIONAL else self.number

    @property
    def type_octet(self) -> int:
        """Type of number and numbering plan as one octet, 0x91 for an international E.164 number."""
        return 0x80 | self.ton << 4 | self.npi

    def encode(self, field: str) -> bytes:
        """Return length in semi-octets, type and value. Raises EncodeError naming `field`."""
        self._check_plan(field)
        if self.ton is not TypeOfNumber.ALPHANUMERIC:
            return bytes((len(self.number), self.type_octet)) + self.digits(field)
        name = DEFAULT_CODEC.encode(self.number)
        if name is None:
            raise EncodeError(field, f"{self.number!r} is not in the GSM 7-bit alphabet")
        if len(name) > _MOST_SEPTETS:
            raise EncodeError(field, f"a name has at most {_MOST_SEPTETS} septets, this has {len(name)}")
        return bytes(((len(name) * 7 + 3) // 4, self.type_octet)) + septets.pack(name)

    def digits(self, field: str) -> bytes:
        """Return the number as swapped semi-octets, filled with F. Raises EncodeError naming `field`."""
        if not _NUMBER.fullmatch(self.number):
            raise EncodeError(field, f"{self.number!r} holds more than digits, * # a b c")
        if len(self.number) > MOST_SEMI_OCTETS:
            raise EncodeError(field, f"a number has at most {MOST_SEMI_OCTETS} digits, this has {len(self.number)}")
        filler = "F" if len(self.number) & 1 else ""
        return swap(bytes.fromhex(self.number.translate(_TO_SEMI_OCTETS) + filler))

    def _check_plan(self, field: str) -> None:
        if not 0 <= self.npi <= 15:
            raise EncodeError(field, f"numbering plan {self.npi} is outside 0..15")

    @classmethod
    def read(cls, reader: Reader, field: str) -> Address:
        """Return the next address of a TPDU; length 0 gives an empty one.

        Raises DecodeError when the length is over 20 semi-octets or the octets end.
        """
        semi_octets = reader.octet(field)
        if semi_octets > MOST_SEMI_OCTETS:
            reason = f"{semi_octets} semi-octets, at most {MOST_SEMI_OCTETS} are allowed"
            raise reader.error(field, reason, offset=reader.offset - 1)
        type_octet = reader.octet(field)
        return cls.from_value(type_octet, reader.take((semi_octets + 1) // 2, field), semi_octets)

    @classmethod
    def from_value(cls, type_octet: int, value: bytes, semi_octets: int) -> Address:
        """Return the address of a type octet and its value, of which `semi_octets` count."""
        ton = TypeOfNumber(type_octet >> 4 & 7)
        if ton is TypeOfNumber.ALPHANUMERIC:
            # The semi-octets decide: a name of 7 septets fills 13, and reading the 14th would add an `@`.
            number = DEFAULT_CODEC.decode(septets.unpack(value, semi_octets * 4 // 7))
        else:
            # F ends a number; some networks count it.
            number = swap(value).hex()[:semi_octets].partition("f")[0].translate(_FROM_SEMI_OCTETS)
        return cls(number=number, ton=ton, npi=type_octet & 0x0F)
