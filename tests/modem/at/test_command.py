"""Command lines are split as V.250 5.2 to 5.4 say; the lines are those real programs write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.command import Command, Form, parse_line

_X, _R, _T, _S = Form.EXECUTE, Form.READ, Form.TEST, Form.SET

LINES = [
    ("nothing", "", []),
    ("echo off (all)", "E0", [("E", _X, ("0",))]),
    ("basic without number", "E", [("E", _X, ())]),
    ("several basic commands", "E0V1Q0", [("E", _X, ("0",)), ("V", _X, ("1",)), ("Q", _X, ("0",))]),
    ("ampersand (ModemManager)", "&C1", [("&C", _X, ("1",))]),
    ("backslash (Kannel)", "\\Q3", [("\\Q", _X, ("3",))]),
    ("register", "S0=0", [("S0", _S, ("0",))]),
    ("register read", "S3?", [("S3", _R, ())]),
    ("read", "+CSCS?", [("+CSCS", _R, ())]),
    ("test", "+CNMI=?", [("+CNMI", _T, ())]),
    ("execute", "+CGMI", [("+CGMI", _X, ())]),
    ("vendor prefixes", "^CURC=0;$GPSP?;#QSS=?;!RESET", [
        ("^CURC", _S, ("0",)), ("$GPSP", _R, ()), ("#QSS", _T, ()), ("!RESET", _X, ())]),
    ("numbers", "+CNMI=2,1,0,1,0", [("+CNMI", _S, ("2", "1", "0", "1", "0"))]),
    ("omitted parameter", "+CPOL=,2", [("+CPOL", _S, (None, "2"))]),
    ("empty set", "+CMGF=", [("+CMGF", _S, (None,))]),
    ("quoted", '+CPMS="SM","ME"', [("+CPMS", _S, ("SM", "ME"))]),
    ("empty string is not an omitted one", '+CSCA="",', [("+CSCA", _S, ("", None))]),
    ("unquoted", "+CPIN=1234", [("+CPIN", _S, ("1234",))]),
    ("comma and semicolon inside quotes", '+CMGW="a,b;c"', [("+CMGW", _S, ("a,b;c",))]),
    ("small letters", "+cmgf=0", [("+CMGF", _S, ("0",))]),
    ("blanks", " + CREG = 2 ; + CREG ? ", [("+CREG", _S, ("2",)), ("+CREG", _R, ())]),
    ("blanks in quotes stay", '+CPBF="a b"', [("+CPBF", _S, ("a b",))]),
    ("concatenation (smstools)", "+CMEE=1;+CREG=2", [("+CMEE", _S, ("1",)), ("+CREG", _S, ("2",))]),
    ("concatenation of forms", "+COPS=3,2;+COPS?", [("+COPS", _S, ("3", "2")), ("+COPS", _R, ())]),
    ("basic before extended", "E1+CMGS=20", [("E", _X, ("1",)), ("+CMGS", _S, ("20",))]),
    ("extended before basic", "+CMEE=1;E0", [("+CMEE", _S, ("1",)), ("E", _X, ("0",))]),
    ("trailing semicolon", "+CSQ;", [("+CSQ", _X, ())]),
    ("no semicolon: all of it is the parameter", "+CMGF=0+CSQ", [("+CMGF", _S, ("0+CSQ",))]),
    ("dial", "D*100#;", [("D", _X, ("*100#;",))]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), [case[1:] for case in LINES], ids=[case[0] for case in LINES])
def test_a_line_becomes_its_commands(line: str, expected: list[tuple[str, Form, tuple[str | None, ...]]]) -> None:
    parsed = parse_line(line)

    assert parsed.is_well_formed
    commands = [Command(name=name, form=form, arguments=arguments) for name, form, arguments in expected]
    assert list(parsed.commands) == commands


@pytest.mark.parametrize(
    ("line", "executed"),
    [
        ("+CMEE=1;?", ["+CMEE"]),
        ("+CMGF?0", []),
        ('+CMGS="+49171', []),
        ('+CPMS="SM"x', []),
        ("+", []),
        ("E0é", ["E"]),
    ],
)
def test_a_malformed_rest_spoils_the_line_but_not_the_commands_before_it(line: str, executed: list[str]) -> None:
    parsed = parse_line(line)

    assert not parsed.is_well_formed
    assert [command.name for command in parsed.commands] == executed


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_exception(line: str) -> None:
    parsed = parse_line(line)

    assert all(command.name == command.name.upper() for command in parsed.commands if command.name.isascii())
