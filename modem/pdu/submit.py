"""SMS-SUBMIT: a message from us to the service centre (3GPP TS 23.040 9.2.2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from modem.pdu import first_octet, userdata
from modem.pdu.address import Address
from modem.pdu.dcs import Dcs
from modem.pdu.reader import Reader
from modem.pdu.timestamp import Timestamp
from modem.pdu.tpdu_base import Tpdu, checked_octet
from modem.pdu.validity import Absolute, Enhanced, Relative

if TYPE_CHECKING:
    from modem.pdu.udh import Header
    from modem.pdu.validity import Validity

# TP-VPF as it stands in the first octet.
_ENHANCED, _RELATIVE, _ABSOLUTE = 0x08, 0x10, 0x18
_VALIDITY_FORMATS: Final = {type(None): 0, Enhanced: _ENHANCED, Relative: _RELATIVE, Absolute: _ABSOLUTE}


@dataclass(frozen=True, kw_only=True, slots=True)
class Submit(Tpdu):
    """A message to be sent."""

    path: ClassVar[str] = "submit"

    destination: Address
    dcs: int = 0
    pid: int = 0
    mr: int = 0
    """0..255; a modem replaces it with its own."""
    header: Header | None = None
    body: bytes = b""
    """One septet per byte for the GSM 7-bit alphabet, else octets."""
    validity: Validity | None = None
    request_report: bool = False
    reject_duplicates: bool = False
    reply_path: bool = False

    @property
    def coding(self) -> Dcs:
        """What TP-DCS says."""
        return Dcs.decode(self.dcs)

    def _encode(self) -> bytes:
        first = (
            first_octet.SUBMIT
            | _VALIDITY_FORMATS[type(self.validity)]
            | (first_octet.REJECT_DUPLICATES if self.reject_duplicates else 0)
            | (first_octet.REPORT if self.request_report else 0)
            | (first_octet.HEADER if self.header is not None else 0)
            | (first_octet.REPLY_PATH if self.reply_path else 0)
        )
        return b"".join(
            (
                bytes((first, checked_octet(self.mr, "mr"))),
                self.destination.encode("destination"),
                bytes((checked_octet(self.pid, "pid"), checked_octet(self.dcs, "dcs"))),
                b"" if self.validity is None else self.validity.encode(),
                userdata.encode(self.coding, self.header, self.body),
            )
        )


def decode_submit(octets: bytes) -> Submit:
    """Return the submit of `octets`. Raises DecodeError naming field and octet."""
    reader = Reader(octets, Submit.path)
    first = first_octet.read(reader, first_octet.SUBMIT)
    mr = reader.octet("mr")
    destination = Address.read(reader, "destination")
    pid, dcs = reader.octet("pid"), reader.octet("dcs")
    validity = _read_validity(reader, first & first_octet.VALIDITY_FORMAT)
    header, body = userdata.read(reader, Dcs.decode(dcs), has_header=bool(first & first_octet.HEADER))
    return Submit(
        mr=mr,
        destination=destination,
        pid=pid,
        dcs=dcs,
        validity=validity,
        header=header,
        body=body,
        reject_duplicates=bool(first & first_octet.REJECT_DUPLICATES),
        request_report=bool(first & first_octet.REPORT),
        reply_path=bool(first & first_octet.REPLY_PATH),
    )


def _read_validity(reader: Reader, validity_format: int) -> Validity | None:
    if validity_format == _RELATIVE:
        return Relative(octet=reader.octet("validity"))
    if validity_format == _ABSOLUTE:
        return Absolute(at=Timestamp.read(reader, "validity"))
    if validity_format == _ENHANCED:
        return Enhanced(raw=reader.take(7, "validity"))
    return None
