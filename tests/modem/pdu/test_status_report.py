"""SMS-STATUS-REPORT."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from modem.errors import DecodeError
from modem.pdu import Address, StatusClass, StatusReport, Timestamp, decode_status_report, status_class
from tests.modem.pdu.strategies import NOON

REPORT = StatusReport(
    mr=11,
    recipient=Address.parse("+46708251358"),
    scts=Timestamp.of(NOON),
    discharged=Timestamp.of(NOON + timedelta(seconds=5)),
    status=0,
)
PLAIN = "060B0B916407281553F8621010210000006210102100500000"


@pytest.mark.parametrize(
    ("fields", "octets"),
    [
        ({}, PLAIN),
        ({"more_messages": True}, "02" + PLAIN[2:]),
        ({"loop_prevention": True}, "0E" + PLAIN[2:]),
        ({"is_for_command": True}, "26" + PLAIN[2:]),
        ({"pid": 0}, PLAIN + "0100"),
        ({"dcs": 8}, PLAIN + "0208"),
        ({"pid": 0, "dcs": 0, "body": b"hello"}, PLAIN + "07000005E8329BFD06"),
        ({"body": b"hello"}, PLAIN + "0405E8329BFD06"),
    ],
    ids=["plain", "more", "loop", "command", "pid", "dcs", "all", "text"],
)
def test_a_report_is_written_and_read(fields: dict[str, object], octets: str) -> None:
    report = replace(REPORT, **fields)  # type: ignore[arg-type]  # a table of fields
    assert report.encode().hex().upper() == octets
    assert decode_status_report(bytes.fromhex(octets)) == report


@pytest.mark.parametrize("status", [0x00, 0x01, 0x20, 0x22, 0x30, 0x3F, 0x40, 0x46, 0x5F, 0x60, 0x65, 0x7F, 0x80, 0xFF])
def test_status_of_every_group_arrives(status: int) -> None:
    report = decode_status_report(replace(REPORT, status=status).encode())
    assert report.status == status
    assert status_class(report.status) is (
        StatusClass.RESERVED if status >= 0x80 else list(StatusClass)[status // 0x20]
    )


@pytest.mark.parametrize(
    ("tail", "pid", "dcs", "body"),
    [
        ("00", None, None, b""),
        ("01", None, None, b""),
        ("070008", 0, 8, b""),
        ("07000405AA", 0, 4, b""),
        ("07000005E8", 0, 0, b"h"),
        ("7F0000", 0, 0, b""),
        ("FF", None, None, b""),
    ],
)
def test_a_broken_tail_never_costs_the_status(tail: str, pid: int | None, dcs: int | None, body: bytes) -> None:
    report = decode_status_report(bytes.fromhex(PLAIN + tail))
    assert (report.mr, report.status) == (11, 0)
    assert (report.pid, report.dcs, report.body) == (pid, dcs, body)


@pytest.mark.parametrize("indicator", ["8700", "878000", "87FF7F"], ids=["one more", "two more", "reserved bits"])
def test_further_octets_of_the_parameter_indicator_are_skipped(indicator: str) -> None:
    # 3GPP TS 23.040 9.2.3.27: bit 7 says that another octet of TP-PI follows, reserved bits are ignored.
    report = decode_status_report(bytes.fromhex(PLAIN + indicator + "000005E8329BFD06"))
    assert (report.pid, report.dcs, report.text) == (0, 0, "hello")


def test_a_report_without_a_status_is_refused() -> None:
    with pytest.raises(DecodeError, match=r"status_report\.status at octet 24: the octets end here"):
        decode_status_report(bytes.fromhex(PLAIN)[:-1])
