"""User data header: concatenation, ports and national tables in front of the text (3GPP TS 23.040 9.2.3.24)."""

from __future__ import annotations

from dataclasses import dataclass

from modem.errors import EncodeError
from modem.pdu.language import Language
from modem.pdu.waiting import Waiting, WaitingKind

_CONCAT_8, _CONCAT_16 = 0x00, 0x08
_WAITING = 0x01
_PORTS_8, _PORTS_16 = 0x04, 0x05
_SINGLE_SHIFT, _LOCKING_SHIFT = 0x24, 0x25

CONCAT_OCTETS = {8: 5, 16: 6}
"""Size of a concatenation element by the bits of its reference."""
PORTS_OCTETS = {8: 4, 16: 6}
"""Size of a ports element by the bits of a port."""
SHIFT_OCTETS = 3
"""Size of a single or locking shift element."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Concat:
    """Segment `seq` (from 1) of `total`, under a reference of 8 or 16 bits."""

    ref: int
    total: int
    seq: int
    bits: int = 8


@dataclass(frozen=True, kw_only=True, slots=True)
class Ports:
    """Application ports, of 8 or 16 bits."""

    destination: int
    source: int
    bits: int = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class InformationElement:
    """One element of the header."""

    id: int
    data: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The elements of a user data header; unknown ones are kept and otherwise ignored.

    Of an element that is repeated the last good one counts (3GPP TS 23.040 9.2.3.24).
    """

    elements: tuple[InformationElement, ...] = ()

    @classmethod
    def build(
        cls,
        *,
        concat: Concat | None = None,
        ports: Ports | None = None,
        single_shift: Language | None = None,
        locking_shift: Language | None = None,
    ) -> Header | None:
        """Return the header that says these things, or None when there is nothing to say."""
        elements = []
        if concat is not None:
            elements.append(_concat_element(concat))
        if ports is not None:
            elements.append(_ports_element(ports))
        if single_shift is not None:
            elements.append(InformationElement(id=_SINGLE_SHIFT, data=bytes((single_shift,))))
        if locking_shift is not None:
            elements.append(InformationElement(id=_LOCKING_SHIFT, data=bytes((locking_shift,))))
        return cls(elements=tuple(elements)) if elements else None

    @property
    def concat(self) -> Concat | None:
        """Which segment this is; None for a message of its own, also when the numbers make no sense."""
        for element in reversed(self.elements):
            bits = {_CONCAT_8: 8, _CONCAT_16: 16}.get(element.id)
            if bits is None or len(element.data) != CONCAT_OCTETS[bits] - 2:
                continue
            *ref, total, seq = element.data
            if 1 <= seq <= total:
                return Concat(ref=int.from_bytes(ref, "big"), total=total, seq=seq, bits=bits)
        return None

    @property
    def ports(self) -> Ports | None:
        """The application ports."""
        for element in reversed(self.elements):
            bits = {_PORTS_8: 8, _PORTS_16: 16}.get(element.id)
            if bits is not None and len(element.data) == bits // 4:
                half = bits // 8
                destination, source = element.data[:half], element.data[half:]
                return Ports(
                    destination=int.from_bytes(destination, "big"), source=int.from_bytes(source, "big"), bits=bits
                )
        return None

    @property
    def single_shift(self) -> Language | None:
        """The language whose table stands behind the escape."""
        return self._language(_SINGLE_SHIFT)

    @property
    def locking_shift(self) -> Language | None:
        """The language whose table replaces the default alphabet."""
        return self._language(_LOCKING_SHIFT)

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The message waiting indications, one per kind of message (3GPP TS 23.040 9.2.3.24.2)."""
        return tuple(
            Waiting(
                kind=WaitingKind(element.data[0] & 3),
                is_active=element.data[1] > 0,
                is_stored=bool(element.data[0] & 0x80),
                count=element.data[1],
            )
            for element in self.elements
            if element.id == _WAITING and len(element.data) == 2
        )

    def encode(self) -> bytes:
        """Return the header with its length octet. Raises EncodeError when it is over 140 octets."""
        octets = bytearray(1)
        for element in self.elements:
            if not 0 <= element.id <= 0xFF or len(element.data) > 0xFF:
                raise EncodeError("udh.ie", "identifier and length are one octet each")
            octets += bytes((element.id, len(element.data)))
            octets += element.data
        if len(octets) > 140:
            raise EncodeError("udh", f"{len(octets)} octets, at most 140 fit")
        octets[0] = len(octets) - 1
        return bytes(octets)

    @classmethod
    def decode(cls, octets: bytes) -> Header:
        """Return the header whose elements (without length octet) are `octets`.

        "…the whole User Data Header shall be ignored" when the last element has too few or too
        many octets: it then has no elements.
        """
        elements = []
        offset = 0
        while offset < len(octets):
            start = offset + 2
            if start > len(octets) or (end := start + octets[offset + 1]) > len(octets):
                return cls()
            elements.append(InformationElement(id=octets[offset], data=octets[start:end]))
            offset = end
        return cls(elements=tuple(elements))

    def _language(self, identifier: int) -> Language | None:
        for element in reversed(self.elements):
            if element.id == identifier and len(element.data) == 1 and element.data[0] in _LANGUAGES:
                return Language(element.data[0])
        return None


_LANGUAGES = frozenset(Language)


def _concat_element(concat: Concat) -> InformationElement:
    if concat.bits not in CONCAT_OCTETS:
        raise EncodeError("udh.concat", f"a reference has 8 or 16 bits, not {concat.bits}")
    if not 0 <= concat.ref < 1 << concat.bits:
        raise EncodeError("udh.concat.ref", f"{concat.ref} does not fit in {concat.bits} bits")
    if not 1 <= concat.seq <= concat.total <= 255:
        raise EncodeError("udh.concat", f"segment {concat.seq} of {concat.total}")
    reference = concat.ref.to_bytes(concat.bits // 8, "big")
    identifier = _CONCAT_8 if concat.bits == 8 else _CONCAT_16
    return InformationElement(id=identifier, data=reference + bytes((concat.total, concat.seq)))


def _ports_element(ports: Ports) -> InformationElement:
    if ports.bits not in PORTS_OCTETS:
        raise EncodeError("udh.ports", f"ports have 8 or 16 bits, not {ports.bits}")
    try:
        data = b"".join(port.to_bytes(ports.bits // 8, "big") for port in (ports.destination, ports.source))
    except OverflowError as error:
        raise EncodeError("udh.ports", f"a port does not fit in {ports.bits} bits") from error
    return InformationElement(id=_PORTS_8 if ports.bits == 8 else _PORTS_16, data=data)
