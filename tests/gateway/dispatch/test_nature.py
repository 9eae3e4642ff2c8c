"""What a received message is. TPDUs of real networks are those of tests/modem/pdu/vectors (Gammu's field captures,
oFono's and Android's tests); the others are put together from 3GPP TS 23.040 9.2.2.1 and TS 23.038 4.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gateway.core.inbound import InboundKind, Waiting, caption
from gateway.dispatch.nature import nature_of
from modem.pdu import decode_deliver, parse_pdu
from tests.gateway.dispatch.inbound_tpdus import TPDUS, deliver

VECTORS = {
    vector["id"]: vector["pdu"]
    for vector in json.loads((Path(__file__).parents[2] / "modem/pdu/vectors/pdu.json").read_text("utf-8"))
}


def kind_of(tpdu: bytes) -> InboundKind:
    message = decode_deliver(tpdu)
    return nature_of(message, text=message.text, data=message.data).kind


@pytest.mark.parametrize(
    ("vector", "kind"),
    [
        ("gas-03", InboundKind.TEXT),
        ("gas-33", InboundKind.MMS),  # content type as one octet
        ("gas-40", InboundKind.MMS),  # content type by name
        ("gas-26", InboundKind.DATA),  # a picture for port 5505
        ("of-005", InboundKind.WAITING),  # DCS C8, no text
        ("an-011", InboundKind.WAITING),  # CPHS name, voice mail cleared
        ("an-014", InboundKind.WAITING),  # user data header, to be discarded
        ("np-006", InboundKind.TEXT),  # flash
        ("an-015", InboundKind.TEXT),  # e-mail
    ],
)
def test_messages_of_real_networks(vector: str, kind: InboundKind) -> None:
    assert kind_of(parse_pdu(VECTORS[vector]).tpdu) is kind


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, (_, kind, _) in TPDUS.items()], ids=TPDUS.keys())
def test_kinds(name: str, kind: InboundKind) -> None:
    assert kind_of(TPDUS[name][0]) is kind


@pytest.mark.parametrize(("name", "shown"), [(name, shown) for name, (_, _, shown) in TPDUS.items()], ids=TPDUS.keys())
def test_what_is_shown(name: str, shown: bool) -> None:
    message = decode_deliver(TPDUS[name][0])
    assert nature_of(message, text=message.text, data=message.data).is_shown is shown


def test_class_ports_and_octets_are_kept_as_received() -> None:
    message = decode_deliver(deliver(pid=0x21, dcs=0xF5, ud="0605040B8423F0" + "0A0B", has_header=True))
    nature = nature_of(message, text=message.text, data=message.data)
    assert (nature.pid, nature.dcs, nature.message_class) == (0x21, 0xF5, 1)
    assert (nature.application_port, nature.reply_port) == (0x0B84, 0x23F0)


def test_waiting_counts_are_kept() -> None:
    # 9.2.3.24.2: two elements, 3 voice mails (to be stored), no fax any more.
    message = decode_deliver(deliver(dcs=0x08, ud="08" + "01028003" + "01020100", has_header=True))
    assert nature_of(message, text=message.text, data=message.data).waiting == (
        Waiting(what="voicemail", is_active=True, count=3),
        Waiting(what="fax", is_active=False, count=0),
    )


def test_a_caption_says_what_cannot_be_shown() -> None:
    message = decode_deliver(TPDUS["data for a port"][0])
    nature = nature_of(message, text=message.text, data=message.data)
    assert caption(nature, 4) == "[data to port 9204, 4 octets]"


# WAP-230-WSP 8.4.2.24: a content type with a length before it, short or behind the quote 31.
@pytest.mark.parametrize("content_type", ["BE", "02BE83", "1F02BE83", b"application/vnd.wap.mms-message\0".hex()])
def test_mms_notification_by_every_form_of_its_content_type(content_type: str) -> None:
    ud = "0605040B8423F0" + "0106" + f"{len(content_type) // 2:02X}" + content_type + "8C82"
    assert kind_of(deliver(dcs=0x04, ud=ud, has_header=True)) is InboundKind.MMS


@pytest.mark.parametrize("push", ["", "01", "0106", "010603", "01060380", "0106031F", "010603FFFFFF", "010703BE"])
def test_other_or_broken_push_is_no_mms_notification(push: str) -> None:
    assert kind_of(deliver(dcs=0x04, ud="0605040B8423F0" + push, has_header=True)) is InboundKind.WAP_PUSH
