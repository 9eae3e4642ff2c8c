"""Commands and bodies out of arguments and lines."""

from __future__ import annotations

import pytest

from modem.cli.sources import ArgumentSource, StreamSource, wants_pdu


@pytest.mark.parametrize(
    ("command", "is_pdu"),
    [
        ("AT+CMGS=23", True),
        ("at+cmgw=140,2", True),
        ("AT+CMGF=0;+CMGS=23", True),
        ("AT+CNMA=1,24", True),
        ('AT+CMGS="+491711234567"', False),
        ("AT+CMGS=491711234567", False),
        ("AT+CMGW", False),
    ],
)
def test_pdu_mode_and_text_mode_are_told_apart(command: str, is_pdu: bool) -> None:
    assert wants_pdu(command) is is_pdu


def test_arguments_are_commands_and_bodies() -> None:
    source = ArgumentSource(["AT+CMGS=2", "0011\x1a", "AT"])

    assert source.next_command() == "AT+CMGS=2"
    assert source.body("AT+CMGS=2") == "0011"
    assert (source.next_command(), source.next_command(), source.body("AT")) == ("AT", None, None)


def test_lines_end_as_any_system_ends_them() -> None:
    source = StreamSource(iter(["AT\r\n", "ATI\rAT+CSQ\n", "AT&V"]))

    assert [source.next_command() for _ in range(5)] == ["AT", "ATI", "AT+CSQ", "AT&V", None]


@pytest.mark.parametrize(
    ("command", "lines", "body"),
    [
        ("AT+CMGS=2", ["0011\n", "AT\n"], "0011"),
        ("AT+CMGS=2", ["0011\x1a\n"], "0011"),
        ('AT+CMGS="1"', ["one\n", "two\x1a\n", "AT\n"], "one\rtwo"),
        ('AT+CMGS="1"', ["one\n", "\x1a\n"], "one\r"),
        ('AT+CMGS="1"', ["one\n", "\x1b\n"], None),
        ('AT+CMGS="1"', ["one\n"], None),
    ],
    ids=["pdu", "pdu with end", "text", "end on its own line", "given up", "cut"],
)
def test_bodies_out_of_lines(command: str, lines: list[str], body: str | None) -> None:
    assert StreamSource(iter(lines)).body(command) == body
