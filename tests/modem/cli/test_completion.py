"""Commands are completed from what modems answer to +CLAC."""

from __future__ import annotations

import pytest

from modem.cli.completion import USUAL, completions, read_commands


@pytest.mark.parametrize(
    "lines",
    [
        ["+CGSN", "&F", "+CREG", "E"],
        ["AT+CGSN", "AT&F", "AT+CREG", "ATE"],
        ["+CLAC: +CGSN,&F,+CREG,E"],
        ["+CLAC:&F,E,", "+CLAC:+CGSN, +CREG"],
    ],
    ids=["one a line", "with AT", "behind the name", "several lines"],
)
def test_every_form_of_the_list_is_read(lines: list[str]) -> None:
    assert read_commands(lines) == ["&F", "+CGSN", "+CREG", "E"]


def test_what_is_no_name_is_left_out() -> None:
    assert read_commands(["(1-3)", "", '"x"', "+CSQ"]) == ["+CSQ"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("AT+CGS", ["AT+CGSN"]),
        ("at+cgs", ["at+CGSN"]),
        ("AT+CMG", ["AT+CMGD", "AT+CMGF", "AT+CMGL", "AT+CMGR", "AT+CMGS", "AT+CMGW"]),
        ("A", ["AT"]),
        ("", ["AT"]),
        ("AT+CMGF=", []),
        ("hello", []),
    ],
)
def test_completions(typed: str, found: list[str]) -> None:
    assert completions(typed, USUAL) == found
