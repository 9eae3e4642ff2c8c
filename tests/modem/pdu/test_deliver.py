"""SMS-DELIVER."""

from __future__ import annotations

from dataclasses import replace

import pytest

from modem.errors import DecodeError
from modem.pdu import (
    Address,
    Deliver,
    Header,
    InformationElement,
    Language,
    Timestamp,
    Waiting,
    WaitingKind,
    decode_deliver,
)
from modem.pdu.alphabet import encode_septets, encode_ucs2
from tests.modem.pdu.strategies import NOON

HELLO = Deliver(originator=Address.parse("+46708251358"), scts=Timestamp.of(NOON), body=b"hello")


def element(identifier: int, data: str) -> InformationElement:
    return InformationElement(id=identifier, data=bytes.fromhex(data))


@pytest.mark.parametrize(
    ("fields", "first_octet"),
    [
        ({}, 0x04),
        ({"more_messages": True}, 0x00),
        ({"loop_prevention": True}, 0x0C),
        ({"report_indication": True}, 0x24),
        ({"reply_path": True}, 0x84),
        ({"header": Header(elements=(element(0, "2A0201"),))}, 0x44),
    ],
    ids=lambda value: f"{value:02X}" if isinstance(value, int) else "",
)
def test_flags_make_the_first_octet(fields: dict[str, object], first_octet: int) -> None:
    assert replace(HELLO, **fields).encode()[0] == first_octet  # type: ignore[arg-type]  # a table of fields


def test_the_reserved_type_is_read_as_a_deliver() -> None:
    octets = HELLO.encode()
    assert decode_deliver(bytes((octets[0] | 3,)) + octets[1:]) == HELLO


@pytest.mark.parametrize("first_octet", [0x01, 0x02])
def test_other_types_are_refused(first_octet: int) -> None:
    with pytest.raises(DecodeError, match=r"deliver\.first_octet at octet 0"):
        decode_deliver(bytes((first_octet,)) + HELLO.encode()[1:])


def test_a_broken_time_stamp_does_not_cost_the_message() -> None:
    broken = replace(HELLO, scts=Timestamp(raw=bytes(7)))
    assert decode_deliver(broken.encode()) == broken
    assert broken.scts.value is None


def test_national_tables_of_the_header_are_used() -> None:
    tables = {"single_shift": Language.TURKISH, "locking_shift": Language.TURKISH}
    header = Header(elements=(element(0x24, "01"), element(0x25, "01")))
    deliver = replace(HELLO, header=header, body=encode_septets("ığdır ÇŞ €", **tables))
    assert decode_deliver(deliver.encode()).text == "ığdır ÇŞ €"


@pytest.mark.parametrize(("dcs", "body"), [(0x04, b"\x00\xff"), (0x20, b"\x12\x34")], ids=["8-bit", "compressed"])
def test_data_is_not_a_text(dcs: int, body: bytes) -> None:
    deliver = decode_deliver(replace(HELLO, dcs=dcs, body=body).encode())
    assert deliver.text is None
    assert deliver.data == body


@pytest.mark.parametrize(
    ("elements", "text"),
    [((), "Hi"), ((element(0, "2A0201"),), "Hi"), ((element(0, "2A0202"),), "\ufeffHi")],
    ids=["single", "first segment", "second segment"],
)
def test_only_a_message_begins_with_a_byte_order_mark(elements: tuple[InformationElement, ...], text: str) -> None:
    body = b"\xfe\xff" + encode_ucs2("Hi")
    assert replace(HELLO, dcs=8, header=Header(elements=elements), body=body).text == text


@pytest.mark.parametrize(
    ("pid", "is_silent", "replace_type"),
    [(0x00, False, None), (0x40, True, None), (0x41, False, 1), (0x47, False, 7), (0x48, False, None)],
)
def test_protocol_identifier_says_silent_or_replace(pid: int, is_silent: bool, replace_type: int | None) -> None:
    deliver = replace(HELLO, pid=pid)
    assert (deliver.is_silent, deliver.replace_type) == (is_silent, replace_type)


VOICEMAIL = Waiting(kind=WaitingKind.VOICEMAIL, is_active=True, is_stored=False)


@pytest.mark.parametrize(
    ("fields", "waiting"),
    [
        ({}, ()),
        ({"dcs": 0xC8}, (VOICEMAIL,)),
        ({"originator": Address.parse("_@")}, (VOICEMAIL,)),
        ({"originator": Address.parse("Δ@")}, (replace(VOICEMAIL, is_active=False),)),
        (
            {"dcs": 0xC8, "header": Header(elements=(element(1, "8003"),))},
            (replace(VOICEMAIL, is_stored=True, count=3),),
        ),
    ],
    ids=["none", "dcs", "CPHS set", "CPHS clear", "header before dcs"],
)
def test_waiting_messages_are_announced(fields: dict[str, object], waiting: tuple[Waiting, ...]) -> None:
    assert replace(HELLO, **fields).waiting == waiting  # type: ignore[arg-type]  # a table of fields
