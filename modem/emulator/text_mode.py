"""Messages as text mode writes them (3GPP TS 27.005 3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.charset import to_host
from modem.emulator.storage import MessageStatus
from modem.pdu import Address, Deliver, Relative, StatusReport, Submit

if TYPE_CHECKING:
    from modem.emulator.settings import Settings
    from modem.pdu import Timestamp

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
        header += f",{party.type_octet},{len(message.body)}"
    return f"{header}\r\n{_body(settings, message)}"


def _number(settings: Settings, address: Address) -> str:
    return f'"{to_host(address.text, settings.charset)}"'


def _time(stamp: Timestamp) -> str:
    at = stamp.value
    offset = at.utcoffset() if at else None
    if at is None or offset is None:
        return '""'
    quarters = int(offset.total_seconds()) // 900
    return f'"{at:%y/%m/%d,%H:%M:%S}{quarters:+03d}"'


def _details(settings: Settings, message: Deliver | Submit, smsc: str) -> str:
    first_octet = message.encode()[0]
    validity = ""
    if isinstance(message, Submit):
        period = message.validity.octet if isinstance(message.validity, Relative) else ""
        validity = f",{period}"
    centre = f'"{to_host(smsc, settings.charset)}",{Address.parse(smsc).type_octet}' if smsc else ","
    return f"{first_octet},{message.pid},{message.dcs}{validity},{centre},{len(message.body)}"


def _body(settings: Settings, message: Deliver | Submit) -> str:
    # Only the default alphabet is converted; 8-bit data and UCS2 are written as octets (27.005 3.1, <data>).
    text = message.text if message.coding.counts_septets else None
    return message.body.hex().upper() if text is None else to_host(text, settings.charset)
