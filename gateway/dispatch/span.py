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
from gateway.dispatch.settle import settlement_of
from gateway.dispatch.validity import validity
from gateway.errors import StoreUnavailableError
from gateway.store.backend import AttemptOutcome, Turn
from gateway.store.outage import RETRY_S
from modem.errors import EncodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.message import Assignment
    from gateway.core.sim import SimStop
    from gateway.core.types import AttemptId, Port
    from gateway.dispatch.flight import Flight
    from gateway.dispatch.radio import Identity, Radio
    from gateway.dispatch.stops import SimStops
    from gateway.dispatch.validity import ValidityForms
    from gateway.store.backend import Settlement, Store
    from gateway.store.outage import Outage

log = structlog.get_logger(__name__)


class SpanWorker:
    """The sending task of one span.

    `others` gives the ports that can send, `is_enabled` whether this one is switched on; `on_undecided` is
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
        on_undecided: Callable[[AttemptId, EpochMs], None],
        on_pause: Callable[[SimStop | None], None],
        stops: SimStops,
        outage: Outage,
        flight: Flight,
        validity_forms: ValidityForms,
    ) -> None:
        self.port = port
        self.last_unanswered: AttemptId | None = None
        self._store = store
        self._settings = settings
        self._clock = clock
        self._others = others
        self._is_enabled = is_enabled
        self._on_undecided = on_undecided
        self._on_pause = on_pause
        self._stops = stops
        self._outage = outage
        self._flight = flight
        self._validity_forms = validity_forms
        self._tables = tuple(sms.Language[name.upper()] for name in settings.text.national_tables)
        self._radio: Radio | None = None
        self._identity: Identity | None = None
        self._is_paused = False
        self._is_release_wanted = False
        self._wake = asyncio.Event()
        self._stopping = False
        self._is_sending = False
        self._sleeps_for_ever = False
        self._plan: tuple[str, sms.Plan] | None = None

    # --- told by the pool -------------------------------------------------------------------------

    @property
    def is_able(self) -> bool:
        """Whether it can take a segment now."""
        is_there = self._radio is not None and not self._stopping and self._is_enabled()
        return is_there and self._stop is None

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
    def is_sending(self) -> bool:
        """Whether a segment is at the modem."""
        return self._is_sending

    @property
    def sleeps_for_ever(self) -> bool:
        """Whether it looks for work only when woken."""
        return self._sleeps_for_ever

    def attach(self, radio: Radio, identity: Identity) -> None:
        """The modem behind the span can send."""
        self._radio, self._identity = radio, identity
        self._note_stop()
        self._wake.set()

    def detach(self) -> None:
        """The modem cannot send at present."""
        self._radio = None

    def try_again(self) -> None:
        """Leave a barred SIM alone no longer: a person did something about it."""
        self._is_release_wanted = True
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
            self._note_stop()
            radio, identity = self._radio, self._identity
            if identity is None or (settlement is None and not self.is_able):
                await self._rest()
                continue
            self._wake.clear()
            try:
                result = await self._store.turn(self._turn(identity, settlement))
            except StoreUnavailableError as error:
                # The settlement is kept: what the modem said is not asked for twice.
                self._outage.begin(self, error)
                await self._sleep(RETRY_S)
                continue
            self._outage.end(self)
            settlement = None
            if result.assignment is None:
                if self.is_able:
                    await self._sleep(self._idle_s(result.next_due_at))
                continue
            if radio is None:
                raise AssertionError("a segment was claimed without a modem")
            settlement = await self._send(radio, result.assignment, identity.sim or self.sim)

    async def _rest(self) -> None:
        """Wait until the modem is back, the span switched on, or until a barred SIM may be tried again."""
        stop = self._stop if self._radio is not None and self._is_enabled() else None
        await self._sleep((stop.until - self._clock.now_ms()) / 1000 if stop and stop.until else None)

    def _note_stop(self) -> None:
        """Tell when the SIM is left alone, and when it is tried again."""
        stop = self._stop if self._radio is not None else None
        if stop is not None:
            self._is_paused = True
            self._on_pause(stop)
        elif self._is_paused and self._radio is not None:
            self._is_paused = False
            self._on_pause(None)

    def _turn(self, identity: Identity, settlement: Settlement | None) -> Turn:
        now = self._clock.now_ms()
        return Turn(
            port=self.port,
            sim=identity.sim,
            imsi=identity.imsi,
            now=now,
            settlement=settlement,
            claim=self.is_able,
            steal_before=EpochMs(now - int(self._settings.dispatch.steal_after_s * 1000)),
        )

    def _idle_s(self, next_due_at: EpochMs | None) -> float | None:
        """Seconds until there may be work; None until somebody wakes us."""
        waits = []
        if next_due_at is not None:
            waits.append(max(0.0, (next_due_at - self._clock.now_ms()) / 1000))
        if self._store.load.open_messages:
            waits.append(self._settings.dispatch.steal_after_s)
        return min(waits, default=None)

    async def _sleep(self, seconds: float | None) -> None:
        self._sleeps_for_ever = seconds is None
        with contextlib.suppress(TimeoutError):  # that was the wait
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._sleeps_for_ever = False
        self._wake.clear()

    async def _send(self, radio: Radio, assignment: Assignment, sim: str) -> Settlement:
        log.debug("submit", action="submit", span=self.port, message=assignment.message_id, segment=assignment.segment)
        try:
            tpdu = self._encode(assignment, sim)
        except EncodeError as error:
            outcome = Outcome(verdict=Verdict.PERMANENT, text=str(error))
        else:
            self._is_sending = True
            answer = await radio.submit(
                tpdu,
                is_more_coming=self._is_more_coming(assignment),
                on_air=lambda: self._flight.mark(self.port, assignment.attempt_id),
            )
            self._is_sending = False
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
        )
        if outcome.verdict is not Verdict.ACCEPTED:
            self._note_trouble(assignment, outcome)
        if settlement.outcome is AttemptOutcome.NO_ANSWER and settlement.decide_at is not None:
            self.last_unanswered = assignment.attempt_id
            self._on_undecided(assignment.attempt_id, settlement.decide_at)
        return settlement

    def _is_more_coming(self, assignment: Assignment) -> bool:
        is_last = assignment.segment == assignment.segment_count - 1
        # This segment is among those that wait, until it is settled.
        return not is_last or self._store.load.waiting_segments.get(self.port, 0) > 1

    def _with_other_validity(self, outcome: Outcome, sim: str, code: int | None) -> Outcome:
        form = self._validity_forms.refuse(sim, code or 0)
        if form is None:
            return replace(outcome, verdict=Verdict.TRY_HERE)  # it had none: the code does not mean that
        return replace(outcome, code=f"{outcome.code}, next time {form}")

    def _note_trouble(self, assignment: Assignment, outcome: Outcome) -> None:
        log.warning(
            "segment not accepted",
            action="refused",
            span=self.port,
            message=assignment.message_id,
            segment=assignment.segment,
            verdict=outcome.verdict.value,
            code=outcome.code,
            reason=outcome.text,
        )
        self._note_stop()

    def _ports_besides(self, assignment: Assignment) -> list[Port]:
        allowed = assignment.spans
        return [port for port in self._others() if port != self.port and (not allowed or port in allowed)]

    def _encode(self, assignment: Assignment, sim: str) -> bytes:
        if self._plan is None or self._plan[0] != assignment.text:
            self._plan = (assignment.text, sms.plan(assignment.text, national_tables=self._tables))
        plan = self._plan[1]
        if plan.segment_count != assignment.segment_count:
            raise EncodeError("text", "text.national_tables was changed since the message was accepted")
        segments = sms.submits(
            plan,
            sms.Address.parse(assignment.recipient),
            concat_ref=assignment.concat_ref,
            request_report=assignment.request_report,
        )
        # Most modems put their own TP-MR in (23.040 9.2.3.6). With one that does not all segments would have the same,
        # and no report could be told from another.
        until = validity(self._validity_forms.of(sim), until=assignment.valid_until, now=self._clock.now_ms())
        segment = segments[assignment.segment]
        return replace(segment, mr=assignment.attempt_id % 256, validity=until).encode()
