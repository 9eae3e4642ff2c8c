"""PDUs are found in what people paste, and what only looks like one is left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from modem.cli.pdu_lines import FoundPdu, PduFinder

# asterisk-chan-dongle test/gen.c and gammu tests/at-sms/05.dump (`+CMGR: 3,,16`).
SUBMIT = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37"
STORED = "0791539111161616114F048123000000FF06D0B79BFE9E03"
PROGRAMS = Path(__file__).parents[1] / "transcripts" / "programs"


def found(*lines: str) -> list[FoundPdu]:
    finder = PduFinder()
    return [pdu for line in lines for pdu in finder.look(line)]


@pytest.mark.parametrize(
    "lines",
    [
        ["AT+CMGR=1", "+CMGR: 3,,16", STORED, "OK"],
        ["device +CMGR: 3,,16", f"device+ {STORED}"],
        ["0.120 device +CMGR: 3,,16", f"0.121 device+ {STORED}"],
        ["2026-01-05 10:00:00 <- +CMT: ,16", STORED],
        ["AT+CMGS=16", f"> {STORED}"],
        ["host AT+CMGS=16", "device= \\r\\n>\\x20", f"host= {STORED}\\x1a"],
    ],
    ids=["answer", "transcript", "recording", "log", "prompt", "sent"],
)
def test_the_line_behind_a_header_is_a_pdu_of_the_announced_length(lines: list[str]) -> None:
    assert found(*lines) == [FoundPdu(text=STORED, length=16, is_announced=True)]


def test_bare_lines_are_pdus() -> None:
    assert found(STORED, "", "07 91 53 91") == [FoundPdu(text=STORED), FoundPdu(text="07 91 53 91")]


def test_hex_inside_a_line_is_only_perhaps_a_pdu() -> None:
    assert found(f"sending {SUBMIT} now") == [FoundPdu(text=SUBMIT, is_certain=False)]


@pytest.mark.parametrize(
    "lines",
    [
        ["867962045555555"],  # IMEI
        ["8949020000000000000"],  # ICCID
        ['+CUSD: 0,"00480065006C006C006F00200077006F0072006C0064",72'],
        ["+CRSM: 144,0,98940200000000000010"],
        ['+CMGR: "REC READ","+491711234567",,"26/01/05,10:00:00+04"', "00480065006C006C006F0021"],
        ['+CMGL: 1,"REC UNREAD","+491711234567",,"26/01/05,10:00:00+04"', "00480065006C006C006F0021"],
        ['+CMT: "+491711234567",,"26/01/05,10:00:00+04"', "00480065006C006C006F0021"],
        ["OK", "+CSQ: 20,99", "cafe"],
    ],
    ids=["imei", "iccid", "ussd", "sim file", "text read", "text listed", "text pushed", "short words"],
)
def test_what_is_no_pdu_is_left_alone(lines: list[str]) -> None:
    assert [pdu.text for pdu in found(*lines) if len(pdu.text) > 4] == []


@pytest.mark.parametrize("program", ["chan_dongle", "gammu", "gnokii", "kannel", "python_gsmmodem", "smstools"])
def test_the_submit_that_a_program_sent_is_found_in_its_transcript(program: str) -> None:
    lines = (PROGRAMS / f"{program}.at").read_text("ascii").splitlines()
    assert FoundPdu(text=SUBMIT, length=23, is_announced=True) in found(*lines)
