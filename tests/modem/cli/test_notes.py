"""What stands beside the lines of a modem; the PDU is from gammu tests/at-sms/05.dump, codes are of 3GPP TS 27.005."""

from __future__ import annotations

import pytest

from modem.cli.notes import with_notes

STORED = "0791539111161616114F048123000000FF06D0B79BFE9E03"


@pytest.mark.parametrize("header", ["+CMGR: 3,,16", "+CMGL: 1,3,,16", "+CMT: ,16", "+CMGR: 3,,"])
def test_a_pdu_behind_its_header_is_said_in_words(header: str) -> None:
    assert with_notes([header, STORED, "OK"]) == [header, STORED, "    # submit to 3200: 'Pontos'", "OK"]


def test_a_code_stands_in_words_beside_it() -> None:
    assert with_notes(["+CMS ERROR: 38"]) == ["+CMS ERROR: 38    # network out of order"]


@pytest.mark.parametrize(
    "lines",
    [["OK"], ["ERROR"], ["+CMS ERROR: network out of order"], [STORED], ["0000000000000000", "OK"]],
    ids=["ok", "no code", "in words already", "hex of who knows what", "digits"],
)
def test_what_needs_no_words_stays_alone(lines: list[str]) -> None:
    assert with_notes(lines) == lines


def test_a_pdu_that_cannot_be_read_says_why() -> None:
    (_, _, note) = with_notes(["+CMGR: 1,,16", STORED[:24]])
    assert note.startswith("    # no PDU that can be read: submit.")
