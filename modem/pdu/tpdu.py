"""All TPDUs in one place, and the one door for what a modem received."""

from __future__ import annotations

from modem.pdu import first_octet
from modem.pdu.deliver import Deliver, decode_deliver
from modem.pdu.status_report import StatusReport, decode_status_report
from modem.pdu.submit import Submit, decode_submit

__all__ = [
    "Deliver",
    "StatusReport",
    "Submit",
    "decode_deliver",
    "decode_incoming",
    "decode_status_report",
    "decode_submit",
]


def decode_incoming(octets: bytes) -> Deliver | StatusReport:
    """Return what a modem received, told apart by its type. Raises DecodeError naming field and octet."""
    if octets and octets[0] & first_octet.TYPE == first_octet.STATUS_REPORT:
        return decode_status_report(octets)
    return decode_deliver(octets)
