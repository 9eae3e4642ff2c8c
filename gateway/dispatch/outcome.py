"""From a modem's answer to what follows for the message: one table, one decision.

Codes: 3GPP TS 27.005 3.2.5 (+CMS ERROR), 24.011 annex E (1..127, RP causes), 23.040 9.2.3.22
(128..255, TP-FCS), 27.007 9.2 (+CME ERROR). What is ambiguous once the modem had the message is only a reason to try
again when it was refused before the prompt.
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
    TRY_ONCE_MORE = "try once more, elsewhere if possible"
    OTHER_VALIDITY = "try again with another form of validity"
    PERMANENT = "permanent"
    STOP_SIM = "stop this SIM"
    AMBIGUOUS = "ambiguous"


LONG_WAIT_S = 30.0
"""An error that comes later than this may hide a message that did go out (24.011: TR1M is 35..45 s)."""

_CMS: dict[int, Verdict] = {
    # Of the recipient, or of the content.
    **dict.fromkeys((1, 195, 196), Verdict.PERMANENT),
    **dict.fromkeys((81, *range(95, 100)), Verdict.PERMANENT),
    **dict.fromkeys((*range(128, 131), *range(143, 146), *range(159, 162), 175, 176), Verdict.PERMANENT),
    **dict.fromkeys((304, 305), Verdict.PERMANENT),
    # A carrier's way to say no, to this SIM or to the message: another SIM may tell which.
    **dict.fromkeys((21, 111), Verdict.TRY_ONCE_MORE),
    # Of the SIM: barred, not subscribed, service centre wrong or not set, locked, gone.
    **dict.fromkeys((8, 10, 28, 29, 30, 50, 69, 193, 330), Verdict.STOP_SIM),
    **dict.fromkeys((310, 311, 312, 313, 315, 316, 317, 318), Verdict.STOP_SIM),
    # Of this modem: another program owns its messages, or it cannot do it.
    **dict.fromkeys((22, 127, 301, 303), Verdict.TRY_ELSEWHERE),
    # Temporary, of network, service centre or recipient.
    **dict.fromkeys((17, 27, 38, 41, 42, 47, 192, 194, 331, 512, 514), Verdict.TRY_HERE),
    # Temporary, of modem or SIM; the recovery of the modem sees to it.
    **dict.fromkeys((*range(208, 214), 255, 300, 302, 314, 320, 321, 322, 340, 515), Verdict.TRY_HERE),
    197: Verdict.ACCEPTED,
    **dict.fromkeys((198, 199), Verdict.OTHER_VALIDITY),
    **dict.fromkeys((332, 500, 513), Verdict.AMBIGUOUS),
}
_CME: dict[int, Verdict] = {
    **dict.fromkeys((10, 11, 12, 13, 15, 16, 17, 18), Verdict.STOP_SIM),
    **dict.fromkeys((4, 32), Verdict.TRY_ELSEWHERE),
    **dict.fromkeys((3, 14, 20, 21, 22, 23, 30, 515), Verdict.TRY_HERE),
    **dict.fromkeys((31, 100), Verdict.AMBIGUOUS),
}
_MEANINGS: dict[str, str] = {
    "": "the modem gives no reason",
    "ERROR": "the modem gives no reason",
    **dict.fromkeys(("COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"), "the modem does not know the command, or not so"),
}
"""What refusals without a number mean."""
_WORDS: dict[str, Verdict] = {
    # Huawei says so to a command that it does not know, or not so.
    **dict.fromkeys(("COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"), Verdict.TRY_ELSEWHERE),
}


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
    code = refused.text or "ERROR" if refused.code is None else f"+{refused.kind.upper()} ERROR {refused.code}"
    verdict = _verdict(refused)
    if refused.is_local and verdict is Verdict.AMBIGUOUS:
        verdict = Verdict.TRY_HERE
    if verdict is None:
        is_late = not refused.is_local and refused.waited_s > LONG_WAIT_S
        verdict = Verdict.AMBIGUOUS if is_late else Verdict.TRY_HERE
    meaning = refused.text if refused.code is not None else _MEANINGS.get(refused.text, refused.text)
    return Outcome(verdict=verdict, code=code, text=meaning)


def _verdict(refused: Refused) -> Verdict | None:
    """Give what the table says; None for what says too little when it comes late: 41, makers' numbers, a bare ERROR."""
    if refused.code is None:
        return _WORDS.get(refused.text)
    verdict = (_CMS if refused.kind == "cms" else _CME).get(refused.code)
    return None if (refused.kind, refused.code) == ("cms", 41) else verdict
