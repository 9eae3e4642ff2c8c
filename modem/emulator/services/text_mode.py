"""Messages as text mode writes them (3GPP TS 27.005 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.card.storage import MessageStatus
from modem.emulator.equipment.charset import to_host
from modem.emulator.equipment.local_time import format_time
from modem.pdu import Absolute, Address, Deliver, Relative, StatusReport, Submit, userdata

if TYPE_CHECKING:
    from modem.emulator.equipment.settings import Settings
    from modem.pdu import Timestamp, Validity

STATUS_NAMES: Final = {
    MessageStatus.UNREAD: "REC UNREAD",
    MessageStatus.READ: "REC READ",
    MessageStatus.UNSENT: "STO UNSENT",
    MessageStatus.SENT: "STO SENT",
    MessageStatus.ALL: "ALL",
}


def routed_message(settings: Settings, message: Deliver, smsc: str) -> str:
    """Return what follows "+CMT: "."""
    sender = _number(settings, message.originator)
    header = f"{sender},,{_time(message.scts)}"
    if settings.is_header_shown:
        header += f",{message.originator.type_octet},{_details(settings, message, smsc)}"
    return f"{header}\r\n{_body(settings, message)}"


def report_fields(settings: Settings, report: StatusReport) -> str:
    """Return a status report as +CDS, +CMGR and +CMGL give it, from <fo> on."""
    first_octet = report.encode()[0]
    recipient = f"{_number(settings, report.recipient)},{report.recipient.type_octet}"
    times = f"{_time(report.scts)},{_time(report.discharged)}"
    return f"{first_octet},{report.mr},{recipient},{times},{report.status}"


def read_fields(settings: Settings, status: MessageStatus, message: Deliver | StatusReport | Submit, smsc: str) -> str:
    """Return what follows "+CMGR: "."""
    stat = f'"{STATUS_NAMES[status]}"'
    if isinstance(message, StatusReport):
        return f"{stat},{report_fields(settings, message)}"
    party = message.originator if isinstance(message, Deliver) else message.destination
    header = f"{stat},{_number(settings, party)},"
    if isinstance(message, Deliver):
        header += f",{_time(message.scts)}"
    if settings.is_header_shown:
        header += f",{party.type_octet},{_details(settings, message, smsc)}"
    return f"{header}\r\n{_body(settings, message)}"


def list_fields(settings: Settings, status: MessageStatus, message: Deliver | StatusReport | Submit) -> str:
    """Return what follows "+CMGL: <index>,"."""
    stat = f'"{STATUS_NAMES[status]}"'
    if isinstance(message, StatusReport):
        return f"{stat},{report_fields(settings, message)}"
    party = message.originator if isinstance(message, Deliver) else message.destination
    at = _time(message.scts) if isinstance(message, Deliver) else ""
    header = f"{stat},{_number(settings, party)},,{at}"
    if settings.is_header_shown:
        header += f",{party.type_octet},{_length(message)}"
    return f"{header}\r\n{_body(settings, message)}"


def _number(settings: Settings, address: Address) -> str:
    return f'"{to_host(address.text, settings.charset)}"'


def validity_field(validity: Validity | None) -> str:
    """Return <vp>: a number or a time; the enhanced format, which has no other form here, in hexadecimal."""
    if isinstance(validity, Relative):
        return str(validity.octet)
    if isinstance(validity, Absolute):
        return _time(validity.at)
    return f'"{validity.encode().hex().upper()}"' if validity else ""


def _time(stamp: Timestamp) -> str:
    at = stamp.value
    return f'"{format_time(at)}"' if at is not None else '""'


def _details(settings: Settings, message: Deliver | Submit, smsc: str) -> str:
    first_octet = message.encode()[0]
    validity = f",{validity_field(message.validity)}" if isinstance(message, Submit) else ""
    centre = f'"{to_host(smsc, settings.charset)}",{Address.parse(smsc).type_octet}' if smsc else ","
    return f"{first_octet},{message.pid},{message.dcs}{validity},{centre},{_length(message)}"


def _octets(message: Deliver | Submit) -> bytes | None:
    """Return TP-UD when it is written octet by octet: 8-bit data, UCS2, and whatever has a header (27.005 3.1)."""
    if message.header is None and message.coding.counts_septets and message.text is not None:
        return None
    return userdata.encode(message.coding, message.header, message.body)[1:]


def _length(message: Deliver | Submit) -> int:
    octets = _octets(message)
    return len(message.body if octets is None else octets)


def _body(settings: Settings, message: Deliver | Submit) -> str:
    octets = _octets(message)
    return to_host(message.text or "", settings.charset) if octets is None else octets.hex().upper()
