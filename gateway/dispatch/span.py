"""One span at work: claim a segment, submit it, settle it and claim the next in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

import modem.pdu as sms
from gateway.core.types import EpochMs
from gateway.dispatch.outcome import Outcome, Verdict, judge
from gateway.dispatch.radio import Refused
from gateway.dispatch.settle import follows_of, settlement_of
from gateway.dispatch.validity import validity
from gateway.errors import StoreUnavailableError
from gateway.store.outage import RETRY_S
from gateway.store.sending import Turn
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.message import Assignment
    from gateway.core.pacing import Pause
    from gateway.core.sim import SimStop
    from gateway.core.types import AttemptId, Port
    from gateway.dispatch.flight import Flight
    from gateway.dispatch.measures import Measures
    from gateway.dispatch.pacing import Paces, Pacing
    from gateway.dispatch.radio import Identity, Radio
    from gateway.dispatch.stops import SimStops
    from gateway.dispatch.validity import ValidityForms
    from gateway.store.backend import Store
    from gateway.store.outage import Outage
    from gateway.store.sending import Settlement, TurnResult

log = structlog.get_logger(__name__)

FLASH_CLASS = 0
"""The message class that a phone shows at once (3GPP TS 23.038 4)."""


class SpanWorker:
    """The sending task of one span.

    `others` gives the ports that can send, `is_enabled` whether this one is switched on, `is_draining` whether it may
    only finish what it has begun, and `on_rest` is told when nothing of that can be done now; `on_undecided` is
    told of attempts without an answer, `on_pause` when the SIM is left alone, for which `stops` has the reason, and
    when it is tried again (None).
    """

    def __init__(
        self,
        port: Port,
        *,
        store: Store,
        settings: Settings,
        clock: Clock,
        others: Callable[[], Sequence[Port]],
        is_enabled: Callable[[], bool],
        is_draining: Callable[[], bool],
        on_rest: Callable[[], None],
        on_undecided: Callable[[AttemptId, EpochMs], None],
        on_pause: Callable[[SimStop | None], None],
        stops: SimStops,
        outage: Outage,
        flight: Flight,
        measures: Measures,
        validity_forms: ValidityForms,
        paces: Paces,
    ) -> None:
        self.port = port
        self.last_unanswered: AttemptId | None = None
        self._store = store
        self._settings = settings
        self._clock = clock
        self._others = others
        self._is_enabled = is_enabled
        self._is_draining = is_draining
        self._on_rest = on_rest
        self._on_undecided = on_undecided
        self._on_pause = on_pause
        self._stops = stops
        self._outage = outage
        self._flight = flight
        self._measures = measures
        self._validity_forms = validity_forms
        self._paces = paces
        self._pause: Pause | None = None
        self._has_gap = False
        self._was_able = False
        self._tables = tuple(sms.Language[name.upper()] for name in settings.text.national_tables)
        self._radio: Radio | None = None
        self._identity: Identity | None = None
        self._is_paused = False
        self._is_release_wanted = False
        self._wake = asyncio.Event()
        self._stopping = False
        self._is_sending = False
        self._sleeps_for_ever = self._is_at_rest = False
        self._plan: tuple[str, sms.Plan] | None = None

    # --- told by the pool -------------------------------------------------------------------------

    @property
    def is_able(self) -> bool:
        """Whether it can take a message now, or after the gap to the one before."""
        return self._can_send and not self._is_draining()

    @property
    def _can_send(self) -> bool:
        is_there = self._radio is not None and not self._stopping and self._is_enabled()
        return is_there and self._stop is None and not self._is_over_quota

    @property
    def radio(self) -> Radio | None:
        """The modem, None while it cannot send."""
        return self._radio

    @property
    def sim(self) -> str:
        """The SIM that is, or was last, behind the span; of a modem that tells nothing the span stands for it."""
        return (self._identity.sim if self._identity is not None else "") or f"span {self.port}"

    @property
    def _stop(self) -> SimStop | None:
        return self._stops.stop_of(self.sim)

    @property
    def _present_pause(self) -> Pause | None:
        pause = self._pause
        return pause if pause is not None and self._clock.now_ms() < pause.until else None

    @property
    def _is_over_quota(self) -> bool:
        pause = self._present_pause
        return pause is not None and pause.period is not None

    @property
    def is_sending(self) -> bool:
        """Whether a segment is at the modem."""
        return self._is_sending

    @property
    def is_at_rest(self) -> bool:
        """Whether it has no segment in its hands and does not look for one."""
        return self._is_at_rest

    @property
    def sleeps_for_ever(self) -> bool:
        """Whether it looks for work only when woken."""
        return self._sleeps_for_ever

    def attach(self, radio: Radio, identity: Identity) -> None:
        """The modem behind the span can send."""
        self._radio, self._identity = radio, identity
        self._measures.seat(self.port, self.sim)
        self._pause = None
        self._note_stop()
        self._wake.set()

    def detach(self) -> None:
        """The modem cannot send at present."""
        self._radio = None
        self._was_able = False
        self._paces.lost(self.port)

    def try_again(self) -> None:
        """Leave a barred SIM alone no longer, nor keep from it what it refused: a person did something about it."""
        self._is_release_wanted = True
        self._wake.set()

    def look_again(self) -> None:
        """Ask anew whether the SIM may send: limits or the clock were changed."""
        self._pause = None
        self._wake.set()

    def wake(self) -> None:
        """Look for work."""
        self._wake.set()

    def stop(self) -> None:
        """Take no further segment; `run` returns after the one under way."""
        self._stopping = True
        self._wake.set()

    # --- the loop ---------------------------------------------------------------------------------

    async def run(self) -> None:
        """Send until `stop`."""
        settlement: Settlement | None = None
        while not self._stopping or settlement is not None:
            if self._is_release_wanted:
                self._is_release_wanted = False
                await self._stops.release(self.sim)
                await self._outage.ride_out(lambda: self._store.end_exclusions(self.port))
            self._note_stop()
            radio, identity = self._radio, self._identity
            if identity is None or (settlement is None and not (self._can_send and self._present_pause is None)):
                self._was_able = self._was_able and self.is_able
                await self._rest()
                continue
            self._wake.clear()
            pacing = self._paces.of_turn(self.port, identity.sim)
            self._has_gap = pacing.pace is not None and pacing.pace.limits.has_gap
            try:
                result = await self._store.turn(self._turn(identity, settlement, pacing))
            except StoreUnavailableError as error:
                # The settlement is kept: what the modem said is not asked for twice.
                self._outage.begin(self, error)
                await self._sleep(RETRY_S)
                continue
            self._outage.end(self)
            if settlement is not None and settlement.decide_at is not None:
                # Not before it is in the store: there would be nothing to decide yet, and then nobody who does.
                self._on_undecided(settlement.attempt_id, settlement.decide_at)
            settlement = None
            self._take_pause(pacing, result)
            if result.assignment is None:
                if self._is_draining():
                    self._on_rest()
                if self._can_send and self._present_pause is None:
                    await self._sleep(self._idle_s(result.next_due_at))
                continue
            if radio is None:
                raise AssertionError("a segment was claimed without a modem")
            settlement = await self._send(radio, result.assignment, identity.sim or self.sim)

    async def _rest(self) -> None:
        """Wait until the modem is back, the span switched on, or until a SIM that is barred or paced may go on."""
        if self._is_draining():
            self._on_rest()
        is_there = self._radio is not None and self._is_enabled()
        hindrance = (self._stop or self._present_pause) if is_there else None
        until = None if hindrance is None else hindrance.until
        await self._sleep(None if until is None else max(0.0, (until - self._clock.now_ms()) / 1000))

    def _take_pause(self, pacing: Pacing, result: TurnResult) -> None:
        """Take what the turn said of the SIM's pace."""
        self._pause = result.pause
        if self._radio is None:
            return
        self._paces.note(self.port, pacing, result)
        if self.is_able and not self._was_able:
            self._was_able = True
            self._paces.became_able(self.port)

    def _note_stop(self) -> None:
        """Tell when the SIM is left alone, and when it is tried again."""
        stop = self._stop if self._radio is not None else None
        if stop is not None:
            self._is_paused = True
            self._on_pause(stop)
        elif self._is_paused and self._radio is not None:
            self._is_paused = False
            self._on_pause(None)

    def _turn(self, identity: Identity, settlement: Settlement | None, pacing: Pacing) -> Turn:
        now = self._clock.now_ms()
        return Turn(
            port=self.port,
            sim=identity.sim,
            imsi=identity.imsi,
            now=now,
            settlement=settlement,
            claim=self._can_send,
            only_begun=self._is_draining(),
            steal_before=EpochMs(now - int(self._settings.dispatch.steal_after_s * 1000)),
            pace=pacing.pace,
            account_paces=pacing.account_paces,
            rooms=pacing.rooms,
            jitter=pacing.jitter,
        )

    def _idle_s(self, next_due_at: EpochMs | None) -> float | None:
        """Seconds until there may be work; None until somebody wakes us."""
        waits = []
        if next_due_at is not None:
            waits.append(max(0.0, (next_due_at - self._clock.now_ms()) / 1000))
        if self._store.load.open_messages and not self._is_draining():
            waits.append(self._settings.dispatch.steal_after_s)
        return min(waits, default=None)

    async def _sleep(self, seconds: float | None) -> None:
        self._sleeps_for_ever, self._is_at_rest = seconds is None, True
        with contextlib.suppress(TimeoutError):  # that was the wait
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._sleeps_for_ever = self._is_at_rest = False
        self._wake.clear()

    async def _send(self, radio: Radio, assignment: Assignment, sim: str) -> Settlement:
        log.debug("submit", action="submit", span=self.port, message=assignment.message_id, segment=assignment.segment)
        try:
            tpdu = self._encode(assignment, sim)
        except EncodeError as error:
            outcome = Outcome(verdict=Verdict.PERMANENT, text=str(error))
        else:
            self._is_sending = True
            began_at = self._clock.monotonic()
            answer = await radio.submit(
                tpdu,
                is_more_coming=self._is_more_coming(assignment),
                on_air=lambda: self._flight.mark(self.port, assignment.attempt_id),
            )
            self._is_sending = False
            self._measures.submitted(self.port, sim, answer, self._clock.monotonic() - began_at, radio)
            outcome = judge(answer)
            if outcome.verdict is Verdict.OTHER_VALIDITY and isinstance(answer, Refused):
                outcome = self._with_other_validity(outcome, sim, answer.code)
        if outcome.verdict is Verdict.ACCEPTED:
            await self._stops.accepted(sim)
        outcome = await self._stops.weigh(outcome, assignment, sim)
        now = self._clock.now_ms()
        settlement = settlement_of(
            assignment,
            outcome,
            # All spans are asked; what was accepted goes nowhere else.
            others=() if outcome.verdict is Verdict.ACCEPTED else self._ports_besides(assignment),
            settings=self._settings.dispatch,
            now=now,
            jitter=self._paces.jitter(),
        )
        if outcome.verdict is not Verdict.ACCEPTED:
            self._note_trouble(assignment, outcome, settlement, now)
        if settlement.decide_at is not None:
            self.last_unanswered = assignment.attempt_id
        return settlement

    def _is_more_coming(self, assignment: Assignment) -> bool:
        if self._has_gap:
            return False  # the link is not kept for seconds in which nothing may be sent
        is_last = assignment.segment == assignment.segment_count - 1
        # This segment is among those that wait, until it is settled.
        return not is_last or self._store.load.waiting_segments.get(self.port, 0) > 1

    def _with_other_validity(self, outcome: Outcome, sim: str, code: int | None) -> Outcome:
        form = self._validity_forms.refuse(sim, code or 0)
        if form is None:
            return replace(outcome, verdict=Verdict.TRY_HERE)  # it had none: the code does not mean that
        return replace(outcome, code=f"{outcome.code}, next time {form}")

    def _note_trouble(self, assignment: Assignment, outcome: Outcome, settlement: Settlement, now: EpochMs) -> None:
        log.warning(
            "segment not accepted",
            action="refused",
            span=self.port,
            message=assignment.message_id,
            segment=assignment.segment,
            verdict=outcome.verdict.value,
            code=outcome.code,
            reason=outcome.text,
            follows=follows_of(settlement, now),
        )
        self._note_stop()

    def _ports_besides(self, assignment: Assignment) -> list[Port]:
        allowed, kept_away = assignment.spans, (self.port, *assignment.excluded)
        return [port for port in self._others() if port not in kept_away and (not allowed or port in allowed)]

    def _plan_of(self, assignment: Assignment) -> sms.Plan:
        if assignment.data is not None:
            ports = assignment.data_ports
            return sms.plan_data(
                assignment.data,
                ports=None if ports is None else sms.Ports(destination=ports.destination, source=ports.source),
            )
        if self._plan is None or self._plan[0] != assignment.text:
            self._plan = (assignment.text, sms.plan(assignment.text, national_tables=self._tables))
        return self._plan[1]

    def _encode(self, assignment: Assignment, sim: str) -> bytes:
        plan = self._plan_of(assignment)
        if plan.segment_count != assignment.segment_count:
            raise EncodeError("text", "text.national_tables was changed since the message was accepted")
        return sms.submit_of(
            plan,
            assignment.segment,
            sms.Address.parse(assignment.recipient),
            concat_ref=assignment.concat_ref,
            # Most modems put their own TP-MR in (23.040 9.2.3.6). With one that does not all segments would have the
            # same, and no report could be told from another.
            mr=assignment.attempt_id % 256,
            request_report=assignment.request_report,
            validity=validity(self._validity_forms.of(sim), until=assignment.valid_until, now=self._clock.now_ms()),
            message_class=FLASH_CLASS if assignment.is_flash else None,
        ).encode()
