"""The elementary files of a card, made from what the card knows (3GPP TS 31.102 4.2, TS 51.011 10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from modem.emulator.card.number import EMERGENCY_NUMBERS
from modem.emulator.card.storage import MessageStatus
from modem.errors import EncodeError
from modem.pdu import Address
from modem.pdu.alphabet import encode_septets
from modem.pdu.semioctet import swap

if TYPE_CHECKING:
    from modem.emulator.card.sim import Sim

EF_ICCID: Final = 0x2FE2
EF_IMSI: Final = 0x6F07
EF_ADN: Final = 0x6F3A
EF_SMS: Final = 0x6F3C
EF_GID1: Final = 0x6F3E
EF_GID2: Final = 0x6F3F
EF_MSISDN: Final = 0x6F40
EF_SMSP: Final = 0x6F42
EF_SMSS: Final = 0x6F43
EF_SPN: Final = 0x6F46
EF_AD: Final = 0x6FAD
EF_ECC: Final = 0x6FB7

_MNC_DIGITS: Final = 2
_SPN_OCTETS: Final = 16
_ECC_OCTETS: Final = 15
_GID_OCTETS: Final = 4
_SMS_OCTETS: Final = 176
_NAME_OCTETS: Final = 18
# <status> of an EF-SMS record, TS 31.102 4.2.25; to be sent and sent share the bits of "from the device".
_RECORD_STATUS: Final = {
    MessageStatus.UNREAD: 0x03,
    MessageStatus.READ: 0x01,
    MessageStatus.UNSENT: 0x07,
    MessageStatus.SENT: 0x05,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CardFile:
    """One file: its records, or for a transparent file its only content."""

    records: tuple[bytes, ...]
    is_transparent: bool = True

    @property
    def content(self) -> bytes:
        """All octets in order."""
        return b"".join(self.records)

    def describe(self, file_id: int) -> bytes:
        """Return the answer to GET RESPONSE behind a SELECT of the file (TS 51.011 9.2.1)."""
        record_octets = 0 if self.is_transparent else len(self.records[0])
        kind = 0x00 if self.is_transparent else 0x01
        size, file_number = len(self.content).to_bytes(2, "big"), file_id.to_bytes(2, "big")
        # EF; read with the PIN, written by nobody; not invalidated; two octets follow.
        return b"\0\0" + size + file_number + b"\x04\0\x1f\xff\xff\x01\x02" + bytes((kind, record_octets))


def read_file(sim: Sim, file_id: int) -> CardFile | None:
    """Return a file of the card as it is now, None when the card has no such file."""
    reader = _FILES.get(file_id)
    return reader(sim) if reader else None


def to_semi_octets(digits: str) -> bytes:
    """Return digits as they stand in a file: swapped, an odd count filled with F (ETSI TS 102 221 13.2)."""
    return swap(bytes.fromhex(digits + "F" * (len(digits) % 2)))


def _transparent(content: bytes) -> CardFile:
    return CardFile(records=(content,))


def _imsi(sim: Sim) -> CardFile:
    # Length, then 9 for "odd count of digits" in the first half octet (TS 31.102 4.2.2).
    digits = to_semi_octets(("9" if len(sim.imsi) % 2 else "1") + sim.imsi)
    return _transparent(bytes((len(digits),)) + digits.ljust(8, b"\xff"))


def _name(text: str, octets: int) -> bytes:
    try:
        return encode_septets(text)[:octets].ljust(octets, b"\xff")
    except EncodeError:
        # 80 says that UCS2 follows (TS 51.011 annex B).
        return (b"\x80" + text.encode("utf-16-be")[: octets - 1 & ~1]).ljust(octets, b"\xff")


def _provider(sim: Sim) -> CardFile:
    # The first octet asks to show the name of the registered network too.
    return _transparent(b"\x01" + _name(sim.operator_name, _SPN_OCTETS))


def _emergency(_sim: Sim) -> CardFile:
    numbers = b"".join(to_semi_octets(number).ljust(3, b"\xff") for number in EMERGENCY_NUMBERS)
    return _transparent(numbers.ljust(_ECC_OCTETS, b"\xff"))


def _dialling_number(number: str, name: str) -> bytes:
    if not number:
        return b"\xff" * (_NAME_OCTETS + 14)
    address = Address.parse(number)
    digits = address.digits("number").ljust(10, b"\xff")
    length = (len(address.number) + 1) // 2 + 1
    return _name(name, _NAME_OCTETS) + bytes((length, address.type_octet)) + digits + b"\xff\xff"


def _own_number(sim: Sim) -> CardFile:
    return CardFile(records=(_dialling_number(sim.number, ""),), is_transparent=False)


def _contacts(sim: Sim) -> CardFile:
    written = dict(sim.contacts)
    records = (written.get(index) for index in sim.contacts.indexes)
    return CardFile(
        records=tuple(_dialling_number(one.number, one.name) if one else _dialling_number("", "") for one in records),
        is_transparent=False,
    )


def _message_parameters(sim: Sim) -> CardFile:
    # Only the service centre is present: bit 1 of the indicator is 0 (TS 31.102 4.2.27).
    centre = Address.parse(sim.smsc) if sim.smsc else None
    digits = bytes((centre.type_octet,)) + centre.digits("smsc") if centre else b""
    address = (bytes((len(digits),)) + digits if digits else b"").ljust(12, b"\xff")
    indicator = b"\xfd" if centre else b"\xff"
    record = b"\xff" * _NAME_OCTETS + indicator + b"\xff" * 12 + address + b"\xff" * 3
    return CardFile(records=(record,), is_transparent=False)


def _messages(sim: Sim) -> CardFile:
    stored = dict(sim.messages)
    records = []
    for index in sim.messages.indexes:
        message = stored.get(index)
        if message is None:
            records.append(b"\0" + b"\xff" * (_SMS_OCTETS - 1))
            continue
        address = Address.parse(message.smsc) if message.smsc else None
        digits = bytes((address.type_octet,)) + address.digits("smsc") if address else b""
        record = bytes((_RECORD_STATUS[message.status], len(digits))) + digits + message.tpdu
        records.append(record[:_SMS_OCTETS].ljust(_SMS_OCTETS, b"\xff"))
    return CardFile(records=tuple(records), is_transparent=False)


_FILES: Final = {
    EF_ICCID: lambda sim: _transparent(to_semi_octets(sim.iccid)),
    EF_IMSI: _imsi,
    EF_ADN: _contacts,
    EF_SMS: _messages,
    EF_GID1: lambda _sim: _transparent(b"\xff" * _GID_OCTETS),
    EF_GID2: lambda _sim: _transparent(b"\xff" * _GID_OCTETS),
    EF_MSISDN: _own_number,
    EF_SMSP: _message_parameters,
    # The last TP-MR, and that no message waits for room (TS 31.102 4.2.9).
    EF_SMSS: lambda sim: _transparent(bytes((sim.last_mr, 0xFF))),
    EF_SPN: _provider,
    # Normal operation, and how many digits of the IMSI are the MNC (TS 31.102 4.2.18).
    EF_AD: lambda _sim: _transparent(bytes((0, 0, 0, _MNC_DIGITS))),
    EF_ECC: _emergency,
}
