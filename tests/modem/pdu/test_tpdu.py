"""What all TPDUs promise: round trips, and for any octets a value or an error that names its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modem.errors import DecodeError, EncodeError
from modem.pdu import (
    Address,
    Concat,
    Deliver,
    Ports,
    StatusReport,
    Submit,
    Timestamp,
    decode_deliver,
    decode_incoming,
    decode_status_report,
    decode_submit,
    parse_pdu,
)
from modem.pdu.udh import Header
from tests.modem.pdu import strategies
from tests.modem.pdu.strategies import NOON

DOORS: dict[str, Callable[[bytes], Submit | Deliver | StatusReport]] = {
    "submit": decode_submit,
    "deliver": decode_deliver,
    "status_report": decode_status_report,
    "incoming": decode_incoming,
}
ANYONE = Address.parse("+4917112345678")
SUBMIT = Submit(destination=ANYONE, body=b"Hi")
DELIVER = Deliver(originator=ANYONE, scts=Timestamp.of(NOON), body=b"Hi")
REPORT = StatusReport(mr=1, recipient=ANYONE, scts=Timestamp.of(NOON), discharged=Timestamp.of(NOON), status=0)

any_tpdu = st.one_of(strategies.submits, strategies.delivers, strategies.status_reports)


@st.composite
def damaged_tpdus(draw: st.DrawFn) -> bytes:
    """Draw the octets of a good TPDU with some of them changed, added or cut."""
    octets = bytearray(draw(any_tpdu).encode())
    for _ in range(draw(st.integers(0, 3))):
        octets[draw(st.integers(0, len(octets) - 1))] = draw(st.integers(0, 255))
    return bytes(octets[: draw(st.integers(0, len(octets)))]) + draw(st.binary(max_size=3))


@given(strategies.submits)
def test_any_submit_survives(submit: Submit) -> None:
    assert decode_submit(submit.encode()) == submit


@given(strategies.delivers)
def test_any_deliver_survives(deliver: Deliver) -> None:
    assert decode_deliver(deliver.encode()) == deliver
    assert decode_incoming(deliver.encode()) == deliver


@given(strategies.status_reports)
def test_any_status_report_survives(report: StatusReport) -> None:
    assert decode_status_report(report.encode()) == report
    assert decode_incoming(report.encode()) == report


def check_error(error: DecodeError, octet_count: int, *paths: str) -> None:
    path, _, field = error.field.partition(".")
    assert path in paths
    assert field or path == "pdu"
    assert 0 <= error.offset <= octet_count
    assert error.reason


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=180), damaged_tpdus()))
@example(b"")
@example(bytes(200))
@example(b"\xff" * 200)
def test_any_octets_give_a_value_or_an_error_with_field_and_offset(door: str, octets: bytes) -> None:
    try:
        tpdu = DOORS[door](octets)
    except DecodeError as error:
        check_error(error, len(octets), "submit", "deliver", "status_report")
        return
    assert tpdu.text is None or isinstance(tpdu.text, str)
    assert tpdu.concat is None or isinstance(tpdu.concat, Concat)
    assert tpdu.ports is None or isinstance(tpdu.ports, Ports)
    assert DOORS[door](tpdu.encode()) == tpdu


@given(st.one_of(st.text(), st.text("0123456789abcdefABCDEF \r\n"), st.binary(max_size=40).map(bytes.hex)))
def test_any_line_gives_a_tpdu_or_an_error(line: str) -> None:
    try:
        assert isinstance(parse_pdu(line).tpdu, bytes)
    except DecodeError as error:
        check_error(error, len(line), "pdu")


@pytest.mark.parametrize(
    ("tpdu", "text_octets"), [(SUBMIT, 2), (DELIVER, 2), (REPORT, 0)], ids=["submit", "deliver", "status report"]
)
def test_octets_cut_before_the_text_are_refused(tpdu: Any, text_octets: int) -> None:
    octets = tpdu.encode()
    for length in range(len(octets) - text_octets):
        with pytest.raises(DecodeError) as caught:
            DOORS[tpdu.path](octets[:length])
        check_error(caught.value, length, tpdu.path)


@pytest.mark.parametrize(
    ("tpdu", "field"),
    [
        (replace(SUBMIT, mr=256), "submit.mr"),
        (replace(SUBMIT, pid=-1), "submit.pid"),
        (replace(SUBMIT, destination=replace(ANYONE, number="x")), "submit.destination"),
        (replace(SUBMIT, body=b"\x80"), "submit.septets"),
        (replace(SUBMIT, body=bytes(161)), "submit.ud"),
        (replace(DELIVER, dcs=256), "deliver.dcs"),
        (replace(DELIVER, scts=Timestamp(raw=b"")), "deliver.scts"),
        (replace(DELIVER, originator=replace(ANYONE, npi=16)), "deliver.originator"),
        (replace(REPORT, status=256), "status_report.status"),
        (replace(REPORT, mr=-1), "status_report.mr"),
        (replace(REPORT, discharged=Timestamp(raw=b"")), "status_report.discharged"),
        (replace(REPORT, pid=256), "status_report.pid"),
        (replace(REPORT, header=Header(), body=bytes(160)), "status_report.ud"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_field_out_of_range_is_refused_by_name(tpdu: Any, field: str) -> None:
    with pytest.raises(EncodeError) as caught:
        tpdu.encode()
    assert caught.value.field == field


def test_dcs_out_of_range_is_refused_before_it_is_looked_into() -> None:
    with pytest.raises(EncodeError, match=r"submit\.dcs: 256 is outside"):
        replace(SUBMIT, dcs=256).encode()
