"""Which recovery step now, if any: the decisions of the recovery ladder. No I/O, and time is an argument.

Theory of operation. A symptom begins a trouble. The owner asks `decide` as long as it sees the symptom, does the step
it is told and calls `begin` and `done` around it; what it sees go well it tells by `prove`. A step that was done has
its time for verification; if the symptom is still seen behind it, it has failed and the next rung has its turn, the one
that once cured this symptom of this model first of all. When every rung has failed there is a pause before they are
tried anew, twice as long each time; after some rounds the trouble is given up (quarantine): no more steps, and a person
is told. Even that ends: by itself when the symptom goes, and else after hours with one more round.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from modem.driver.rungs import LADDER, Need, Rung, RungFacts
from modem.driver.symptoms import SYMPTOMS, Evidence, Symptom, SymptomFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

HOUR_S: Final = 3600.0
_REMEMBERED: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """How often and how long; times in seconds. The two tables may be others than the usual ones."""

    # Steps that reset something, in any hour: a dead SIM must not lead to a storm of resets.
    resets_per_hour: int = 8
    # The pause behind the first round of failed rungs; it doubles with each round.
    first_pause_s: float = 60.0
    longest_pause_s: float = 1800.0
    # So many rounds fail before a person is needed.
    rounds: int = 3
    # How long no step is done then; it doubles each time.
    quarantine_s: float = HOUR_S
    longest_quarantine_s: float = 24 * HOUR_S
    ladder: tuple[RungFacts, ...] = LADDER
    symptoms: Mapping[Symptom, SymptomFacts] = field(default_factory=lambda: SYMPTOMS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What can be done to this modem now; `offered` are the rungs that a power control has for it."""

    has_reset_command: bool
    has_other_port: bool = False
    offered: frozenset[Rung] = frozenset()

    def allow(self, facts: RungFacts) -> bool:
        """Tell whether what the rung needs is there."""
        match facts.need:
            case Need.NOTHING:
                return True
            case Need.RESET_COMMAND:
                return self.has_reset_command
            case Need.OTHER_PORT:
                return self.has_other_port and self.has_reset_command
            case Need.POWER_CONTROL:
                return facts.rung in self.offered


class Experience:
    """Which rung cured which symptom of which model last; modems of one owner share it.

    `on_change` is told what is learnt, and None when a cure is forgotten, so that the owner can keep it.
    """

    def __init__(self, *, on_change: Callable[[str, Symptom, Rung | None], None] = lambda *_: None) -> None:
        self._on_change = on_change
        self._cures: dict[tuple[str, Symptom], Rung] = {}

    def begin_with(self, model: str, symptom: Symptom, rung: Rung) -> None:
        """Take over what was learnt by an earlier process."""
        self._cures[model, symptom] = rung

    def recall(self, model: str, symptom: Symptom) -> Rung | None:
        """Return the rung to try first, None when nothing is known."""
        return self._cures.get((model, symptom))

    def learn(self, model: str, symptom: Symptom, rung: Rung) -> None:
        """Remember that `rung` cured `symptom`."""
        if self._cures.get((model, symptom)) is not rung:
            self._cures[model, symptom] = rung
            self._on_change(model, symptom, rung)

    def unlearn(self, model: str, symptom: Symptom, rung: Rung) -> None:
        """It did not hold."""
        if self._cures.get((model, symptom)) is rung:
            del self._cures[model, symptom]
            self._on_change(model, symptom, None)


# -- decisions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Do:
    """Do this step now: call `begin`, do it, call `done`."""

    facts: RungFacts


@dataclass(frozen=True, kw_only=True, slots=True)
class Wait:
    """Do nothing before `until`; infinite when something else must happen first."""

    until: float


Decision = Do | Wait

# -- news ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class StepBegun:
    """A step begins."""

    rung: Rung
    symptom: Symptom


@dataclass(frozen=True, kw_only=True, slots=True)
class StepEnded:
    """A step was verified: it cured the symptom, or did not. `took_s` counts from its begin."""

    rung: Rung
    symptom: Symptom
    is_cured: bool
    took_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenUp:
    """A person is needed; `tried` are the rungs in order, with repetitions."""

    symptom: Symptom
    tried: tuple[Rung, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Released:
    """The symptom that had been given up is gone."""

    symptom: Symptom


News = StepBegun | StepEnded | GivenUp | Released


@dataclass(slots=True, kw_only=True)
class _Trouble:
    """One symptom of this modem from its first sight until it has been gone for long enough."""

    tried: list[Rung] = field(default_factory=list)
    all_tried: deque[Rung] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    failed_rounds: int = 0
    resting_until: float = -inf
    is_given_up: bool = False
    times_given_up: int = 0
    cured_at: float | None = None


@dataclass(slots=True, kw_only=True)
class _Step:
    facts: RungFacts
    symptom: Symptom
    model: str
    began_at: float
    verified_by: float = inf


class Ladder:
    """The recovery of one modem."""

    def __init__(self, limits: Limits | None = None, experience: Experience | None = None) -> None:
        self._limits = limits or Limits()
        self._experience = experience or Experience()
        self._troubles: dict[Symptom, _Trouble] = {}
        self._step: _Step | None = None
        self._resets: deque[float] = deque(maxlen=self._limits.resets_per_hour)
        self._news: deque[News] = deque()

    @property
    def step(self) -> RungFacts | None:
        """The step under way or not yet verified."""
        return self._step.facts if self._step is not None else None

    @property
    def verified_by(self) -> float:
        """Until when the step has time to show that it helped; infinite without a step, or while it is being done."""
        return self._step.verified_by if self._step is not None else inf

    @property
    def given_up(self) -> tuple[Symptom, ...]:
        """What a person is needed for."""
        return tuple(s for s, t in self._troubles.items() if t.is_given_up)

    def next_event(self) -> News | None:
        """Return what happened, oldest first, or None."""
        return self._news.popleft() if self._news else None

    def decide(self, symptom: Symptom, *, model: str, means: Means, now: float, owed_until: float = -inf) -> Decision:
        """Say what to do about a symptom that is seen now.

        `owed_until`: until then the modem may still answer a submit, and nothing is done that could take the answer;
        infinite while a submit is under way, and then nothing at all is done.
        """
        if owed_until == inf:
            return Wait(until=inf)
        if self._step is not None:
            if self._step.symptom is symptom and now < self._step.verified_by:
                return Wait(until=self._step.verified_by)
            self._end_step(now, is_cured=False)
        trouble = self._trouble(symptom, model, now)
        if now < trouble.resting_until:
            return Wait(until=trouble.resting_until)
        possible = [facts for facts in self._limits.ladder if symptom in facts.cures and means.allow(facts)]
        if owed_until > now:
            gentle = [facts for facts in possible if facts.is_gentle and facts.rung not in trouble.tried]
            return Do(facts=gentle[0]) if gentle else Wait(until=owed_until)
        return self._choose(symptom, trouble, possible=possible, model=model, now=now)

    def _choose(
        self, symptom: Symptom, trouble: _Trouble, *, possible: list[RungFacts], model: str, now: float
    ) -> Decision:
        left = [facts for facts in possible if facts.rung not in trouble.tried]
        if not left:
            return self._end_round(symptom, trouble, now, is_possible=bool(possible))
        allowed = [facts for facts in left if not facts.is_reset or self._is_reset_allowed(now)]
        if not allowed:
            return Wait(until=self._resets[0] + HOUR_S if self._resets else inf)
        favourite = self._experience.recall(model, symptom)
        return Do(facts=next((facts for facts in allowed if facts.rung is favourite), allowed[0]))

    def begin(self, facts: RungFacts, symptom: Symptom, *, model: str, now: float) -> None:
        """The step that was decided on begins."""
        trouble = self._trouble(symptom, model, now)
        trouble.tried.append(facts.rung)
        trouble.all_tried.append(facts.rung)
        if facts.is_reset:
            self._resets.append(now)
        self._step = _Step(facts=facts, symptom=symptom, model=model, began_at=now)
        self._news.append(StepBegun(rung=facts.rung, symptom=symptom))

    def done(self, now: float, *, could_be_done: bool = True) -> None:
        """The step was done and has its time to show that it helped, or could not be done and has failed."""
        if self._step is not None:
            facts = self._step.facts
            self._step.verified_by = now + facts.wait_s + facts.verify_s
            if not could_be_done:
                self._end_step(now, is_cured=False)

    def prove(self, evidence: Evidence, now: float) -> None:
        """Something went well: end what it disproves."""
        step = self._step
        if step is not None and step.verified_by < inf and self._limits.symptoms[step.symptom].proof is evidence:
            self._end_step(now, is_cured=True)
        for symptom, trouble in list(self._troubles.items()):
            if self._limits.symptoms[symptom].proof is not evidence:
                continue
            if step is not None and step is self._step and step.symptom is symptom:
                continue  # seen before the step was done
            if trouble.is_given_up:
                trouble.is_given_up, trouble.resting_until = False, -inf
                self._news.append(Released(symptom=symptom))
            if trouble.cured_at is None:
                trouble.cured_at = now
            if now - trouble.cured_at > self._limits.symptoms[symptom].relapse_s:
                del self._troubles[symptom]

    def disprove(self, symptom: Symptom, now: float) -> bool:
        """The symptom is there for certain: return whether that ended a step for it before its time was over."""
        step = self._step
        is_over = step is not None and step.symptom is symptom and step.verified_by < inf
        if is_over:
            self._end_step(now, is_cured=False)
        return is_over

    def release(self, now: float) -> None:
        """A person did something (another SIM, plugged anew): forget all troubles, not how many resets there were."""
        self._end_step(now, is_cured=False)
        self._news.extend(Released(symptom=symptom) for symptom in self.given_up)
        self._troubles.clear()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _trouble(self, symptom: Symptom, model: str, now: float) -> _Trouble:
        """Return the trouble that the symptom belongs to: a new one, or an old one that is back."""
        trouble = self._troubles.get(symptom)
        if trouble is not None and trouble.cured_at is not None:
            if now - trouble.cured_at > self._limits.symptoms[symptom].relapse_s:
                trouble = None
            else:
                self._relapse(symptom, trouble, model)
        if trouble is None:
            trouble = self._troubles[symptom] = _Trouble()
        return trouble

    def _relapse(self, symptom: Symptom, trouble: _Trouble, model: str) -> None:
        """Go on where it seemed cured. Steps that reset nothing may be done any number of times."""
        trouble.cured_at = None
        if trouble.tried:
            self._experience.unlearn(model, symptom, trouble.tried[-1])
        resets = {facts.rung for facts in self._limits.ladder if facts.is_reset}
        trouble.tried = [rung for rung in trouble.tried if rung in resets]

    def _end_round(self, symptom: Symptom, trouble: _Trouble, now: float, *, is_possible: bool) -> Wait:
        """Every rung has failed: pause, or give up."""
        limits = self._limits
        trouble.tried.clear()
        trouble.failed_rounds += 1
        if is_possible and trouble.failed_rounds < limits.rounds:
            pause_s = min(limits.longest_pause_s, limits.first_pause_s * 2 ** (trouble.failed_rounds - 1))
            trouble.resting_until = now + pause_s
            return Wait(until=trouble.resting_until)
        rest_s = min(limits.longest_quarantine_s, limits.quarantine_s * 2 ** min(trouble.times_given_up, 10))
        trouble.resting_until = now + rest_s
        trouble.times_given_up += 1
        # One more round then, not all of them.
        trouble.failed_rounds = limits.rounds - 1
        if not trouble.is_given_up:
            trouble.is_given_up = True
            self._news.append(GivenUp(symptom=symptom, tried=tuple(trouble.all_tried)))
        trouble.all_tried.clear()
        return Wait(until=trouble.resting_until)

    def _end_step(self, now: float, *, is_cured: bool) -> None:
        step, self._step = self._step, None
        if step is None:
            return
        if is_cured:
            self._experience.learn(step.model, step.symptom, step.facts.rung)
        else:
            self._experience.unlearn(step.model, step.symptom, step.facts.rung)
        self._news.append(
            StepEnded(rung=step.facts.rung, symptom=step.symptom, is_cured=is_cured, took_s=now - step.began_at)
        )

    def _is_reset_allowed(self, now: float) -> bool:
        if len(self._resets) < self._limits.resets_per_hour:
            return True
        return bool(self._resets) and now >= self._resets[0] + HOUR_S
