"""SMS-STATUS-REPORT: what became of a submit (3GPP TS 23.040 9.2.2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from modem.errors import DecodeError
from modem.pdu import first_octet, userdata
from modem.pdu.address import Address
from modem.pdu.dcs import Dcs
from modem.pdu.reader import Reader
from modem.pdu.timestamp import Timestamp
from modem.pdu.tpdu_base import Tpdu, checked_octet

if TYPE_CHECKING:
    from modem.pdu.udh import Header

# Bits of TP-PI, 3GPP TS 23.040 9.2.3.27.
_HAS_PID: Final = 0x01
_HAS_DCS: Final = 0x02
_HAS_USER_DATA: Final = 0x04
_HAS_EXTENSION: Final = 0x80


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusReport(Tpdu):
    """What became of a submit."""

    path: ClassVar[str] = "status_report"

    mr: int
    """TP-MR of the submit, as the modem gave it."""
    recipient: Address
    scts: Timestamp
    """When the service centre took the submit."""
    discharged: Timestamp
    """When it was delivered, or last tried."""
    status: int
    """TP-ST, 0..255; modem.pdu.status says what it means."""
    more_messages: bool = False
    loop_prevention: bool = False
    is_for_command: bool = False
    pid: int | None = None
    dcs: int | None = None
    header: Header | None = None
    body: bytes = b""
    """One septet per byte for the GSM 7-bit alphabet, else octets; reports seldom have one."""

    @property
    def coding(self) -> Dcs:
        """What TP-DCS says; the GSM 7-bit alphabet when absent."""
        return Dcs.decode(self.dcs or 0)

    def _encode(self) -> bytes:
        first = (
            first_octet.STATUS_REPORT
            | (0 if self.more_messages else first_octet.NO_MORE_MESSAGES)
            | (first_octet.LOOP_PREVENTION if self.loop_prevention else 0)
            | (first_octet.REPORT if self.is_for_command else 0)
            | (first_octet.HEADER if self.header is not None else 0)
        )
        return b"".join(
            (
                bytes((first, checked_octet(self.mr, "mr"))),
                self.recipient.encode("recipient"),
                self.scts.encode("scts"),
                self.discharged.encode("discharged"),
                bytes((checked_octet(self.status, "status"),)),
                self._encode_optional(),
            )
        )

    def _encode_optional(self) -> bytes:
        indicator = 0
        fields = b""
        if self.pid is not None:
            indicator |= _HAS_PID
            fields += bytes((checked_octet(self.pid, "pid"),))
        if self.dcs is not None:
            indicator |= _HAS_DCS
            fields += bytes((checked_octet(self.dcs, "dcs"),))
        if self.body or self.header is not None:
            indicator |= _HAS_USER_DATA
            fields += userdata.encode(self.coding, self.header, self.body)
        return bytes((indicator,)) + fields if indicator else b""


def decode_status_report(octets: bytes) -> StatusReport:
    """Return the status report of `octets`. Raises DecodeError naming field and octet.

    What follows TP-ST is optional, and modems cut it: what cannot be read there is left out, it
    never costs the status.
    """
    reader = Reader(octets, StatusReport.path)
    first = first_octet.read(reader, first_octet.STATUS_REPORT)
    mr = reader.octet("mr")
    recipient = Address.read(reader, "recipient")
    scts = Timestamp.read(reader, "scts")
    discharged = Timestamp.read(reader, "discharged")
    status = reader.octet("status")
    pid, dcs, header, body = _read_optional(reader, has_header=bool(first & first_octet.HEADER))
    return StatusReport(
        mr=mr,
        recipient=recipient,
        scts=scts,
        discharged=discharged,
        status=status,
        more_messages=not first & first_octet.NO_MORE_MESSAGES,
        loop_prevention=bool(first & first_octet.LOOP_PREVENTION),
        is_for_command=bool(first & first_octet.REPORT),
        pid=pid,
        dcs=dcs,
        header=header,
        body=body,
    )


def _read_optional(reader: Reader, *, has_header: bool) -> tuple[int | None, int | None, Header | None, bytes]:
    pid = dcs = header = None
    body = b""
    try:
        indicator = further = reader.octet("pi")
        while further & _HAS_EXTENSION:
            further = reader.octet("pi")
        if indicator & _HAS_PID:
            pid = reader.octet("pid")
        if indicator & _HAS_DCS:
            dcs = reader.octet("dcs")
        if indicator & _HAS_USER_DATA:
            header, body = userdata.read(reader, Dcs.decode(dcs or 0), has_header=has_header)
    except DecodeError:
        pass
    return pid, dcs, header, body
