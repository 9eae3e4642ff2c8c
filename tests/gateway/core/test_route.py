from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.core.route import Asked, Decision, Rule, decide, reason_of
from gateway.core.routing import Candidate
from gateway.core.types import Port

ASKED = Asked(recipient="+4915112345678", country="DE", account="Shop-Berlin", dialect="openvox", sender="ACME Support")


@pytest.mark.parametrize(
    ("rule", "mismatch"),
    [
        pytest.param(Rule(name=""), "", id="empty: about everything"),
        pytest.param(Rule(name="", prefixes=("+49171", "+49151")), "", id="one of several prefixes"),
        pytest.param(Rule(name="", prefixes=("+43",)), "recipient", id="another prefix"),
        pytest.param(Rule(name="", prefixes=("49",)), "recipient", id="a prefix is compared as written"),
        pytest.param(Rule(name="", countries=("AT", "DE")), "", id="country"),
        pytest.param(Rule(name="", countries=("AT",)), "country", id="another country"),
        pytest.param(Rule(name="", accounts=("shop-*",)), "", id="a group of accounts, without case"),
        pytest.param(Rule(name="", accounts=("shop",)), "account", id="a name is the whole name"),
        pytest.param(Rule(name="", dialects=("openvox",)), "", id="API"),
        pytest.param(Rule(name="", dialects=("v1",)), "API", id="another API"),
        pytest.param(Rule(name="", senders=("acme*",)), "", id="sender"),
        pytest.param(Rule(name="", senders=("acme",)), "sender", id="another sender"),
        pytest.param(Rule(name="", countries=("DE",), dialects=("v1",)), "API", id="all parts must fit"),
    ],
)
def test_what_a_rule_is_about(rule: Rule, mismatch: str) -> None:
    assert rule.mismatch(ASKED) == mismatch


def test_a_number_of_no_known_country_is_in_none() -> None:
    assert Rule(name="", countries=("DE",)).mismatch(replace(ASKED, country="")) == "country"


def a_span(port: int, *, is_usable: bool = True, **facts: object) -> Candidate:
    state = "ready" if is_usable else "not ready"
    span = Candidate(port=Port(port), is_usable=is_usable, name=f"gsm-{port}", state=state)
    return replace(span, **facts)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize(
    ("rule", "picked"),
    [
        pytest.param(Rule(name="", spans=(2,)), [2], id="by number"),
        pytest.param(Rule(name="", spans=("gsm-3", 1)), [1, 3], id="by name and number"),
        pytest.param(Rule(name="", mccmncs=("26202",)), [1], id="by the IMSI of the SIM"),
        pytest.param(Rule(name="", operators=("voda*",)), [1, 2], id="by the name of the operator"),
        pytest.param(Rule(name="", spans=(2, 3), operators=("voda*",)), [2], id="both must fit"),
        pytest.param(Rule(name="", mccmncs=("26201", "26202")), [1, 2], id="one of several networks"),
    ],
)
def test_what_spans_a_rule_picks(rule: Rule, picked: list[int]) -> None:
    spans = [
        a_span(1, imsi="262021234567890", operator="Vodafone.de"),
        a_span(2, imsi="262011234567890", operator="Vodafone"),  # roaming: the SIM of another network
        a_span(3),
    ]
    assert [one.port for one in spans if rule.picks(one)] == picked


def ports(decision: Decision) -> list[int]:
    return [one.port for one in decision.pool]


def test_the_first_rule_that_a_span_can_keep_decides() -> None:
    first = Rule(name="first", spans=(1,))
    second = Rule(name="second", prefixes=("+49",), spans=(2, 3))
    other = Rule(name="other", countries=("AT",), spans=(1,))
    spans = [a_span(1, is_usable=False), a_span(2), a_span(3, is_usable=False)]
    decision = decide([other, first, second], ASKED, spans)
    assert (decision.rule, ports(decision)) == (second, [2, 3])
    assert [(one.rule, one.pool) for one in decision.passed] == [(first, (spans[0],))]
    said = reason_of(decision, is_conversation=False)
    assert said == "rule second: prefers spans 2, 3 (not ready); rule first passed over: spans 1 (not ready)"


def test_without_a_rule_all_spans_are_left_and_there_is_nothing_to_explain() -> None:
    spans = [a_span(1), a_span(2)]
    decision = decide([Rule(name="other", countries=("AT",), spans=(1,))], ASKED, spans)
    assert (decision.rule, ports(decision), decision.is_only) == (None, [1, 2], False)
    assert not reason_of(decision, is_conversation=False)
    assert reason_of(decision, is_conversation=True) == "same span as before in this conversation"


def test_a_rule_that_lets_no_other_span_send_decides_though_none_can() -> None:
    only = Rule(name="only", spans=(1,), is_only=True)
    decision = decide([only, Rule(name="next", spans=(2,))], ASKED, [a_span(1, is_usable=False), a_span(2)])
    assert (ports(decision), decision.is_only) == ([1], True)
    assert reason_of(decision, is_conversation=False) == "rule only: only spans 1 (not ready)"


def test_a_refusal_decides_in_its_turn() -> None:
    refusal = Rule(name="premium", prefixes=("+49900",), refusal="dear")
    before = Rule(name="boss", accounts=("shop-*",), spans=(1,))
    premium = replace(ASKED, recipient="+49900123456")
    assert decide([refusal, before], premium, [a_span(1)]).refusal == "dear"
    assert not decide([before, refusal], premium, [a_span(1)]).refusal
    assert not decide([refusal], ASKED, [a_span(1)]).refusal


def test_of_many_spans_some_are_named() -> None:
    decision = decide([Rule(name="all", spans=tuple(range(1, 65)))], ASKED, [a_span(port) for port in range(1, 65)])
    said = reason_of(decision, is_conversation=False)
    assert said == "rule all: prefers spans 1, 2, 3, 4, 5, 6, 7, 8, and 56 more"


SPANS = st.lists(
    st.builds(a_span, st.integers(1, 5), is_usable=st.booleans()), max_size=5, unique_by=lambda one: one.port
)
RULES = st.lists(
    st.builds(
        Rule,
        name=st.just("x"),
        prefixes=st.sampled_from([(), ("+49",), ("+43",)]),
        spans=st.lists(st.integers(1, 6), min_size=1, max_size=3).map(tuple),
        is_only=st.booleans(),
    ),
    max_size=4,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules=RULES, spans=SPANS)
def test_no_message_is_given_to_a_span_that_a_strict_rule_before_keeps_it_from(
    rules: list[Rule], spans: list[Candidate]
) -> None:
    decision = decide(rules, ASKED, spans)
    about = [rule for rule in rules if not rule.mismatch(ASKED)]
    before = about if decision.rule is None else about[: about.index(decision.rule)]
    assert all(not rule.is_only for rule in before), "a strict rule that was reached decides"
    assert all(not one.is_usable for rule in before for one in spans if rule.picks(one))
    assert list(decision.pool) == [one for one in spans if decision.rule is None or decision.rule.picks(one)]
    if any(one.is_usable for one in spans) and not decision.is_only:
        assert any(one.is_usable for one in decision.pool), "preferring never leaves a message without a span"
