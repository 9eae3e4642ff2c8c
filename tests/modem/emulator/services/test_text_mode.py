"""Text mode lines; the forms are those of 3GPP TS 27.005 3.1 and 3.4 and of the SIM7600 and LE910C manuals."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from modem.emulator.card.storage import MessageStatus
from modem.emulator.equipment.settings import Charset, Settings
from modem.emulator.services.text_mode import list_fields, read_fields, report_fields, routed_message
from modem.pdu import (
    Absolute,
    Address,
    Concat,
    Deliver,
    Enhanced,
    Header,
    Relative,
    StatusReport,
    Submit,
    Timestamp,
    Validity,
)
from modem.pdu.alphabet import encode_septets

PERSON = Address.parse("+491711234567")
SMSC = "+33639980000"
AT = Timestamp.of(datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))))
DELIVER = Deliver(originator=PERSON, scts=AT, body=encode_septets("hello"))
SUBMIT = Submit(destination=PERSON, body=encode_septets("hello"), validity=Relative(octet=167))
REPORT = StatusReport(mr=7, recipient=PERSON, scts=AT, discharged=AT, status=0)
SHORT, FULL = Settings(), Settings(is_header_shown=True)
STAMP = '"24/05/01,12:00:00+08"'


def test_a_routed_message() -> None:
    assert routed_message(SHORT, DELIVER, SMSC) == f'"+491711234567",,{STAMP}\r\nhello'


def test_a_routed_message_with_all_header_fields() -> None:
    expected = f'"+491711234567",,{STAMP},145,4,0,0,"+33639980000",145,5\r\nhello'
    assert routed_message(FULL, DELIVER, SMSC) == expected


@pytest.mark.parametrize(
    ("settings", "message", "status", "expected"),
    [
        (SHORT, DELIVER, MessageStatus.UNREAD, f'"REC UNREAD","+491711234567",,{STAMP}\r\nhello'),
        (FULL, DELIVER, MessageStatus.READ,
         f'"REC READ","+491711234567",,{STAMP},145,4,0,0,"+33639980000",145,5\r\nhello'),
        (SHORT, SUBMIT, MessageStatus.UNSENT, '"STO UNSENT","+491711234567",\r\nhello'),
        (FULL, SUBMIT, MessageStatus.SENT,
         '"STO SENT","+491711234567",,145,17,0,0,167,"+33639980000",145,5\r\nhello'),
        (SHORT, REPORT, MessageStatus.READ, f'"REC READ",6,7,"+491711234567",145,{STAMP},{STAMP},0'),
    ],
    ids=["received", "received with header", "written", "written with header", "report"],
)  # fmt: skip
def test_reading(
    settings: Settings, message: Deliver | Submit | StatusReport, status: MessageStatus, expected: str
) -> None:
    assert read_fields(settings, status, message, SMSC) == expected


@pytest.mark.parametrize(
    ("settings", "message", "expected"),
    [
        (SHORT, DELIVER, f'"REC READ","+491711234567",,{STAMP}\r\nhello'),
        (FULL, DELIVER, f'"REC READ","+491711234567",,{STAMP},145,5\r\nhello'),
        (SHORT, SUBMIT, '"REC READ","+491711234567",,\r\nhello'),
        (SHORT, REPORT, f'"REC READ",6,7,"+491711234567",145,{STAMP},{STAMP},0'),
    ],
)
def test_listing(settings: Settings, message: Deliver | Submit | StatusReport, expected: str) -> None:
    assert list_fields(settings, MessageStatus.READ, message) == expected


def test_strings_are_in_the_character_set_of_the_host() -> None:
    settings = Settings(charset=Charset.UCS2)
    header, body = routed_message(settings, DELIVER, SMSC).split("\r\n")

    assert header.startswith('"002B003400390031')
    assert body == "00680065006C006C006F"


@pytest.mark.parametrize(
    ("dcs", "body", "expected"),
    [(0, encode_septets("hello"), "050003070201D06536FB0D"), (4, b"AB", "0500030702014142")],
    ids=["gsm7", "8-bit"],
)
def test_what_has_a_header_is_written_as_octets_with_the_header(dcs: int, body: bytes, expected: str) -> None:
    # 3GPP TS 27.005 3.1, <data>: "or <fo> indicates that 3GPP TS 23.040 TP-UDHI is set".
    header = Header.build(concat=Concat(ref=7, total=2, seq=1, bits=8))
    message = Deliver(originator=PERSON, scts=AT, dcs=dcs, header=header, body=body)
    length = len(expected) // 2

    assert routed_message(Settings(charset=Charset.UCS2), message, SMSC).endswith(f"\r\n{expected}")
    assert list_fields(FULL, MessageStatus.READ, message).endswith(f",{length}\r\n{expected}")
    assert read_fields(FULL, MessageStatus.READ, message, SMSC).endswith(f",{length}\r\n{expected}")


@pytest.mark.parametrize(
    ("validity", "expected"),
    [(None, ""), (Absolute(at=AT), STAMP), (Enhanced(raw=bytes.fromhex("02FF0000000000")), '"02FF0000000000"')],
)
def test_a_validity_is_a_number_a_time_or_octets(validity: Validity | None, expected: str) -> None:
    fields = read_fields(FULL, MessageStatus.SENT, replace(SUBMIT, validity=validity), SMSC)

    assert fields.split("\r\n")[0].endswith(f',0,0,{expected},"+33639980000",145,5')


def test_octets_are_written_as_hexadecimal_whatever_the_character_set() -> None:
    message = Deliver(originator=PERSON, scts=AT, dcs=4, body=b"\x01\xff")

    assert routed_message(SHORT, message, SMSC).endswith("\r\n01FF")


def test_a_broken_time_is_left_empty() -> None:
    message = Deliver(originator=PERSON, scts=Timestamp(raw=b"\xff" * 7), body=b"")

    assert routed_message(SHORT, message, SMSC) == '"+491711234567",,""\r\n'


def test_a_report_from_a_zone_west_of_greenwich() -> None:
    west = Timestamp.of(datetime(2024, 5, 1, 12, tzinfo=timezone(timedelta(hours=-5))))
    report = StatusReport(mr=1, recipient=PERSON, scts=west, discharged=west, status=70)

    assert report_fields(Settings(), report).endswith(',"24/05/01,12:00:00-20","24/05/01,12:00:00-20",70')
