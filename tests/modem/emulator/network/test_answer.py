from __future__ import annotations

import random

import pytest

from modem.emulator.network import Answer, AnswerRule, Window
from modem.emulator.network.answer import RuleBook
from modem.errors import BehaviourError

NO = Answer(cause=41)


def decided(rules: RuleBook, *, imsi: str = "1", recipient: str = "+1", at_s: float = 0.0) -> Answer | None:
    return rules.decide(imsi, recipient, at_s, random.Random(1))


@pytest.mark.parametrize(
    ("answer", "goes_on"),
    [
        (Answer(), True),
        (Answer(cause=38), False),
        (Answer(cause=38, is_taken=True), True),
        (Answer(is_heard=False), True),
        (Answer(is_heard=False, is_taken=False), False),
    ],
)
def test_a_message_goes_on_as_the_answer_says_unless_told(answer: Answer, goes_on: bool) -> None:
    assert answer.goes_on is goes_on


@pytest.mark.parametrize(
    ("rule", "is_met"),
    [
        (AnswerRule(answer=NO), True),
        (AnswerRule(answer=NO, imsi="1"), True),
        (AnswerRule(answer=NO, imsi="2"), False),
        (AnswerRule(answer=NO, recipient="+1"), True),
        (AnswerRule(answer=NO, recipient="+2"), False),
        (AnswerRule(answer=NO, window=Window(from_s=0, until_s=1)), True),
        (AnswerRule(answer=NO, window=Window(from_s=1)), False),
        (AnswerRule(answer=NO, share=0), False),
    ],
)
def test_a_rule_meets_what_it_names(rule: AnswerRule, is_met: bool) -> None:
    rules = RuleBook()
    rules.add(rule)

    assert (decided(rules) == NO) is is_met


def test_a_rule_for_the_next_submits_is_used_up() -> None:
    rules = RuleBook()
    rules.add(AnswerRule(answer=NO, skip=1, count=2))

    assert [decided(rules) for _ in range(5)] == [None, NO, NO, None, None]
    assert rules.rules == []


def test_the_oldest_rule_that_meets_decides() -> None:
    rules = RuleBook()
    for cause, count in ((21, 1), (22, 1), (27, None)):
        rules.add(AnswerRule(answer=Answer(cause=cause), count=count))

    answers = [decided(rules) for _ in range(4)]
    assert [answer.cause for answer in answers if answer] == [21, 22, 27, 27]


def test_a_rule_that_was_taken_out_of_force_meets_nothing() -> None:
    rules = RuleBook()
    rules.add(AnswerRule(answer=NO))
    rules.remove(AnswerRule(answer=NO))

    assert decided(rules) is None


def test_a_share_is_met_about_as_often() -> None:
    rules, chance = RuleBook(), random.Random(3)
    rules.add(AnswerRule(answer=NO, share=0.25))

    met = sum(rules.decide("1", "+1", 0, chance) is not None for _ in range(2000))
    assert 400 < met < 600


@pytest.mark.parametrize("cause", [0, -1, 256])
def test_a_cause_that_no_octet_holds_is_refused(cause: int) -> None:
    with pytest.raises(BehaviourError, match="cause"):
        Answer(cause=cause)
