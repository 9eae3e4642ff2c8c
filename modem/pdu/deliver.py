"""SMS-DELIVER: a message from the service centre to us (3GPP TS 23.040 9.2.2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from modem.pdu import first_octet, userdata
from modem.pdu.address import Address, TypeOfNumber
from modem.pdu.dcs import Dcs
from modem.pdu.reader import Reader
from modem.pdu.timestamp import Timestamp
from modem.pdu.tpdu_base import Tpdu, checked_octet
from modem.pdu.waiting import Waiting, WaitingKind

if TYPE_CHECKING:
    from modem.pdu.udh import Header

_TYPE_0: Final = 0x40  # TP-PID, 3GPP TS 23.040 9.2.3.9

# CPHS 4.2 B.4.2.1 says "voice mail waits" and "no longer" by a name of the octets 11 00 and 10 00.
_CPHS_NAMES: Final = {"_@": True, "Δ@": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deliver(Tpdu):
    """A message that arrived."""

    path: ClassVar[str] = "deliver"

    originator: Address
    scts: Timestamp
    """When the service centre took it."""
    dcs: int = 0
    pid: int = 0
    header: Header | None = None
    body: bytes = b""
    """One septet per byte for the GSM 7-bit alphabet, else octets."""
    more_messages: bool = False
    loop_prevention: bool = False
    report_indication: bool = False
    reply_path: bool = False

    @property
    def coding(self) -> Dcs:
        """What TP-DCS says."""
        return Dcs.decode(self.dcs)

    @property
    def is_silent(self) -> bool:
        """Whether the message is of type 0: to be acknowledged, not to be shown or stored."""
        return self.pid == _TYPE_0

    @property
    def replace_type(self) -> int | None:
        """1..7 when it replaces an earlier message of the same originator, service centre and replace type."""
        return self.pid - _TYPE_0 if _TYPE_0 < self.pid <= _TYPE_0 + 7 else None

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """The message waiting indications: of the header, else of TP-DCS, else of a CPHS name."""
        if self.header is not None and self.header.waiting:
            return self.header.waiting
        if self.coding.waiting is not None:
            return (self.coding.waiting,)
        name = self.originator.number if self.originator.ton is TypeOfNumber.ALPHANUMERIC else ""
        if name not in _CPHS_NAMES:
            return ()
        return (Waiting(kind=WaitingKind.VOICEMAIL, is_active=_CPHS_NAMES[name], is_stored=False),)

    def _encode(self) -> bytes:
        first = (
            first_octet.DELIVER
            | (0 if self.more_messages else first_octet.NO_MORE_MESSAGES)
            | (first_octet.LOOP_PREVENTION if self.loop_prevention else 0)
            | (first_octet.REPORT if self.report_indication else 0)
            | (first_octet.HEADER if self.header is not None else 0)
            | (first_octet.REPLY_PATH if self.reply_path else 0)
        )
        return b"".join(
            (
                bytes((first,)),
                self.originator.encode("originator"),
                bytes((checked_octet(self.pid, "pid"), checked_octet(self.dcs, "dcs"))),
                self.scts.encode("scts"),
                userdata.encode(self.coding, self.header, self.body),
            )
        )


def decode_deliver(octets: bytes) -> Deliver:
    """Return the deliver of `octets`. Raises DecodeError naming field and octet.

    The reserved type 3 is read as a deliver (3GPP TS 23.040 9.2.3.1).
    """
    reader = Reader(octets, Deliver.path)
    first = first_octet.read(reader, first_octet.DELIVER, first_octet.RESERVED)
    originator = Address.read(reader, "originator")
    pid, dcs = reader.octet("pid"), reader.octet("dcs")
    scts = Timestamp.read(reader, "scts")
    header, body = userdata.read(reader, Dcs.decode(dcs), has_header=bool(first & first_octet.HEADER))
    return Deliver(
        originator=originator,
        pid=pid,
        dcs=dcs,
        scts=scts,
        header=header,
        body=body,
        more_messages=not first & first_octet.NO_MORE_MESSAGES,
        loop_prevention=bool(first & first_octet.LOOP_PREVENTION),
        report_indication=bool(first & first_octet.REPORT),
        reply_path=bool(first & first_octet.REPLY_PATH),
    )
