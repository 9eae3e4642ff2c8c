"""Segments find their message among others."""

from __future__ import annotations

from modem.cli.pdu_parts import joined
from modem.pdu import Address, Submit, plan, submits

LONG = "a" * 160 + "b" * 10


def parts(text: str, to: str = "+491711234567", ref: int = 7) -> list[Submit]:
    return submits(plan(text), Address.parse(to), concat_ref=ref)


def test_messages_of_one_segment_are_not_joined() -> None:
    assert joined(parts("hello")) == []


def test_segments_of_two_messages_are_told_apart_by_address_and_reference() -> None:
    one, other, third = parts(LONG), parts(LONG.upper(), to="+491717654321"), parts(LONG[::-1], ref=8)
    messages = joined([one[0], other[1], third[0], one[1], third[1], other[0]])

    assert [message.text for message in messages] == [LONG, LONG.upper(), LONG[::-1]]


def test_a_segment_that_comes_twice_is_one() -> None:
    first, second = parts(LONG)
    (message,) = joined([first, first, second])

    assert message.text == LONG


def test_a_reference_that_comes_round_again_begins_a_new_message() -> None:
    messages = joined([*parts(LONG), *parts(LONG.upper())])

    assert [message.text for message in messages] == [LONG, LONG.upper()]


def test_data_are_joined_as_octets() -> None:
    text = parts("\N{PILE OF POO}" * 40)
    (message,) = joined(text)

    assert message.text == "\N{PILE OF POO}" * 40
    assert message.data == ("\N{PILE OF POO}" * 40).encode("utf-16-be")
