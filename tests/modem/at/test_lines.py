"""Lines and prompts out of octets in pieces of any size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.lines import MAX_LINE_OCTETS, PROMPT, Lines, without_prompts


@pytest.mark.parametrize(
    ("octets", "found"),
    [
        pytest.param(b"\r\nOK\r\n", ["OK"], id="CR LF"),
        pytest.param(b"OK\n", ["OK"], id="LF only"),
        pytest.param(b"0\r", ["0"], id="CR only: numeric results, V.250 6.1"),
        pytest.param(b"\r\n  OK  \r\n", ["OK"], id="blanks around"),
        pytest.param(b"\r\n> ", [PROMPT], id="prompt, 27.005 3.5.1"),
        pytest.param(b"\r\n>", [PROMPT], id="prompt without its blank"),
        pytest.param(
            b"AT+CMGS=15\r> 0001\x1a+CMGS: 5\r\n", ["AT+CMGS=15", PROMPT, "0001", "+CMGS: 5"], id="all echoed"
        ),
        pytest.param(b"\0\r\n\0RING\x1b\r\n", ["RING"], id="noise"),
        pytest.param(b"\r\n+CMT: a > b\r\n", ["+CMT: a > b"], id="no prompt inside a line"),
    ],
)
def test_lines_are_cut_the_same_in_one_piece_and_byte_by_byte(octets: bytes, found: list[str]) -> None:
    assert Lines().cut(octets) == found
    lines = Lines()
    assert [line for octet in octets for line in lines.cut(bytes([octet]))] == found


def test_line_that_is_too_long_is_dropped_whole() -> None:
    lines = Lines()
    assert lines.cut(b"x" * (MAX_LINE_OCTETS + 1)) == []
    assert lines.cut(b"OK\r\nOK\r\n") == ["OK"]


@given(st.lists(st.sampled_from([b"\r", b"\n", b">", b" ", b"A", b"+CMGS: 7", b"\0", b"\x1a", b"\x1b"])).map(b"".join))
def test_without_prompts_the_other_lines_are_the_same(octets: bytes) -> None:
    expected = [line for line in Lines().cut(octets + b"\n") if line != PROMPT]
    assert Lines().cut(without_prompts(octets) + b"\n") == expected
