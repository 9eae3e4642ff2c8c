"""Codes from 3GPP TS 27.005 3.2.5, TS 24.011 annex E and TS 23.040 9.2.3.22, and what a gateway does about them."""

from __future__ import annotations

import pytest

from gateway.dispatch.outcome import LONG_WAIT_S, Verdict, judge
from gateway.dispatch.radio import Accepted, NoAnswer, Refused


def _refused(code: int | None, kind: str = "cms", *, is_local: bool = False, waited_s: float = 1.0) -> Refused:
    return Refused(kind=kind, code=code, text="", is_local=is_local, waited_s=waited_s)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        pytest.param(1, Verdict.PERMANENT, id="unassigned number"),
        pytest.param(8, Verdict.STOP_SIM, id="operator determined barring"),
        pytest.param(10, Verdict.STOP_SIM, id="call barred"),
        pytest.param(21, Verdict.TRY_ELSEWHERE, id="rejected: one retry on another SIM"),
        pytest.param(27, Verdict.TRY_ELSEWHERE, id="destination out of order"),
        pytest.param(28, Verdict.STOP_SIM, id="unidentified subscriber"),
        pytest.param(38, Verdict.TRY_HERE, id="network out of order"),
        pytest.param(41, Verdict.TRY_HERE, id="temporary failure"),
        pytest.param(42, Verdict.TRY_HERE, id="congestion"),
        pytest.param(96, Verdict.PERMANENT, id="protocol error"),
        pytest.param(192, Verdict.TRY_HERE, id="SC busy"),
        pytest.param(195, Verdict.PERMANENT, id="invalid SME address"),
        pytest.param(197, Verdict.ACCEPTED, id="duplicate SM: the first copy was accepted"),
        pytest.param(304, Verdict.PERMANENT, id="invalid PDU"),
        pytest.param(310, Verdict.STOP_SIM, id="no SIM"),
        pytest.param(314, Verdict.TRY_HERE, id="SIM busy"),
        pytest.param(331, Verdict.TRY_HERE, id="no network"),
        pytest.param(332, Verdict.AMBIGUOUS, id="network timeout"),
        pytest.param(512, Verdict.TRY_HERE, id="not transmitted"),
        pytest.param(513, Verdict.AMBIGUOUS, id="no acknowledgement in time"),
        pytest.param(54321, Verdict.TRY_HERE, id="unknown code"),
    ],
)
def test_cms_error_has_its_verdict(code: int, verdict: Verdict) -> None:
    assert judge(_refused(code)).verdict is verdict


@pytest.mark.parametrize(("kind", "code"), [("cms", 500), ("cms", 41), ("cme", 100), ("error", None)])
def test_a_vague_error_after_a_long_wait_may_hide_a_message_that_went_out(kind: str, code: int | None) -> None:
    assert judge(_refused(code, kind, waited_s=LONG_WAIT_S + 1)).verdict is Verdict.AMBIGUOUS
    assert judge(_refused(code, kind, waited_s=2)).verdict is Verdict.TRY_HERE


def test_nothing_is_ambiguous_before_the_prompt() -> None:
    assert judge(_refused(332, is_local=True)).verdict is Verdict.TRY_HERE


def test_codes_are_shown_as_the_modem_says_them() -> None:
    assert judge(_refused(38)).code == "+CMS ERROR 38"
    assert judge(_refused(14, "cme")).code == "+CME ERROR 14"
    assert judge(_refused(None, "error")).code == "ERROR"


def test_silence_after_ctrl_z_is_ambiguous_and_before_it_safe() -> None:
    assert judge(NoAnswer(reason="port lost", is_sent=True)).verdict is Verdict.AMBIGUOUS
    assert judge(NoAnswer(reason="no prompt", is_sent=False)).verdict is Verdict.TRY_HERE
    assert judge(Accepted(mr=7)).mr == 7
