"""Cell broadcasts: which are taken, how the host hears of them (3GPP TS 27.005 3.3.4, 3.4.1; TS 23.041 9.4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modem.emulator.card.storage import MessageStatus, StoredMessage
from modem.emulator.equipment.charset import to_host
from modem.pdu import Alphabet, Dcs
from modem.pdu.alphabet import decode_septets
from modem.pdu.septets import unpack

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment
    from modem.emulator.equipment.settings import BroadcastFilter

PAGE_OCTETS: Final = 88
_HEADER_OCTETS: Final = 6
_PAGE_SEPTETS: Final = 93
_STORED, _ROUTED = 1, 2


def hear(equipment: Equipment, page: bytes) -> None:
    """Take a page that +CSCB lets in and +CNMI does not drop; raises ValueError when it has not 88 octets."""
    if len(page) != PAGE_OCTETS:
        message = f"a page has {PAGE_OCTETS} octets, not {len(page)}"
        raise ValueError(message)
    way = equipment.settings.indications.broadcast
    if not is_wanted(equipment.settings.broadcasts, int.from_bytes(page[2:4], "big"), page[4]):
        return
    if way == _ROUTED:
        equipment.device.send_urc(f"+CBM: {_text(equipment, page)}")
    elif way == _STORED:
        stored = StoredMessage(tpdu=page, smsc="", status=MessageStatus.UNREAD)
        index = equipment.memories.broadcasts.add(stored)
        if index is not None:
            equipment.device.send_urc(f'+CBMI: "BM",{index}')


def is_wanted(wanted: BroadcastFilter, identifier: int, dcs: int) -> bool:
    """Tell whether a filter lets a page in; no list of codings means all."""
    is_coding_wanted = not wanted.codings or any(dcs in codings for codings in wanted.codings)
    return is_coding_wanted and any(identifier in identifiers for identifiers in wanted.identifiers)


def _text(equipment: Equipment, page: bytes) -> str:
    if not equipment.settings.is_text_mode:
        return f"{PAGE_OCTETS}\r\n{page.hex().upper()}"
    serial, identifier = int.from_bytes(page[:2], "big"), int.from_bytes(page[2:4], "big")
    number, count = page[5] >> 4, page[5] & 15
    return f"{serial},{identifier},{page[4]},{number},{count}\r\n{_data(equipment, page)}"


def _data(equipment: Equipment, page: bytes) -> str:
    content = page[_HEADER_OCTETS:]
    # Groups 4 to 7 are coded as for messages; the others are texts in the default alphabet (TS 23.038 5).
    is_message_group = page[4] >> 4 in (4, 5, 6, 7, 15)
    if is_message_group and Dcs.decode(page[4]).alphabet is not Alphabet.GSM7:
        return content.hex().upper()
    return to_host(decode_septets(unpack(content, _PAGE_SEPTETS)).rstrip("\r"), equipment.settings.charset)
