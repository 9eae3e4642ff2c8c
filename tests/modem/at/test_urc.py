"""What is news and what is an answer."""

from __future__ import annotations

import pytest

from modem.at.urc import belongs_to, is_body, is_memory_full, name_of, wants_body


@pytest.mark.parametrize(
    ("line", "is_answer"),
    [
        # Sources: 3GPP TS 27.007 7.2; ModemManager 1.25 src/tests/test-modem-helpers.c
        pytest.param("+CREG: 1", False, id="stat only"),
        pytest.param("+CREG: 0,1", True, id="n, stat"),
        pytest.param('+CREG: 1,"0010","0000C3D4"', False, id="stat, lac, ci"),
        pytest.param('+CREG: 1,"0010","0000C3D4",7', False, id="stat, lac, ci, act"),
        pytest.param('+CREG: 2,1,"0010","0000C3D4"', True, id="n, stat, lac, ci"),
        pytest.param('+CREG: 2,1,"0010","0000C3D4",7', True, id="n, stat, lac, ci, act"),
        pytest.param("+CREG: 2,1,8BE3,2BAF", True, id="Huawei answer without quotes"),
        pytest.param("+CREG: 1,8BE3,2BAF", False, id="Huawei URC without quotes"),
        pytest.param("+CREG: 1,8BE3,00002BAF,2", False, id="URC with act, no quotes"),
        pytest.param("+CREG: 2,0,00,0", True, id="unregistered, empty cell"),
        pytest.param("+CREG:002,001", True, id="leading zeros"),
        pytest.param("+CREG: (0-2)", True, id="answer to the test command"),
    ],
)
def test_registration_answer_is_told_from_registration_news(line: str, is_answer: bool) -> None:
    assert belongs_to(line, name="+CREG", is_query=True) is is_answer


def test_setting_registration_answers_nothing() -> None:
    assert not belongs_to("+CREG: 0,1", name="+CREG", is_query=False)


@pytest.mark.parametrize(("is_query", "expected"), [(True, True), (False, False)])
def test_ussd_is_news_unless_it_was_read(is_query: bool, expected: bool) -> None:
    assert belongs_to('+CUSD: 0,"text",15', name="+CUSD", is_query=is_query) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("+CMT: ,24", True),
        ("+CDS: 25", True),
        ("+CDS: ,25", True),
        pytest.param('+CDS: 6,12,"+49",145,"a","b",0', False, id="text mode"),
        ('+CMTI: "SM",1', False),
        ('+CDSI: "SR",1', False),
    ],
)
def test_two_line_news_is_known(header: str, expected: bool) -> None:
    assert wants_body(header, name_of(header)) is expected


def test_body_of_pdu_mode_is_hex_and_of_text_mode_anything() -> None:
    assert is_body("+CMT: ,24", "0791AB")
    assert not is_body("+CMT: ,24", "OK")
    assert is_body('+CMT: "+49171",,"24/05/01,12:00:00+08"', "OK")


# Huawei, Cinterion, SIMCom, Telit, Wavecom and Quectel as in the drivers that know them; 27.007 8.9 for +CIEV.
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('^SMMEMFULL:"SM"', True),
        ("^SMGO: 2", True),
        ("+SMS FULL", True),
        ("#SMSFULL: SM", True),
        ("+WMGF", True),
        ('+QIND: "smsfull","SM"', True),
        ('+CIEV: "smsfull",1', True),
        ('+CIEV: "smsfull",0', False),
        ("+QIND: SMS DONE", False),
        ("+CIEV: 8,1", False),
        ('+CMTI: "SM",1', False),
    ],
)
def test_full_memory_is_known_by_every_makers_line(line: str, expected: bool) -> None:
    assert is_memory_full(line, name_of(line)) is expected
