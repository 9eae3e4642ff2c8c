"""The recovery ladder's decisions, on a clock that only the tests move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modem.driver.ladder import (
    Decision,
    Do,
    Experience,
    GivenUp,
    Ladder,
    Limits,
    Means,
    News,
    Released,
    StepBegun,
    StepEnded,
    Wait,
)
from modem.driver.rungs import LADDER, Need, Rung
from modem.driver.symptoms import SYMPTOMS, Evidence, Symptom

HOUR_S = 3600
USB = frozenset({Rung.USB_RESET, Rung.REAUTHORISE, Rung.POWER_CYCLE, Rung.HUB_RESET})
ALONE = Means(has_reset_command=True)
FULL = Means(has_reset_command=True, has_other_port=True, offered=USB)


@dataclass
class Bench:
    """A modem with one symptom; `cure` ends it, until the next fault."""

    cure: Rung | None
    symptom: Symptom = Symptom.SILENT
    means: Means = FULL
    ladder: Ladder = field(default_factory=Ladder)
    now: float = 0.0
    done: list[tuple[float, Rung]] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def look(self) -> Do | Wait:
        """See the symptom once, and do what the ladder says."""
        decision = self.ladder.decide(self.symptom, model="A", means=self.means, now=self.now)
        if isinstance(decision, Do):
            self.done.append((self.now, decision.facts.rung))
            self.ladder.begin(decision.facts, self.symptom, model="A", now=self.now)
            self.now += decision.facts.cost_s
            self.ladder.done(self.now)
            if decision.facts.rung is self.cure:
                self.ladder.prove(SYMPTOMS[self.symptom].proof, self.now)
        while (news := self.ladder.next_event()) is not None:
            self.news.append(news)
        return decision

    def recover(self, *, at_most: int = 200) -> list[Rung]:
        """Go on until cured or given up; return the rungs in order."""
        begin = len(self.done)
        for _ in range(at_most):
            decision = self.look()
            last = self.news[-1] if self.news else None
            if isinstance(last, StepEnded) and last.is_cured and isinstance(decision, Do):
                break
            if isinstance(last, GivenUp):
                break
            if isinstance(decision, Wait):
                self.now = decision.until
        return [rung for _, rung in self.done[begin:]]


def test_silent_modem_climbs_from_the_mild_to_the_costly() -> None:
    assert Bench(cure=Rung.POWER_CYCLE).recover() == [
        Rung.ESCAPE, Rung.REOPEN, Rung.REBOOT, Rung.OTHER_PORT, Rung.USB_RESET, Rung.REAUTHORISE, Rung.POWER_CYCLE,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("symptom", "rungs"),
    [
        (Symptom.SILENT, [Rung.ESCAPE, Rung.REOPEN, Rung.REBOOT]),
        (Symptom.LIST_STUCK, [Rung.ESCAPE, Rung.REOPEN, Rung.RADIO, Rung.REBOOT]),
        # Each step is tried with a message that may go out twice.
        (Symptom.SUBMIT_STUCK, [Rung.RADIO, Rung.REBOOT]),
        (Symptom.NO_NETWORK, [Rung.RADIO, Rung.REBOOT]),
        (Symptom.SIM_FAILS, [Rung.RADIO, Rung.REBOOT]),
        (Symptom.SENDS_FAIL, [Rung.RADIO, Rung.REBOOT]),
        (Symptom.PORT_FAILS, []),
    ],
)
def test_only_rungs_that_can_help_and_can_be_done_are_tried(symptom: Symptom, rungs: list[Rung]) -> None:
    limits = Limits(rounds=1)
    bench = Bench(cure=None, symptom=symptom, means=ALONE, ladder=Ladder(limits))
    assert bench.recover() == rungs
    assert bench.news[-1] == GivenUp(symptom=symptom, tried=tuple(rungs))


@pytest.mark.parametrize("facts", LADDER, ids=lambda facts: facts.rung.name)
def test_rung_needs_what_its_line_says(facts: object) -> None:
    needs = {f.rung: f.need for f in LADDER}
    rung = next(f.rung for f in LADDER if f is facts)
    symptom = next(iter(next(f.cures for f in LADDER if f.rung is rung)))
    tried = Bench(cure=None, symptom=symptom, means=Means(has_reset_command=False)).recover()
    assert (rung in tried) == (needs[rung] is Need.NOTHING)


def test_rung_that_worked_is_first_next_time_also_for_another_modem_of_the_model() -> None:
    experience = Experience()
    first = Bench(cure=Rung.USB_RESET, ladder=Ladder(experience=experience))
    first.recover()
    second = Bench(cure=Rung.USB_RESET, ladder=Ladder(experience=experience))
    assert second.recover() == [Rung.USB_RESET]


def test_rung_that_worked_and_does_not_any_more_is_not_preferred_again() -> None:
    experience = Experience()
    Bench(cure=Rung.REBOOT, ladder=Ladder(experience=experience)).recover()
    changed = Bench(cure=Rung.OTHER_PORT, ladder=Ladder(experience=experience))
    assert changed.recover() == [Rung.REBOOT, Rung.ESCAPE, Rung.REOPEN, Rung.OTHER_PORT]
    assert experience.recall("A", Symptom.SILENT) is Rung.OTHER_PORT


def test_pauses_double_and_then_a_person_is_needed() -> None:
    bench = Bench(cure=None, means=Means(has_reset_command=False))
    tried = bench.recover()
    assert tried == [Rung.ESCAPE, Rung.REOPEN] * 3
    starts = [at for at, rung in bench.done if rung is Rung.ESCAPE]
    ends = [at for at, rung in bench.done if rung is Rung.REOPEN]
    # 1 s for the step and 5 s for its verification, then the pause.
    assert [start - end for start, end in zip(starts[1:], ends, strict=False)] == [6 + 60, 6 + 120]
    assert bench.ladder.given_up == (Symptom.SILENT,)


def test_modem_given_up_is_left_alone_for_an_hour_then_tried_once_more_and_left_for_two() -> None:
    bench = Bench(cure=None, means=Means(has_reset_command=False))
    bench.recover()
    given_up_at, count = bench.now, len(bench.done)
    while bench.now < given_up_at + HOUR_S:
        decision = bench.look()
        assert decision == Wait(until=given_up_at + HOUR_S)
        bench.now += 600
    while bench.now < given_up_at + 3 * HOUR_S:
        decision = bench.look()
        if isinstance(decision, Wait):
            bench.now = min(decision.until, bench.now + 600)
    assert [rung for _, rung in bench.done[count:]] == [Rung.ESCAPE, Rung.REOPEN]
    assert [news for news in bench.news if isinstance(news, GivenUp)] == [
        GivenUp(symptom=Symptom.SILENT, tried=(Rung.ESCAPE, Rung.REOPEN) * 3)
    ]


def test_symptom_that_goes_by_itself_ends_being_given_up() -> None:
    bench = Bench(cure=None)
    bench.recover()
    bench.ladder.prove(Evidence.AWAKE, bench.now)
    assert bench.ladder.given_up == ()
    assert bench.ladder.next_event() == Released(symptom=Symptom.SILENT)


def test_nothing_that_takes_an_answer_away_is_done_while_a_submit_may_still_be_answered() -> None:
    ladder = Ladder()

    def decide(now: float, owed_until: float) -> Decision:
        return ladder.decide(Symptom.SILENT, model="A", means=FULL, now=now, owed_until=owed_until)

    # A submit is under way: nothing at all.
    assert decide(0, inf) == Wait(until=inf)
    gentle = decide(0, 60)
    assert isinstance(gentle, Do)
    assert gentle.facts.rung is Rung.REOPEN
    ladder.begin(gentle.facts, Symptom.SILENT, model="A", now=0)
    ladder.done(0)
    assert decide(1, 60) == Wait(until=5)
    assert decide(6, 60) == Wait(until=60)
    # It was too long now: the rest of the ladder, without what was tried.
    then = decide(60, 60)
    assert isinstance(then, Do)
    assert then.facts.rung is Rung.ESCAPE
    ladder.begin(then.facts, Symptom.SILENT, model="A", now=60)
    ladder.done(60)
    assert isinstance(after := decide(64, -inf), Do)
    assert after.facts.rung is Rung.REBOOT


def test_what_is_learnt_and_forgotten_is_told_once() -> None:
    told: list[tuple[str, Symptom, Rung | None]] = []
    experience = Experience(on_change=lambda model, symptom, rung: told.append((model, symptom, rung)))
    experience.begin_with("B", Symptom.SILENT, Rung.REBOOT)
    assert experience.recall("B", Symptom.SILENT) is Rung.REBOOT
    experience.learn("A", Symptom.SILENT, Rung.REBOOT)
    experience.learn("A", Symptom.SILENT, Rung.REBOOT)
    experience.unlearn("A", Symptom.SILENT, Rung.RADIO)
    experience.unlearn("A", Symptom.SILENT, Rung.REBOOT)
    experience.unlearn("A", Symptom.SILENT, Rung.REBOOT)
    assert told == [("A", Symptom.SILENT, Rung.REBOOT), ("A", Symptom.SILENT, None)]


def test_favourite_that_restarts_the_modem_waits_until_no_answer_can_come() -> None:
    experience = Experience()
    experience.learn("A", Symptom.SILENT, Rung.REBOOT)
    ladder = Ladder(experience=experience)
    first = ladder.decide(Symptom.SILENT, model="A", means=FULL, now=0, owed_until=60)
    assert isinstance(first, Do)
    assert first.facts.rung is Rung.REOPEN


def test_step_that_seemed_to_help_is_not_the_next_one_when_the_symptom_is_soon_back() -> None:
    bench = Bench(cure=Rung.RADIO, symptom=Symptom.SENDS_FAIL)
    assert bench.recover() == [Rung.RADIO]
    bench.now += 600
    bench.cure = None
    bench.look()
    assert bench.done[-1][1] is Rung.REBOOT


def test_step_that_helped_for_long_is_tried_first_again() -> None:
    bench = Bench(cure=Rung.REBOOT, symptom=Symptom.SENDS_FAIL)
    bench.recover()
    bench.now += 2 * HOUR_S
    bench.look()
    assert bench.done[-1][1] is Rung.REBOOT


def test_modem_that_esc_wakes_each_time_is_woken_each_time() -> None:
    bench = Bench(cure=Rung.ESCAPE)
    for _ in range(100):
        bench.recover()
        bench.now += 60
    assert {rung for _, rung in bench.done} == {Rung.ESCAPE}
    assert not [news for news in bench.news if isinstance(news, GivenUp)]


def test_step_that_could_not_be_done_has_failed_at_once() -> None:
    bench = Bench(cure=None)
    decision = bench.ladder.decide(Symptom.SILENT, model="A", means=FULL, now=0)
    assert isinstance(decision, Do)
    bench.ladder.begin(decision.facts, Symptom.SILENT, model="A", now=0)
    bench.ladder.done(1, could_be_done=False)
    bench.look()
    assert [rung for _, rung in bench.done] == [Rung.REOPEN]


def test_release_by_a_person_forgets_the_trouble_but_not_the_resets() -> None:
    bench = Bench(cure=None, ladder=Ladder(Limits(resets_per_hour=2, rounds=1)), means=ALONE, symptom=Symptom.SIM_FAILS)
    bench.recover()
    released_at = bench.now
    bench.ladder.release(bench.now)
    assert bench.ladder.given_up == ()
    assert bench.look() == Wait(until=HOUR_S)
    assert released_at < HOUR_S


def test_no_resets_are_done_when_none_are_allowed() -> None:
    bench = Bench(cure=None, ladder=Ladder(Limits(resets_per_hour=0)), symptom=Symptom.NO_NETWORK)
    assert bench.look() == Wait(until=inf)


# -- properties ------------------------------------------------------------------------------------------------------

symptoms = st.sampled_from(list(Symptom))
evidence = st.sampled_from(list(Evidence))
actions = st.lists(st.one_of(symptoms, evidence, st.floats(0, 4000), st.none()), max_size=300)


@dataclass
class Mill:
    """Symptoms, evidence, time and people (None) in any order."""

    ladder: Ladder
    now: float = 0.0
    resets: list[float] = field(default_factory=list)
    news: list[News] = field(default_factory=list)

    def turn(self, what: Symptom | Evidence | float | None) -> None:
        match what:
            case Symptom():
                self._see(what)
            case Evidence():
                self.ladder.prove(what, self.now)
            case float():
                self.now += what
            case None:
                self.ladder.release(self.now)
        while (event := self.ladder.next_event()) is not None:
            self.news.append(event)

    def _see(self, symptom: Symptom) -> None:
        step, verified_by = self.ladder.step, self.ladder.verified_by
        decision = self.ladder.decide(symptom, model="A", means=FULL, now=self.now)
        if isinstance(decision, Wait):
            assert decision.until > self.now
            return
        assert symptom in decision.facts.cures
        begun = [event.symptom for event in self.news if isinstance(event, StepBegun)]
        assert step is None or self.now >= verified_by or begun[-1] is not symptom
        self.ladder.begin(decision.facts, symptom, model="A", now=self.now)
        if decision.facts.is_reset:
            self.resets.append(self.now)
        self.ladder.done(self.now)


@given(actions, st.integers(1, 4))
def test_whatever_happens_caps_hold_and_steps_are_begun_and_ended_in_turn(
    script: list[Symptom | Evidence | float | None], resets_per_hour: int
) -> None:
    mill = Mill(ladder=Ladder(Limits(resets_per_hour=resets_per_hour)))
    for what in script:
        mill.turn(what)
    for at in mill.resets:
        assert sum(at <= other < at + HOUR_S for other in mill.resets) <= resets_per_hour
    steps = [event for event in mill.news if isinstance(event, StepBegun | StepEnded)]
    for before, after in pairwise(steps):
        assert isinstance(before, StepBegun) != isinstance(after, StepBegun)
        if isinstance(before, StepBegun):
            assert (after.rung, after.symptom) == (before.rung, before.symptom)


@given(symptoms, st.sampled_from(list(Rung)), st.integers(1, 10))
def test_every_cure_is_found_and_first_the_next_time(symptom: Symptom, cure: Rung, resets_per_hour: int) -> None:
    facts = next(line for line in LADDER if line.rung is cure)
    bench = Bench(cure=cure, symptom=symptom, ladder=Ladder(Limits(resets_per_hour=resets_per_hour)))
    tried = bench.recover()
    assert len(tried) == len(set(tried)) or symptom not in facts.cures
    if symptom in facts.cures:
        assert tried[-1] is cure
        bench.now += 2 * HOUR_S
        assert bench.recover() == [cure]
    else:
        assert isinstance(bench.news[-1], GivenUp)


@given(symptoms)
def test_what_nothing_cures_is_given_up_after_a_bounded_number_of_steps(symptom: Symptom) -> None:
    bench = Bench(cure=None, symptom=symptom)
    possible = [line for line in LADDER if symptom in line.cures]
    assert len(bench.recover()) == 3 * len(possible)
    assert isinstance(bench.news[-1], GivenUp)


def test_table_has_each_rung_once_and_every_symptom_has_a_rung() -> None:
    assert [facts.rung for facts in LADDER] == list(Rung)
    assert set(SYMPTOMS) == set(Symptom)
    assert all(any(symptom in facts.cures for facts in LADDER) for symptom in Symptom)


def test_other_table_may_be_given() -> None:
    quick = tuple(replace(facts, verify_s=0.1) for facts in LADDER)
    bench = Bench(cure=Rung.REOPEN, ladder=Ladder(Limits(ladder=quick)))
    bench.recover()
    assert bench.now < 3
