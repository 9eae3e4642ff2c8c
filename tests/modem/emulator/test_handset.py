from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from modem.emulator.handset import Handset
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
