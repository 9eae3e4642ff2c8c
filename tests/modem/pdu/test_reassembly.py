"""Reassembly."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.pdu import (
    Address,
    Deliver,
    Header,
    InformationElement,
    Part,
    Plan,
    Reassembly,
    Timestamp,
    decode_deliver,
    deliver_from,
    join,
    parse_pdu,
    part_of,
    plan,
    plan_data,
    submits,
)
from modem.pdu.alphabet import encode_ucs2
from tests.modem.pdu.strategies import NOON, texts

ALICE, BOB = Address.parse("+46708251358"), Address.parse("Bob")
TEXT = "a" * 300 + "€" + "b" * 100


def delivers(planned: Plan, *, originator: Address = ALICE, ref: int = 7) -> list[Deliver]:
    return [
        deliver_from(submit, originator, NOON + timedelta(seconds=seq))
        for seq, submit in enumerate(submits(planned, ALICE, concat_ref=ref))
    ]


def parts(text: str = TEXT, *, sim: str = "sim-1", originator: Address = ALICE, ref: int = 7) -> list[Part]:
    found = [part_of(message, sim=sim) for message in delivers(plan(text), originator=originator, ref=ref)]
    return [part for part in found if part is not None]


@given(texts, st.randoms(use_true_random=False))
def test_parts_in_any_order_make_the_text(text: str, random: Random) -> None:
    text = "long enough for two segments " * 6 + text
    shuffled = parts(text)
    random.shuffle(shuffled)
    reassembly = Reassembly()
    *before, complete = [reassembly.add(part, now=0.0) for part in shuffled]
    assert not any(before)
    assert complete is not None
    assert complete.text == text


def test_a_repeated_part_replaces_the_first_and_completes_nothing() -> None:
    first, second, third = parts()
    reassembly = Reassembly()
    assert reassembly.add(replace(first, message=replace(first.message, body=b"old")), now=0.0) is None
    assert reassembly.add(first, now=1.0) is None
    assert reassembly.add(third, now=2.0) is None
    complete = reassembly.add(second, now=3.0)
    assert complete is not None
    assert complete.text == TEXT


@pytest.mark.parametrize(
    "other",
    [{"originator": BOB}, {"sim": "sim-2"}, {"ref": 8}, {"text": "c" * 1000}],
    ids=["originator", "SIM", "reference", "total"],
)
def test_messages_that_differ_in_one_thing_are_kept_apart(other: dict[str, object]) -> None:
    reassembly = Reassembly()
    mine, theirs = parts(), parts(**other)  # type: ignore[arg-type]  # a table of arguments
    for left, right in zip(mine[:-1], theirs, strict=False):
        assert reassembly.add(left, now=0.0) is None
        assert reassembly.add(right, now=0.0) is None
    complete = reassembly.add(mine[-1], now=0.0)
    assert complete is not None
    assert complete.text == TEXT


def test_a_message_whose_time_is_over_is_given_up_incomplete() -> None:
    first, second, third = parts()
    reassembly = Reassembly(timeout_s=100.0)
    reassembly.add(third, now=0.0)
    reassembly.add(first, now=60.0)
    assert reassembly.expire(now=99.9) == []
    (incomplete,) = reassembly.expire(now=100.0)
    assert incomplete.missing == (2,)
    assert incomplete.messages == (first.message, third.message)
    assert reassembly.expire(now=1000.0) == []
    assert reassembly.add(second, now=101.0) is None


def test_a_message_of_its_own_is_no_part() -> None:
    (message,) = delivers(plan("Hello"))
    assert part_of(message, sim="sim-1") is None


def test_a_message_of_one_part_is_complete_at_once() -> None:
    header = Header(elements=(InformationElement(id=0, data=b"\x07\x01\x01"),))
    part = part_of(replace(delivers(plan("Hello"))[0], header=header), sim="sim-1")
    assert part is not None
    complete = Reassembly().add(part, now=0.0)
    assert complete is not None
    assert complete.text == "Hello"


def test_data_is_joined_without_a_text() -> None:
    data = bytes(range(256))
    reassembly = Reassembly()
    found = [part_of(message, sim="sim-1") for message in delivers(plan_data(data))]
    *_, complete = [reassembly.add(part, now=0.0) for part in found if part is not None]
    assert complete is not None
    assert (complete.text, complete.data) == (None, data)


def message(seq: int, body: bytes, *, dcs: int) -> Deliver:
    header = Header(elements=(InformationElement(id=0, data=bytes((7, 2, seq))),))
    return Deliver(originator=ALICE, scts=Timestamp.of(NOON), dcs=dcs, header=header, body=body)


@pytest.mark.parametrize(
    ("dcs", "bodies", "text"),
    [
        (0x08, (encode_ucs2("a😀")[:4], encode_ucs2("a😀")[4:]), "a😀"),
        (0x00, (b"a\x1b", b"\x65b"), "a€b"),
        (0x08, (b"\x00a\x00", b"\x00b"), "ab"),
        (0x08, (b"\xfe\xff\x00a", b"\x00b"), "ab"),
    ],
    ids=["surrogate pair", "escape pair", "odd octet", "byte order mark"],
)
def test_what_a_careless_sender_cut_in_two_is_whole_again(dcs: int, bodies: tuple[bytes, bytes], text: str) -> None:
    assert join([message(seq, body, dcs=dcs) for seq, body in enumerate(bodies, 1)]) == text


def test_segments_of_different_alphabets_are_joined() -> None:
    assert join([message(1, b"Hello ", dcs=0x00), message(2, encode_ucs2("мир"), dcs=0x08)]) == "Hello мир"
    assert join([message(1, b"Hello ", dcs=0x00), message(2, b"\x01", dcs=0x04)]) is None


def test_two_parts_from_the_field_make_one_text() -> None:
    # ModemManager test-sms-part-3gpp.c, mm-011 and mm-012.
    vectors = json.loads(Path(__file__).with_name("vectors").joinpath("pdu.json").read_text("utf-8"))
    pair = [vector for vector in vectors if vector["id"] in {"mm-011", "mm-012"}]
    reassembly = Reassembly()
    found = [part_of(decode_deliver(parse_pdu(vector["pdu"]).tpdu), sim="sim-1") for vector in reversed(pair)]
    first, complete = (reassembly.add(part, now=0.0) for part in found if part is not None)
    assert first is None
    assert complete is not None
    assert complete.text == "".join(vector["expected"]["text"] for vector in pair)
