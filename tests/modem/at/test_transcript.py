"""The text form of dialogues, and how a live one is cut into it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.transcript import Passage, Recorder, Side, parse_transcript
from modem.errors import TranscriptError

HOST, DEVICE = Side.HOST, Side.DEVICE

FORMS = [
    ("host AT+CGMI", HOST, b"AT+CGMI\r", None),
    ("device OK", DEVICE, b"\r\nOK\r\n", None),
    ("12.345 device+ 0791", DEVICE, b"0791\r\n", 12.345),
    ("host= AT\\r\\n", HOST, b"AT\r\n", None),
    ("device= \\r\\n>\\x20", DEVICE, b"\r\n> ", None),
    ("host= 0011\\x1a", HOST, b"0011\x1a", None),
    ("host AT\\\\Q3", HOST, b"AT\\Q3\r", None),
    ("0.000 device= \\xff\\x00", DEVICE, b"\xff\x00", 0.0),
    ("device   two spaces before", DEVICE, b"\r\n  two spaces before\r\n", None),
]


@pytest.mark.parametrize(("line", "side", "octets", "at_s"), FORMS, ids=[form[0] for form in FORMS])
def test_a_line_is_a_passage_and_back(line: str, side: Side, octets: bytes, at_s: float | None) -> None:
    (passage,) = parse_transcript(line)

    assert passage == Passage(side=side, octets=octets, at_s=at_s, line=1)
    assert str(passage) == line


def test_comments_and_empty_lines_are_counted_but_not_kept() -> None:
    first, second = parse_transcript("# source\n\nhost AT\n# why\ndevice OK\n")

    assert (first.line, second.line) == (3, 5)
    assert (first.text, second.text) == ("AT", "OK")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("host AT\nmodem OK", "line 2: 'modem OK' begins neither with"),
        ("host+ AT", "line 1: host\\+ means nothing"),
        ("device \\q", r"line 1: '\\\\q' is no escape"),
        ("device \\x2", "no escape"),
        ("device \\", "no escape"),
        ("device €", "line 1: '€' is more than one octet"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, complaint: str) -> None:
    with pytest.raises(TranscriptError, match=complaint):
        parse_transcript(text)


@given(st.sampled_from(Side), st.binary(min_size=1))
def test_any_octets_survive_being_written(side: Side, octets: bytes) -> None:
    (passage,) = parse_transcript(str(Passage(side=side, octets=octets)))

    assert passage.octets == octets


def record(*said: tuple[Side, bytes, float]) -> list[str]:
    recorder = Recorder()
    passages = []
    for side, octets, at_s in said:
        if (due := recorder.next_timer()) is not None and due <= at_s:
            passages += recorder.flush(due)
        passages += recorder.hear(side, octets, at_s)
    return [str(passage) for passage in [*passages, *recorder.finish(99.0)]]


def test_a_dialogue_is_cut_at_lines_and_at_the_prompt() -> None:
    assert record(
        (HOST, b"AT+CMGS=23\r", 1.0),
        (DEVICE, b"\r\n> ", 1.5),
        (HOST, b"0011\x1a", 2.0),
        (DEVICE, b"\r\n+CMGS: 7\r\n\r\nOK\r\n", 3.25),
    ) == [
        "1.000 host AT+CMGS=23",
        "1.500 device= \\r\\n>\\x20",
        "2.000 host= 0011\\x1a",
        "3.250 device +CMGS: 7",
        "3.250 device OK",
    ]


def test_two_line_answers_keep_their_shape() -> None:
    assert record((HOST, b"AT+CMGR=1\r", 0.0), (DEVICE, b"\r\n+CMGR: 1,,25\r\n0791AB\r\n\r\nOK\r\n", 0.0)) == [
        "0.000 host AT+CMGR=1",
        "0.000 device +CMGR: 1,,25",
        "0.000 device+ 0791AB",
        "0.000 device OK",
    ]


def test_an_echo_letter_by_letter_comes_behind_the_line_it_echoes() -> None:
    said = [(side, bytes([octet]), 0.0) for octet in b"ATE0\r" for side in (HOST, DEVICE)]

    assert record(*said, (DEVICE, b"\r\nOK\r\n", 0.01)) == [
        "0.000 host ATE0",
        "0.010 device= ATE0\\r",
        "0.010 device OK",
    ]


def test_what_is_not_ended_is_written_after_a_silence() -> None:
    assert record((DEVICE, b"\r\n>", 1.0), (HOST, b"x", 5.0), (DEVICE, b"\r\nERROR\r\n", 6.0)) == [
        "1.000 device= \\r\\n>",
        "6.000 device ERROR",
        "99.000 host= x",
    ]


def test_no_octet_is_lost_whatever_the_pieces() -> None:
    octets = b"\r\nRDY\r\n\r\n\r\nx\ry\n\r\n+CMT: ,3\r\n0791\r\n\r\r\n> \x00\xff\r\nOK\r\n\r"
    for size in range(1, len(octets)):
        recorder = Recorder()
        passages = []
        for start in range(0, len(octets), size):
            passages += recorder.hear(DEVICE, octets[start : start + size], 0.0)
        passages += recorder.finish(0.0)
        assert b"".join(passage.octets for passage in passages) == octets
