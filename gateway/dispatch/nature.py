"""What a received DELIVER is: a text, data for a program, or something that no person is meant to read.

3GPP TS 23.040 9.2.3.9 (TP-PID), 9.2.3.24 (user data header), TS 23.038 4 (TP-DCS); OMA WAP-259-WDP, WAP-230-WSP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.core.inbound import InboundKind, Nature, Waiting

if TYPE_CHECKING:
    import modem.pdu as sms

_PID_DEVICE_TRIGGERING: Final = 0x48
_PID_ME_DATA: Final = 0x7D
_PID_ME_DEPERSONALISATION: Final = 0x7E
_PID_SIM_DATA: Final = 0x7F
_FOR_THE_CARD: Final = frozenset({_PID_DEVICE_TRIGGERING, _PID_ME_DATA, _PID_ME_DEPERSONALISATION, _PID_SIM_DATA})
_TOOLKIT_ELEMENTS: Final = range(0x70, 0x80)  # security headers, 9.2.3.24
_WAP_PUSH_PORTS: Final = frozenset({2948, 2949})  # IANA: wap-push, wap-push-secure

# WAP-230-WSP: 8.2.4.1 table 34 (PDU type), 8.4.2 (header values), table 40 (well-known content types).
_WSP_PUSH: Final = 0x06
_SHORT_INTEGER: Final = 0x80
_LONGEST_SHORT_LENGTH: Final = 30
_LENGTH_QUOTE: Final = 31
_MMS_TYPE: Final = 0x3E
_MMS_TYPE_NAME: Final = b"application/vnd.wap.mms-message\0"


def nature_of(deliver: sms.Deliver, *, text: str | None, data: bytes) -> Nature:
    """Give what a message is. Of a longer one `deliver` is the first segment; `text` (None for data) is the whole."""
    ports = deliver.ports
    kind = _kind(deliver, text=text, data=data)
    return Nature(
        kind=kind,
        message_class=deliver.coding.message_class,
        pid=deliver.pid,
        dcs=deliver.dcs,
        application_port=None if ports is None else ports.destination,
        reply_port=None if ports is None else ports.source,
        waiting=tuple(
            Waiting(what=one.kind.name.lower(), is_active=one.is_active, count=one.count) for one in deliver.waiting
        ),
        is_shown=kind not in {InboundKind.SILENT, InboundKind.CARD, InboundKind.WAITING},
    )


def _kind(deliver: sms.Deliver, *, text: str | None, data: bytes) -> InboundKind:
    if deliver.is_silent:
        return InboundKind.SILENT
    if _is_for_the_card(deliver):
        return InboundKind.CARD
    if deliver.waiting and not (text and any(one.is_stored for one in deliver.waiting)):
        # "Discard": the indication counts, not the text. One to be stored that has a text is read like any other.
        return InboundKind.WAITING
    if text is not None:
        return InboundKind.TEXT
    if deliver.ports is None or deliver.ports.destination not in _WAP_PUSH_PORTS:
        return InboundKind.DATA
    return InboundKind.MMS if _is_mms_notification(data) else InboundKind.WAP_PUSH


def _is_for_the_card(deliver: sms.Deliver) -> bool:
    elements = () if deliver.header is None else deliver.header.elements
    return deliver.pid in _FOR_THE_CARD or any(element.id in _TOOLKIT_ELEMENTS for element in elements)


def _is_mms_notification(data: bytes) -> bool:
    """Tell a push of an MMS notification by its content type; transaction id, type and length stand before it."""
    if len(data) < 3 or data[1] != _WSP_PUSH:
        return False
    content_type = data[_skip_uintvar(data, 2) :]
    if content_type[:1] and content_type[0] <= _LONGEST_SHORT_LENGTH:
        content_type = content_type[1:]
    elif content_type[:1] and content_type[0] == _LENGTH_QUOTE:
        content_type = content_type[_skip_uintvar(content_type, 1) :]
    return content_type.startswith((bytes((_SHORT_INTEGER | _MMS_TYPE,)), _MMS_TYPE_NAME))


def _skip_uintvar(data: bytes, at: int) -> int:
    """Give where the octets behind a number of seven bits per octet begin; WAP-230-WSP 8.1.2."""
    while at < len(data) and data[at] & 0x80:
        at += 1
    return at + 1
