from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from modem.emulator.network.handset import Handset
from modem.pdu import Address, Deliver, deliver_from, plan, submits

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)
SENDER = Address.parse("+33639980001")


def segments(text: str, ref: int = 1) -> list[Deliver]:
    parts = submits(plan(text), Address.parse("+491711234567"), concat_ref=ref)
    return [deliver_from(part, SENDER, AT) for part in parts]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_segments_become_one_message_in_any_order(order: tuple[int, ...]) -> None:
    text = "abcdefghi " * 40
    handset = Handset("+491711234567")
    parts = segments(text)
    for position, number in enumerate(order):
        handset.receive(parts[number], AT + timedelta(seconds=position))

    (shown,) = handset.messages
    assert (shown.text, shown.segment_count, shown.sender) == (text, 3, "+33639980001")
    assert shown.at == AT + timedelta(seconds=2)


def test_a_message_with_a_missing_segment_is_not_shown() -> None:
    handset = Handset("1")
    handset.receive(segments("x" * 200)[0], AT)

    assert list(handset.messages) == []


def test_messages_that_are_sent_twice_are_shown_twice() -> None:
    handset = Handset("1")
    for part in segments("x" * 200) * 2 + segments("short") * 2:
        handset.receive(part, AT)

    assert [message.text for message in handset.messages] == ["x" * 200, "x" * 200, "short", "short"]


def test_data_has_no_text() -> None:
    handset = Handset("1")
    handset.receive(Deliver(originator=SENDER, scts=segments("x")[0].scts, dcs=4, body=b"\x01\x02"), AT)

    (shown,) = handset.messages
    assert (shown.text, shown.data) == (None, b"\x01\x02")


def test_a_message_of_type_0_is_not_shown() -> None:
    handset = Handset("1")
    handset.receive(replace(segments("ping")[0], pid=0x40), AT)

    assert list(handset.messages) == []


def test_a_replacing_message_takes_the_place_of_the_earlier_one_of_its_type_and_sender() -> None:
    handset = Handset("1")
    other = Address.parse("+33639980002")
    for text, pid, sender in (
        ("old", 0x41, SENDER),
        ("of type 2", 0x42, SENDER),
        ("of another", 0x41, other),
        ("plain", 0, SENDER),
        ("new", 0x41, SENDER),
    ):
        handset.receive(replace(segments(text)[0], pid=pid, originator=sender), AT)

    assert [message.text for message in handset.messages] == ["new", "of type 2", "of another", "plain"]
