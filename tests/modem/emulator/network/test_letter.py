"""Messages of every kind; the octets are those of 3GPP TS 23.040 9.2.3.9, 9.2.3.24 and TS 23.038 4."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from modem.emulator.network import Letter, flash, indication, replacement, silent, wap_push
from modem.errors import EncodeError
from modem.pdu import Address, Deliver, InformationElement, Language, WaitingKind, decode_deliver

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
SENDER = Address.parse("+491711234567")
SIM = Address.parse("+33639980001")


def delivers(letter: Letter) -> list[Deliver]:
    segments = letter.delivers(SENDER, SIM, AT, 7)
    # What is sent is what a phone reads.
    assert [decode_deliver(segment.encode()) for segment in segments] == segments
    return segments


@pytest.mark.parametrize(
    ("letter", "pid", "dcs"),
    [
        (Letter(text="hello"), 0x00, 0x00),
        (Letter(text="привет"), 0x00, 0x08),
        (flash("hello"), 0x00, 0x10),
        (flash("привет"), 0x00, 0x18),
        (Letter(text="for the SIM", message_class=2), 0x00, 0x12),
        (silent(), 0x40, 0x00),
        (replacement("hello", 1), 0x41, 0x00),
        (replacement("hello", 7), 0x47, 0x00),
        (indication(WaitingKind.VOICEMAIL, is_active=True), 0x00, 0xC8),
        (indication(WaitingKind.VOICEMAIL, is_active=False), 0x00, 0xC0),
        (indication(WaitingKind.VOICEMAIL, is_active=True, text="call", is_stored=True), 0x00, 0xD8),
        (indication(WaitingKind.FAX, is_active=True, text="звони", is_stored=True), 0x00, 0xE9),
        (Letter(data=b"\x01\x02"), 0x00, 0x04),
        (Letter(text="call back", pid=0x5F), 0x5F, 0x00),
        (Letter(data=b"\x01", pid=0x7F, dcs=0xF6), 0x7F, 0xF6),
        (Letter(text="reserved coding", dcs=0x80), 0x00, 0x80),
    ],
)
def test_a_letter_carries_the_octets_of_its_kind(letter: Letter, pid: int, dcs: int) -> None:
    (deliver,) = delivers(letter)

    assert (deliver.pid, deliver.dcs) == (pid, dcs)


def test_a_wap_push_goes_to_its_port() -> None:
    (deliver,) = delivers(wap_push("example.org/x", "Look"))

    assert deliver.header is not None
    assert deliver.header.encode().hex() == "0605040b8423f0"  # 16-bit ports 2948 and 9200
    assert (deliver.dcs, deliver.text) == (0x15, None)
    # Push with content type 0x2E, then WBXML 1.2 of the service indication DTD in UTF-8 (WAP-167 8.2).
    assert deliver.body.hex() == (
        "010601ae" + "02056a00" + "45c60c03" + b"example.org/x".hex() + "000103" + b"Look".hex() + "000101"
    )


def test_a_national_table_is_used_where_it_helps() -> None:
    (deliver,) = delivers(Letter(text="ğüşıöçİ", languages=(Language.TURKISH,)))

    assert deliver.header is not None
    assert (deliver.dcs, deliver.header.single_shift, deliver.text) == (0, Language.TURKISH, "ğüşıöçİ")


def test_a_special_message_indication_stands_in_the_header() -> None:
    (deliver,) = delivers(Letter(text="x", elements=(InformationElement(id=1, data=b"\x80\x03"),)))

    (waiting,) = deliver.waiting
    assert (waiting.kind, waiting.count, waiting.is_stored) == (WaitingKind.VOICEMAIL, 3, True)


@pytest.mark.parametrize(
    ("order", "seqs"), [(None, [1, 2, 3]), ((3, 1, 2), [3, 1, 2]), ((1, 3), [1, 3]), ((1, 2, 2, 3), [1, 2, 2, 3])]
)
def test_segments_come_in_another_order_twice_or_not_at_all(order: tuple[int, ...] | None, seqs: list[int]) -> None:
    segments = delivers(Letter(text="x" * 400, order=order))

    assert [segment.concat.seq for segment in segments if segment.concat] == seqs
    assert {segment.concat.ref for segment in segments if segment.concat} == {7}


def test_a_reference_of_sixteen_bits() -> None:
    segments = delivers(Letter(text="x" * 200, concat_bits=16, concat_ref=0x1234))

    assert [segment.header.encode().hex() for segment in segments if segment.header] == [
        "06080412340201",
        "06080412340202",
    ]


@pytest.mark.parametrize("order", [(), (0,), (4,)])
def test_a_segment_that_is_not_there_is_refused(order: tuple[int, ...]) -> None:
    with pytest.raises(EncodeError, match="order"):
        delivers(Letter(text="x" * 400, order=order))


def test_what_does_not_fit_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(EncodeError):
        delivers(Letter(text="x" * 160, elements=(InformationElement(id=1, data=b"\x80\x03"),)))
    with pytest.raises(EncodeError, match="number"):
        replacement("x", 8)
