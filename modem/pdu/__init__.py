"""SMS PDUs: octets to values and back, texts to segments and back (3GPP TS 23.040, TS 23.038, TS 27.005).

Out: `plan` a text, make `submits` of the plan, `encode` each and `format_pdu` it.
In: `parse_pdu` a line, `decode_incoming` its TPDU, join parts with `Reassembly`.
Pure: no input or output, no clock, no state but that of Reassembly.
"""

from __future__ import annotations

from modem.pdu.address import Address, TypeOfNumber
from modem.pdu.dcs import Alphabet, Dcs
from modem.pdu.language import Language
from modem.pdu.pdumode import PduLine, format_pdu, is_whole, parse_pdu
from modem.pdu.reassembly import Complete, Incomplete, Part, PartKey, Reassembly, join, part_of
from modem.pdu.relay import deliver_from, report_on
from modem.pdu.segment import Encoding, Plan, capacity, plan, plan_data, submit_of, submits
from modem.pdu.status import StatusClass, status_class, status_text
from modem.pdu.timestamp import Timestamp
from modem.pdu.tpdu import (
    Deliver,
    StatusReport,
    Submit,
    decode_deliver,
    decode_incoming,
    decode_status_report,
    decode_submit,
)
from modem.pdu.udh import Concat, Header, InformationElement, Ports
from modem.pdu.validity import Absolute, Enhanced, Relative, Validity
from modem.pdu.waiting import Waiting, WaitingKind
from modem.pdu.words import element_text, numbering_plan_text, port_text, protocol_text, type_of_number_text

__all__ = [
    "Absolute",
    "Address",
    "Alphabet",
    "Complete",
    "Concat",
    "Dcs",
    "Deliver",
    "Encoding",
    "Enhanced",
    "Header",
    "Incomplete",
    "InformationElement",
    "Language",
    "Part",
    "PartKey",
    "PduLine",
    "Plan",
    "Ports",
    "Reassembly",
    "Relative",
    "StatusClass",
    "StatusReport",
    "Submit",
    "Timestamp",
    "TypeOfNumber",
    "Validity",
    "Waiting",
    "WaitingKind",
    "capacity",
    "decode_deliver",
    "decode_incoming",
    "decode_status_report",
    "decode_submit",
    "deliver_from",
    "element_text",
    "format_pdu",
    "is_whole",
    "join",
    "numbering_plan_text",
    "parse_pdu",
    "part_of",
    "plan",
    "plan_data",
    "port_text",
    "protocol_text",
    "report_on",
    "status_class",
    "status_text",
    "submit_of",
    "submits",
    "type_of_number_text",
]
