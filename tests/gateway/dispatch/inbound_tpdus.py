"""DELIVER TPDUs of every kind, put together by hand from 3GPP TS 23.040 9.2.2.1 and 9.2.3.9, TS 23.038 4."""

from __future__ import annotations

from gateway.core.inbound import InboundKind

HELLO = "C8329BFD06"
"""Five septets: Hello."""
HELLO_UCS2 = "00480065006C006C006F"


def deliver(*, pid: int = 0, dcs: int = 0, ud: str = HELLO, has_header: bool = False, udl: int | None = None) -> bytes:
    """A DELIVER of +491711234567 taken on 2024-03-26 10:00:00 +00:00; `udl` counts octets unless it is given."""
    first = 0x44 if has_header else 0x04
    length = len(ud) // 2 if udl is None else udl
    return bytes.fromhex(f"{first:02X}0C91947111325476{pid:02X}{dcs:02X}42306201000000{length:02X}{ud}")


def _text(*, pid: int = 0, dcs: int = 0) -> bytes:
    return deliver(pid=pid, dcs=dcs, ud=HELLO, udl=5)


TPDUS: dict[str, tuple[bytes, InboundKind, bool]] = {
    "text": (_text(), InboundKind.TEXT, True),
    "flash": (_text(dcs=0x10), InboundKind.TEXT, True),
    "flash, group F": (_text(dcs=0xF0), InboundKind.TEXT, True),
    "flash, UCS2": (deliver(dcs=0x18, ud=HELLO_UCS2), InboundKind.TEXT, True),
    "class 2": (_text(dcs=0x12), InboundKind.TEXT, True),
    "to be deleted when read": (_text(dcs=0x40), InboundKind.TEXT, True),
    "reserved alphabet": (_text(dcs=0x0C), InboundKind.TEXT, True),
    "reserved group": (_text(dcs=0x90), InboundKind.TEXT, True),
    "replace type 1": (_text(pid=0x41), InboundKind.TEXT, True),
    "telematic": (_text(pid=0x32), InboundKind.TEXT, True),
    "return call": (_text(pid=0x5F), InboundKind.TEXT, True),
    "compressed": (deliver(dcs=0x20, ud="0102030405"), InboundKind.DATA, True),
    "8-bit": (deliver(dcs=0x04, ud="00FF10"), InboundKind.DATA, True),
    "8-bit, group F": (deliver(dcs=0xF7, ud="00FF10"), InboundKind.DATA, True),
    "data for a port": (deliver(dcs=0x04, ud="06050423F423F401020304", has_header=True), InboundKind.DATA, True),
    "data for a short port": (deliver(dcs=0x04, ud="040402E2F001", has_header=True), InboundKind.DATA, True),
    "text for a port": (deliver(dcs=0x08, ud="0605043E813E810048", has_header=True), InboundKind.TEXT, True),
    "WAP push": (deliver(dcs=0x04, ud="0605040B8423F0010604AE000000", has_header=True), InboundKind.WAP_PUSH, True),
    "MMS notification": (deliver(dcs=0x04, ud="0605040B8423F0010603BE8C82", has_header=True), InboundKind.MMS, True),
    "voice mail, text to be discarded": (_text(dcs=0xC8), InboundKind.WAITING, False),
    "voice mail, text to be stored": (_text(dcs=0xD8), InboundKind.TEXT, True),
    "voice mail, UCS2 text to be stored": (deliver(dcs=0xE8, ud=HELLO_UCS2), InboundKind.TEXT, True),
    "voice mail over": (deliver(dcs=0xD0, ud=""), InboundKind.WAITING, False),
    "voice mail by header, to be discarded": (
        deliver(dcs=0x08, ud="040102000300480069", has_header=True),
        InboundKind.WAITING,
        False,
    ),
    "voice mail by header, to be stored": (
        deliver(dcs=0x08, ud="040102800300480069", has_header=True),
        InboundKind.TEXT,
        True,
    ),
    "type 0": (_text(pid=0x40), InboundKind.SILENT, False),
    "device triggering": (deliver(pid=0x48, dcs=0x04, ud="01"), InboundKind.CARD, False),
    "ME data download": (deliver(pid=0x7D, dcs=0xF5, ud="01"), InboundKind.CARD, False),
    "ME de-personalisation": (deliver(pid=0x7E, dcs=0x11, ud="01"), InboundKind.CARD, False),
    "SIM data download": (deliver(pid=0x7F, dcs=0xF6, ud="027000" + "0102", has_header=True), InboundKind.CARD, False),
    "toolkit security header": (deliver(dcs=0xF6, ud="027000" + "0102", has_header=True), InboundKind.CARD, False),
}
