"""Final results, in every form modems give them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.at.errors import CME_TEXT, CMS_TEXT, ErrorKind, parse_final


@pytest.mark.parametrize(
    ("line", "kind", "code", "text"),
    [
        pytest.param("+CMS ERROR: 38", ErrorKind.CMS, 38, "network out of order", id="numeric"),
        pytest.param("+CME ERROR: 14", ErrorKind.CME, 14, "SIM busy", id="numeric CME"),
        pytest.param("+CME ERROR: SIM busy", ErrorKind.CME, 14, "SIM busy", id="verbose (+CMEE=2)"),
        pytest.param("+CME ERROR: (U)SIM PUK required", ErrorKind.CME, 12, "(U)SIM PUK required", id="newer wording"),
        pytest.param("+CMS ERROR: Network timeout", ErrorKind.CMS, 332, "Network timeout", id="verbose, capitals"),
        pytest.param("+CMS ERROR 500", ErrorKind.CMS, 500, "unknown error", id="colon missing"),
        pytest.param("+CMS ERROR: 9999", ErrorKind.CMS, 9999, "not in the standard", id="number of a maker"),
        pytest.param("+CMS ERROR: moon phase", ErrorKind.CMS, None, "moon phase", id="wording of a maker"),
        pytest.param("+CME ERROR:", ErrorKind.CME, None, "no reason given", id="nothing behind it"),
        pytest.param("+CMS ERROR: " + "9" * 5000, ErrorKind.CMS, None, "9" * 5000, id="noise"),
        pytest.param("ERROR", ErrorKind.ERROR, None, "ERROR", id="plain"),
        pytest.param("4", ErrorKind.ERROR, None, "ERROR", id="numeric result code"),
        pytest.param("COMMAND NOT SUPPORT", ErrorKind.ERROR, None, "COMMAND NOT SUPPORT", id="Huawei"),
    ],
)
def test_error_is_read(line: str, kind: ErrorKind, code: int | None, text: str) -> None:
    final = parse_final(line)
    assert final is not None
    assert final.failure is not None
    assert (final.failure.kind, final.failure.code, final.failure.text) == (kind, code, text)


@pytest.mark.parametrize("line", ["OK", "0"])
def test_success_is_read(line: str) -> None:
    final = parse_final(line)
    assert final is not None
    assert final.is_ok


@pytest.mark.parametrize("line", ["+CMGS: 4", '+CMTI: "SM",1', "OKAY", "ERROR+CNUM: 1", "00", "", "3", "NO CARRIER"])
def test_other_lines_are_no_final_result(line: str) -> None:
    assert parse_final(line) is None


@pytest.mark.parametrize(
    ("line", "is_busy"),
    [
        ("+CME ERROR: 14", True),
        ("+CMS ERROR: 314", True),
        ("+CMS ERROR: 515", True),
        ("+CME ERROR: 515", True),
        ("+CMS ERROR: 14", False),
        ("+CME ERROR: 10", False),
        ("ERROR", False),
    ],
)
def test_busy_sim_is_told_from_refusal(line: str, is_busy: bool) -> None:
    final = parse_final(line)
    assert final is not None
    assert final.failure is not None
    assert final.failure.is_sim_busy is is_busy


def test_error_shows_number_and_meaning() -> None:
    final = parse_final("+CMS ERROR: 331")
    assert final is not None
    assert str(final.failure) == "+CMS ERROR: 331 (no network service)"


@pytest.mark.parametrize(("name", "table"), [("CMS", CMS_TEXT), ("CME", CME_TEXT)])
def test_wording_leads_back_to_a_code_with_that_wording(name: str, table: dict[int, str]) -> None:
    for text in table.values():
        final = parse_final(f"+{name} ERROR: {text.upper()}")
        assert final is not None
        assert final.failure is not None
        assert final.failure.code is not None
        assert table[final.failure.code] == text


@given(st.text())
def test_any_text_is_a_final_result_or_none(text: str) -> None:
    parse_final(text)
    parse_final("+CMS ERROR: " + text)
