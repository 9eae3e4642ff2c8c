"""The recovery of one modem: asks the ladder, does the steps, and tells the owner.

It outlives ports and sessions. Steps over the open port are done in the session's task, all others between two ports.
After each step the session starts the modem up anew, completely, with a sweep of all memories: that is the
verification, and makes up for whatever was said meanwhile.
"""

from __future__ import annotations

import asyncio
from math import inf
from typing import TYPE_CHECKING, Final, Protocol, assert_never

import structlog

from modem.driver.ladder import Do, Experience, GivenUp, Ladder, Means, Released, StepBegun, StepEnded
from modem.driver.link import Link, ModemSilentError
from modem.driver.port import open_port
from modem.driver.rungs import KEEPS_PORT, Rung
from modem.driver.symptoms import Evidence, Onset, Symptom, read_symptom
from modem.errors import PortError, PowerControlError

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.at.responses import Registration
    from modem.driver.events import ModemEvent
    from modem.driver.ladder import Decision, News
    from modem.driver.model import Model
    from modem.driver.options import ModemOptions
    from modem.driver.rungs import RungFacts

log = structlog.get_logger(__name__)

_RADIO_TIMEOUT_S: Final = 30.0
_RESET_TIMEOUT_S: Final = 5.0
# A modem that does not answer AT may still obey; nobody waits long for its OK.
_BLIND_TIMEOUT_S: Final = 1.0
# The second time in a row: a result may be lost once.
_STUCK: Final = 2
_SHORT_LIVES: Final = 3


class PowerControl(Protocol):
    """Something that may reset USB devices or switch their power; the driver itself has no such rights."""

    def offers(self, url: str) -> frozenset[Rung]:
        """Return the rungs that can be done to the modem behind this port."""

    async def perform(self, rung: Rung, url: str) -> None:
        """Do one of them; the port is closed. Returns when it is done, raises PowerControlError when it cannot be."""


class Recovery:
    """The ladder of one modem with its hands: `decide`, then `climb` or `put_off` and `between_ports`."""

    def __init__(
        self,
        url: str,
        *,
        options: ModemOptions,
        known: Model,
        emit: Callable[[ModemEvent], None],
        experience: Experience | None = None,
        power: PowerControl | None = None,
        on_step: Callable[[], None],
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._url = url
        self._options = options
        self._known = known
        self._emit = emit
        self._power = power
        self._on_step = on_step
        self._clock = clock or _loop_time
        self._ladder = Ladder(options.recovery, experience)
        self._onset = Onset(options.recovery.symptoms)
        self._model = ""
        self._put_off: tuple[RungFacts, Symptom] | None = None
        self._stuck_submits = 0
        self._stuck_lists = 0
        self._has_listed = False
        self._short_lives = 0
        self._is_missing = False
        self._are_sends_failing = False

    # -- what is seen ------------------------------------------------------------------------------------------------

    def meet(self, model: str) -> None:
        """The modem has said what it is."""
        self._model = model

    def note_submit(self, *, is_ended: bool, is_accepted: bool) -> None:
        """A submit ended by the modem's word, or did not though the modem was in service."""
        self._stuck_submits = 0 if is_ended else self._stuck_submits + 1
        if not is_ended and self._ladder.disprove(Symptom.SUBMIT_STUCK, self._clock()):
            # Behind a step for it the first one is enough: each may be a message sent twice.
            self._stuck_submits = _STUCK
            self._tell()
        if is_ended:
            self.prove(Evidence.SUBMIT_ENDED)
        if is_accepted:
            self.prove(Evidence.ACCEPTED)

    def note_list(self, *, is_ended: bool) -> None:
        """A list of messages ended, or did not. A modem that never gave one does not know how: it is not stuck."""
        self._stuck_lists = 0 if is_ended else self._stuck_lists + self._has_listed
        self._has_listed = self._has_listed or is_ended
        if is_ended:
            self.prove(Evidence.LISTED)

    def note_sends_failing(self, are_failing: bool) -> None:  # noqa: FBT001 - the fact itself
        """Submits fail as they did not before, or do not."""
        self._are_sends_failing = are_failing

    def note_sim(self, *, is_failing: bool) -> Symptom | None:
        """The start-up ended because of the SIM; return the symptom once it has lasted long enough."""
        return self._onset.watch(Symptom.SIM_FAILS if is_failing else None, self._clock())

    def see(self, registration: Registration | None, signal_dbm: int | None) -> Symptom | None:
        """Return what is wrong with a modem in service, None when nothing is that lasts."""
        lasting = self._onset.watch(read_symptom(registration, signal_dbm), self._clock())
        if registration is None or registration.is_registered:
            self.prove(Evidence.REGISTERED)
        return self._flagged or lasting

    @property
    def _flagged(self) -> Symptom | None:
        if self._stuck_submits >= _STUCK:
            return Symptom.SUBMIT_STUCK
        if self._are_sends_failing:
            return Symptom.SENDS_FAIL
        return Symptom.LIST_STUCK if self._stuck_lists >= _STUCK else None

    @property
    def blocked_by(self) -> str | None:
        """Why a modem that calls itself ready must not be given messages, None when it may."""
        symptom = self._flagged
        if symptom is None or symptom not in self._ladder.given_up:
            return None
        return self.describe(symptom) if self._options.recovery.symptoms[symptom].is_disabling else None

    @property
    def standing(self) -> str | None:
        """What a person is needed for, None when for nothing."""
        return next(map(self.describe, self._ladder.given_up), None)

    @property
    def look_again_at(self) -> float:
        """When something is due: a symptom counts, or the time of a step is over."""
        return min(self._onset.counts_at, self._ladder.verified_by)

    @property
    def verified_by(self) -> float:
        """Until when a step that was done has time to show that it helped; infinite when there is none."""
        return self._ladder.verified_by

    def describe(self, symptom: Symptom) -> str:
        """Say in plain words what is wrong and whether a person is needed."""
        return f"needs a person: {symptom.value}" if symptom in self._ladder.given_up else symptom.value

    def prove(self, evidence: Evidence) -> None:
        """Something went well."""
        if evidence is Evidence.AWAKE:
            self._is_missing = False
        self._ladder.prove(evidence, self._clock())
        self._tell()

    def release(self) -> None:
        """A person did something to the modem."""
        self._stuck_submits = self._stuck_lists = self._short_lives = 0
        self._is_missing = self._are_sends_failing = False
        self._on_step()
        self._ladder.release(self._clock())
        self._tell()

    # -- what is done ------------------------------------------------------------------------------------------------

    def decide(self, symptom: Symptom, *, owed_until: float = -inf) -> Decision:
        """Say what to do now about a symptom that is seen now."""
        means = Means(
            has_reset_command=bool(self._known.profile.reset_commands),
            has_other_port=self._options.other_port is not None,
            offered=self._power.offers(self._url) if self._power is not None else frozenset(),
        )
        now = self._clock()
        decision = self._ladder.decide(symptom, model=self._model, means=means, now=now, owed_until=owed_until)
        self._tell()
        return decision

    def patience_s(self, usual_s: float) -> float:
        """Return how long a modem may stay silent now: as long as the last step has time to show that it helped."""
        verified_by = self._ladder.verified_by
        return usual_s if verified_by == inf else max(0.0, verified_by - self._clock())

    async def climb(self, facts: RungFacts, symptom: Symptom, link: Link) -> None:
        """Do a step over the open port. Raises PortLostError, ModemSilentError."""
        self._begin(facts, symptom)
        is_done = True  # also when it takes the port away at once
        try:
            match facts.rung:
                case Rung.ESCAPE:
                    # Never Ctrl-Z: it would submit what a prompt may have swallowed.
                    link.abort_prompt()
                case Rung.RADIO:
                    is_done = await self._toggle_radio(link, facts.wait_s)
                case Rung.REBOOT:
                    is_done = await self._reset(link, is_blind=symptom is Symptom.SILENT)
                case _:
                    raise AssertionError(f"{facts.rung} is not done over the port")
        except ModemSilentError:
            is_done = False
            raise
        finally:
            self._done(is_done=is_done)
        await asyncio.sleep(facts.wait_s)

    def put_off(self, facts: RungFacts, symptom: Symptom) -> None:
        """Have a step done as soon as the port is closed."""
        self._put_off = facts, symptom

    async def between_ports(self) -> None:
        """Do the step that was put off until the port is closed, if there is one."""
        if self._put_off is None:
            return
        (facts, symptom), self._put_off = self._put_off, None
        self._begin(facts, symptom)
        is_done = False
        try:
            if facts.rung is Rung.OTHER_PORT:
                is_done = await self._reset_by_other_port()
            elif facts.rung is not Rung.REOPEN and self._power is not None:
                await self._power.perform(facts.rung, self._url)
                is_done = True
            else:
                is_done = facts.rung is Rung.REOPEN
        except (PowerControlError, PortError, ModemSilentError) as error:
            log.info("recovery step not done", action="step_failed", port=self._url, reason=str(error))
        finally:
            self._done(is_done=is_done)
        await asyncio.sleep(facts.wait_s)

    def note_life(self, *, was_awake: bool) -> None:
        """A port was lost, not given up by us; `was_awake`: the modem behind it had answered."""
        self._short_lives = 0 if was_awake else self._short_lives + 1
        if self._short_lives >= _SHORT_LIVES:
            self._step_between_ports(Symptom.PORT_FAILS)

    def note_absent(self) -> None:
        """The port is not there: a step that made it go is not over yet, or somebody pulled the modem out."""
        step = self._ladder.step
        has_taken_port = step is not None and step.rung not in KEEPS_PORT
        if has_taken_port and self._clock() < self._ladder.verified_by:
            return
        if has_taken_port or self._is_missing:
            self._is_missing = True
            self._step_between_ports(Symptom.PORT_ABSENT)
        elif step is not None or self._ladder.given_up:
            self.release()

    # -- inside ------------------------------------------------------------------------------------------------------

    def _step_between_ports(self, symptom: Symptom) -> None:
        decision = self.decide(symptom)
        if isinstance(decision, Do):
            self.put_off(decision.facts, symptom)

    def _begin(self, facts: RungFacts, symptom: Symptom) -> None:
        self._ladder.begin(facts, symptom, model=self._model, now=self._clock())
        self._tell()

    def _done(self, *, is_done: bool) -> None:
        # What was counted before the step says nothing about the modem behind it.
        self._stuck_submits = self._stuck_lists = 0
        self._are_sends_failing = False
        self._on_step()
        self._ladder.done(self._clock(), could_be_done=is_done)
        self._tell()

    async def _toggle_radio(self, link: Link, off_s: float) -> bool:
        for off, on in self._known.profile.radio_toggles:
            answer = await link.ask(off, timeout_s=_RADIO_TIMEOUT_S)
            if answer is None or answer.is_ok:
                await asyncio.sleep(off_s)
                await link.ask(on, timeout_s=_RADIO_TIMEOUT_S)
                return True
        return False

    async def _reset(self, link: Link, *, is_blind: bool) -> bool:
        for command in self._known.profile.reset_commands:
            if is_blind:
                link.abort_prompt()
                await link.answers(command, timeout_s=_BLIND_TIMEOUT_S, is_prompt_possible=False)
                continue
            answer = await link.ask(command, timeout_s=_RESET_TIMEOUT_S)
            if answer is None or answer.is_ok:
                return True
        return is_blind

    async def _reset_by_other_port(self) -> bool:
        url = self._options.other_port
        if url is None:
            return False
        link = Link(name=url, on_urc=lambda _: None, on_late_result=lambda _: None, on_prompt=lambda: None)
        port = await open_port(
            url, baudrate=self._options.baudrate, on_data=link.receive_data, on_lost=link.fail, keep_input=False
        )
        link.attach(port)
        try:
            return await self._reset(link, is_blind=True)
        finally:
            await port.close()

    def _tell(self) -> None:
        while (news := self._ladder.next_event()) is not None:
            log.debug("recovery", action="recovery", port=self._url, news=_words(news))
            self._emit(news)


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _words(news: News) -> str:
    match news:
        case StepBegun(rung=rung, symptom=symptom):
            return f"{symptom.value}: {rung.value}"
        case StepEnded(rung=rung, is_cured=is_cured):
            return f"{rung.value} {'helped' if is_cured else 'did not help'}"
        case GivenUp(symptom=symptom):
            return f"needs a person: {symptom.value}"
        case Released(symptom=symptom):
            return f"no more: {symptom.value}"
        case _:
            assert_never(news)
