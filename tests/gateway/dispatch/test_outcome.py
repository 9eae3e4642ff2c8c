"""Codes from 3GPP TS 27.005 3.2.5, TS 24.011 annex E and TS 23.040 9.2.3.22, and what a gateway does about them."""

from __future__ import annotations

import pytest

from gateway.dispatch.outcome import LONG_WAIT_S, Verdict, judge
from gateway.dispatch.radio import Accepted, NoAnswer, Refused


def _refused(code: int | None, kind: str = "cms", *, is_local: bool = False, waited_s: float = 1.0) -> Refused:
    return Refused(kind=kind, code=code, text="", is_local=is_local, waited_s=waited_s)


# The table of the project's notes on modems (section 2.8), row by row: codes, and what a gateway is to do.
PERMANENT, STOP_SIM, HERE, ELSEWHERE = Verdict.PERMANENT, Verdict.STOP_SIM, Verdict.TRY_HERE, Verdict.TRY_ELSEWHERE
CMS_ROWS: list[tuple[str, list[int], Verdict]] = [
    ("permanent for this recipient", [1], PERMANENT),
    ("SIM blocked: stop this SIM", [8, 10], STOP_SIM),
    ("usually permanent; one retry on another SIM", [21], Verdict.TRY_ONCE_MORE),
    ("local storage", [22], ELSEWHERE),
    ("temporary, recipient", [27], HERE),
    ("SIM not provisioned for SMS: stop SIM", [28], STOP_SIM),
    ("SIM or SMSC wrong", [29, 50, 69], STOP_SIM),
    ("SIM or HLR problem", [30], STOP_SIM),
    ("temporary, minutes", [38], HERE),
    ("temporary, seconds", [41], HERE),
    ("temporary, back off", [42], HERE),
    ("temporary: resources", [47], HERE),
    ("bad PDU: permanent", [81, 95, 96, 97, 98, 99], PERMANENT),
    ("often generic carrier refusal", [111], Verdict.TRY_ONCE_MORE),
    ("unknown interworking", [127], ELSEWHERE),
    ("permanent (content)", [128, 129, 130, 143, 144, 145, 159, 160, 161, 175, 176], PERMANENT),
    ("temporary: SC busy", [192], HERE),
    ("SIM or SMSC configuration", [193], STOP_SIM),
    ("temporary: SC system failure", [194], HERE),
    ("permanent for recipient", [195, 196], PERMANENT),
    ("the first copy was accepted: count as sent", [197], Verdict.ACCEPTED),
    ("drop or change TP-VP", [198, 199], Verdict.OTHER_VALIDITY),
    ("local: storage, toolkit busy", [208, 209, 210, 211, 212, 213, 255], HERE),
    ("local, reset ladder", [300], HERE),
    ("another host owns SMS", [301], ELSEWHERE),
    ("wrong state: not ready", [302], HERE),
    ("capability", [303], ELSEWHERE),
    ("bug or bad number: permanent", [304, 305], PERMANENT),
    ("SIM busy: temporary", [314], HERE),
    ("stop, never guess PINs; SIM gone", [310, 311, 312, 313, 315, 316, 317, 318], STOP_SIM),
    ("local memory", [320, 321, 322], HERE),
    ("set CSCA", [330], STOP_SIM),
    ("temporary, not transmitted", [331], HERE),
    ("may have been sent", [332, 500, 513], Verdict.AMBIGUOUS),
    ("harmless", [340], HERE),
    ("not transmitted: retry", [512], HERE),
    ("retry later", [514], HERE),
    ("wait", [515], HERE),
    ("see vendor manual", [517, 538, 554, 54321], HERE),
]
CME_ROWS: list[tuple[str, list[int], Verdict]] = [
    ("not allowed", [3], HERE),
    ("not supported", [4], ELSEWHERE),
    ("no SIM, PIN, PUK, failure, wrong, password", [10, 11, 12, 13, 15, 16, 17, 18], STOP_SIM),
    ("SIM busy: retry", [14], HERE),
    ("memory", [20, 21, 22, 23], HERE),
    ("no network", [30], HERE),
    ("network timeout", [31], Verdict.AMBIGUOUS),
    ("emergency only", [32], ELSEWHERE),
    ("unknown", [100], Verdict.AMBIGUOUS),
    ("please wait", [515], HERE),
]
ROWS = [("cms", *row) for row in CMS_ROWS] + [("cme", *row) for row in CME_ROWS]


@pytest.mark.parametrize(
    ("kind", "code", "verdict"),
    [
        pytest.param(kind, code, verdict, id=f"{kind} {code}: {text}")
        for kind, text, codes, verdict in ROWS
        for code in codes
    ],
)
def test_error_has_its_verdict(kind: str, code: int, verdict: Verdict) -> None:
    assert judge(_refused(code, kind)).verdict is verdict


@pytest.mark.parametrize(
    ("text", "verdict"), [("COMMAND NOT SUPPORT", ELSEWHERE), ("TOO MANY PARAMETERS", ELSEWHERE), ("ERROR", HERE)]
)
def test_words_have_their_verdict(text: str, verdict: Verdict) -> None:
    outcome = judge(Refused(kind="error", code=None, text=text, is_local=False, waited_s=1.0))
    assert (outcome.verdict, outcome.code) == (verdict, text)


@pytest.mark.parametrize(("kind", "code"), [("cms", 41), ("cms", 538), ("cme", 999), ("error", None)])
def test_a_vague_error_after_a_long_wait_may_hide_a_message_that_went_out(kind: str, code: int | None) -> None:
    assert judge(_refused(code, kind, waited_s=LONG_WAIT_S + 1)).verdict is Verdict.AMBIGUOUS
    assert judge(_refused(code, kind, waited_s=2)).verdict is Verdict.TRY_HERE
    assert judge(_refused(code, kind, waited_s=LONG_WAIT_S + 1, is_local=True)).verdict is Verdict.TRY_HERE


@pytest.mark.parametrize("code", [38, 331, 512])
def test_a_clear_error_is_clear_whenever_it_comes(code: int) -> None:
    assert judge(_refused(code, waited_s=LONG_WAIT_S + 1)).verdict is Verdict.TRY_HERE


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
