"""From a modem's answer to what follows for the message: one table, one decision.

Codes: 3GPP TS 27.005 3.2.5 (+CMS ERROR), 24.011 annex E (1..127, RP causes), 23.040 9.2.3.22
(128..255, TP-FCS), 27.007 9.2 (+CME ERROR).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.dispatch.radio import Accepted, NoAnswer, Refused, SubmitResult


class Verdict(StrEnum):
    """What an answer means for the segment."""

    ACCEPTED = "accepted"
    TRY_HERE = "try again here"
    TRY_ELSEWHERE = "try elsewhere"
    PERMANENT = "permanent"
    STOP_SIM = "stop this SIM"
    AMBIGUOUS = "ambiguous"


LONG_WAIT_S = 30.0
"""An error that comes later than this may hide a message that did go out (24.011: TR1M is 35..45 s)."""

_CMS: dict[int, Verdict] = {
    **dict.fromkeys((1, 195, 196), Verdict.PERMANENT),
    **dict.fromkeys((81, *range(95, 100), 111), Verdict.PERMANENT),
    **dict.fromkeys((*range(128, 131), *range(143, 146), *range(159, 162), 175, 176), Verdict.PERMANENT),
    **dict.fromkeys((304, 305), Verdict.PERMANENT),
    **dict.fromkeys((8, 10, 28, 29, 30, 50, 69, 193), Verdict.STOP_SIM),
    **dict.fromkeys((310, 311, 312, 313, 315, 316, 317, 318), Verdict.STOP_SIM),
    **dict.fromkeys((21, 22, 27, 127), Verdict.TRY_ELSEWHERE),
    **dict.fromkeys((38, 41, 42, 47, 192, 194, 331, 514, 512, 515, 314, 302), Verdict.TRY_HERE),
    197: Verdict.ACCEPTED,
    **dict.fromkeys((332, 513), Verdict.AMBIGUOUS),
}
_CME: dict[int, Verdict] = {
    **dict.fromkeys((10, 11, 12, 13, 15, 16, 17, 18), Verdict.STOP_SIM),
    31: Verdict.AMBIGUOUS,
}
_HIDING = {("cms", 41), ("cms", 500), ("cme", 100), ("error", None)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The verdict on an answer, its code as shown to people (`+CMS ERROR 38`), and the sentence behind it.

    `may_answer_s`: the modem itself may still answer, so long.
    """

    verdict: Verdict
    code: str = ""
    text: str = ""
    mr: int | None = None
    may_answer_s: float = 0.0


def judge(result: SubmitResult) -> Outcome:
    """Give what a submit's answer means."""
    match result:
        case Accepted(mr=mr):
            return Outcome(verdict=Verdict.ACCEPTED, mr=mr)
        case NoAnswer(reason=reason, is_sent=True, may_answer_s=may_answer_s):
            return Outcome(verdict=Verdict.AMBIGUOUS, text=reason, may_answer_s=may_answer_s)
        case NoAnswer(reason=reason):
            return Outcome(verdict=Verdict.TRY_HERE, code="not sent", text=reason)
        case Refused():
            return _judge_refusal(result)


def _judge_refusal(refused: Refused) -> Outcome:
    code = "ERROR" if refused.code is None else f"+{refused.kind.upper()} ERROR {refused.code}"
    verdict = Verdict.TRY_HERE
    if refused.code is not None:
        table = _CMS if refused.kind == "cms" else _CME
        verdict = table.get(refused.code, Verdict.TRY_HERE)
    if refused.is_local and verdict is Verdict.AMBIGUOUS:
        verdict = Verdict.TRY_HERE
    if not refused.is_local and refused.waited_s > LONG_WAIT_S and (refused.kind, refused.code) in _HIDING:
        verdict = Verdict.AMBIGUOUS
    return Outcome(verdict=verdict, code=code, text=refused.text)
