from __future__ import annotations

import pytest

from modem.emulator.equipment.charset import from_host, to_host
from modem.emulator.equipment.settings import Charset

CASES = [
    (Charset.GSM, "a@€Δ", "a\x00\x1be\x10"),
    (Charset.IRA, "a@", "a@"),
    (Charset.UCS2, "a€😀", "006120ACD83DDE00"),
]


@pytest.mark.parametrize(("charset", "text", "line"), CASES)
def test_a_text_goes_to_the_host_and_back(charset: Charset, text: str, line: str) -> None:
    assert (to_host(text, charset), from_host(line, charset)) == (line, text)


@pytest.mark.parametrize(("charset", "shown"), [(Charset.GSM, "a?b"), (Charset.IRA, "a?b")])
def test_what_a_set_lacks_becomes_a_question_mark(charset: Charset, shown: str) -> None:
    assert to_host("aпb", charset) == shown


@pytest.mark.parametrize(
    ("charset", "line"), [(Charset.GSM, "\x80"), (Charset.IRA, "\xe9"), (Charset.UCS2, "0"), (Charset.UCS2, "D83D")]
)
def test_what_cannot_be_read_is_an_error(charset: Charset, line: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_host(line, charset)
