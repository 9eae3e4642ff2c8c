"""All spans at work: their tasks, their wake-ups, and the attempts whose outcome nobody knows yet."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from gateway.core.history import HistoryKind
from gateway.core.span import Drain, SpanState
from gateway.core.status import Status
from gateway.core.types import EpochMs
from gateway.dispatch.drains import Drains
from gateway.dispatch.measures import Measures
from gateway.dispatch.outcome import Verdict, judge
from gateway.dispatch.pacing import Paces
from gateway.dispatch.schedule import Schedule
from gateway.dispatch.span import SpanWorker
from gateway.dispatch.stops import SimStops, describe
from gateway.dispatch.validity import ValidityForms
from gateway.service.pacing import LimitBook
from gateway.service.ussd import Connection
from gateway.store.news import StatusChanged, WorkAdded, WorkScheduled
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.sim import SimStop
    from gateway.core.types import AttemptId, Port
    from gateway.dispatch.flight import Flight
    from gateway.dispatch.history import History
    from gateway.dispatch.inbound import Receiver
    from gateway.dispatch.radio import Accepted, Refused
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store
    from gateway.store.news import News

log = structlog.get_logger(__name__)

HOUSEKEEPING_S = 10.0
PARKED_REPORTS_KEPT_S = 3 * 86_400
LISTEN_AT_LEAST_S = 1.0
CLOCK_JUMP_MS = 5000
"""Less is the slow correction of a time server."""
STOPPED_BEFORE_ANSWER = "the gateway stopped before the answer came"
NEVER_OUT = "the gateway was stopped before the modem got it"
NO_EVIDENCE = "no answer from the modem, it may have been sent"


class Dispatcher:
    """Keeps one worker per span and gives each attempt without an answer its evidence or its verdict."""

    def __init__(
        self,
        *,
        store: Store,
        settings: Settings,
        clock: Clock,
        board: SpanBoard,
        receiver: Receiver,
        history: History,
        flight: Flight,
        book: LimitBook | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._board = board
        self._receiver = receiver
        self._history = history
        self._flight = flight
        self._outage = Outage()
        self._stops = SimStops(store, clock=clock, outage=self._outage)
        self._validity_forms = ValidityForms()
        self._measures = Measures(board, clock.monotonic)
        self._drains = Drains(
            store,
            board=board,
            clock=clock,
            history=history,
            is_able=self._is_able,
            is_at_rest=self._is_at_rest,
        )
        book = book or LimitBook(store, settings=settings)
        self._schedule = Schedule(store, clock, self._outage, lambda: book.of_accounts)
        self._paces = Paces(
            store,
            book=book,
            board=board,
            clock=clock,
            outage=self._outage,
            jitter=jitter,
            able_ports=self._able_ports,
            look_again=self._look_again,
        )
        self._workers: dict[Port, SpanWorker] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._decisions: dict[AttemptId, asyncio.Task[None]] = {}
        self._listen_first: dict[Port, float] = {}
        self._unlisten: Callable[[], None] | None = None
        self._failed: asyncio.Future[None] | None = None

    # --- life -------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Take up what an earlier process left and begin to listen for work."""
        self._failed = asyncio.get_running_loop().create_future()
        self._unlisten = self._store.listen(self._on_news)
        await self._stops.load()
        await self._paces.load()
        self._board.listen(self._on_span_changed)
        await self._take_up_open_attempts()
        await self._receiver.join_leftovers()
        for port in self._board.ports():
            self.worker(port)
        self._spawn(self._housekeeping(), "housekeeping")
        self._spawn(self._schedule.run(), "schedule")
        self._spawn(self._drains.run(), "drains")
        self._spawn(self._paces.run(), "pacing")

    async def wait_failed(self) -> None:
        """Return never; raises what broke one of the tasks."""
        if self._failed is None:
            raise AssertionError("not started")
        await asyncio.shield(self._failed)

    async def stop(self, timeout_s: float) -> None:
        """Take no new segments and wait up to `timeout_s` for submits under way."""
        for worker in self._workers.values():
            worker.stop()
        tasks = [task for task in self._tasks if task.get_name().startswith("span")]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout_s)
        for task in (*self._tasks, *self._decisions.values()):
            task.cancel()
        await asyncio.gather(*self._tasks, *self._decisions.values(), return_exceptions=True)
        if self._unlisten is not None:
            self._unlisten()

    # --- for the pool -----------------------------------------------------------------------------

    def worker(self, port: Port) -> SpanWorker:
        """Give the worker of a span, started when it is new."""
        if port not in self._workers:
            worker = SpanWorker(
                port,
                store=self._store,
                settings=self._settings,
                clock=self._clock,
                others=self._able_ports,
                is_enabled=partial(self._is_enabled, port),
                is_draining=partial(self._is_draining, port),
                on_rest=self._drains.wake,
                on_undecided=self._decide_at,
                on_pause=partial(self._on_pause, port),
                stops=self._stops,
                outage=self._outage,
                flight=self._flight,
                measures=self._measures,
                validity_forms=self._validity_forms,
                paces=self._paces,
            )
            self._workers[port] = worker
            self._spawn(worker.run(), f"span {port}")
        return self._workers[port]

    def connection(self, port: Port) -> Connection | None:
        """Give the modem of a span that can be asked by USSD, also one whose SIM is left alone; None without one."""
        worker = self._workers.get(port)
        radio = None if worker is None else worker.radio
        return None if worker is None or radio is None else Connection(line=radio, sim=worker.sim)

    def listen_first_s(self, port: Port) -> float:
        """Seconds for which the span's modem may still owe an earlier process an answer; asked once."""
        return self._listen_first.pop(port, 0.0)

    async def late_answer(self, port: Port, result: Accepted | Refused) -> None:
        """The modem answered a submit that had been given up."""
        worker = self.worker(port)
        attempt_id, worker.last_unanswered = worker.last_unanswered, None
        if attempt_id is None:
            log.warning("late answer without an open question", action="late", span=port, result=repr(result))
            return
        outcome = judge(result)
        if outcome.verdict is Verdict.AMBIGUOUS:
            # "Network timeout" is an answer that leaves the question open (modem error 332, 513).
            log.info("late answer says nothing for certain", action="late", span=port, code=outcome.code)
            self._decide_at(attempt_id, self._after_evidence())
            return
        refused = "" if outcome.verdict is Verdict.ACCEPTED else outcome.code or outcome.text
        meaning = outcome.text if refused != outcome.text else ""
        await self._note_evidence(attempt_id, mr=outcome.mr, refused=refused, meaning=meaning)

    async def _note_evidence(
        self, attempt_id: AttemptId, *, mr: int | None, refused: str, meaning: str = "", is_unsent: bool = False
    ) -> None:
        await self._outage.ride_out(
            lambda: self._store.evidence(
                attempt_id, mr=mr, refused=refused, now=self._clock.now_ms(), meaning=meaning, is_unsent=is_unsent
            )
        )

    async def no_late_answer(self, port: Port, *, is_unsent: bool) -> None:
        """The modem will not answer any more: evidence can only be a delivery report now, if it went out at all."""
        worker = self.worker(port)
        attempt_id = worker.last_unanswered
        if attempt_id is None:
            return
        if is_unsent:
            worker.last_unanswered = None
            await self._note_evidence(attempt_id, mr=None, refused="the modem never got it", is_unsent=True)
        else:
            self._decide_at(attempt_id, self._after_evidence())

    # --- open questions ---------------------------------------------------------------------------

    async def _take_up_open_attempts(self) -> None:
        now = self._clock.now_ms()
        dispatch = self._settings.dispatch
        for attempt in await self._store.open_attempts():
            if attempt.decide_at is None and self._flight.was_never_out(attempt.port, attempt.attempt_id):
                # A prompt that its modem still shows is for this one: nothing that comes is about those before it.
                self.worker(attempt.port).last_unanswered = None
                await self._note_evidence(attempt.attempt_id, mr=None, refused=NEVER_OUT, is_unsent=True)
                continue
            # The clock may have been set since: nobody waits longer than for an attempt of this moment.
            latest = EpochMs(self._after_evidence() + int(dispatch.submit_timeout_s * 1000))
            waited_s = max(0, now - attempt.opened_at) / 1000
            if attempt.decide_at is None or waited_s < dispatch.submit_timeout_s:
                # The process ended in the middle of it. Its modem may still answer: the pool lets it listen first.
                self._listen_first[attempt.port] = max(dispatch.patience_s - waited_s, LISTEN_AT_LEAST_S)
            if attempt.decide_at is None:
                await self._store.lose_attempt(attempt.attempt_id, cause=STOPPED_BEFORE_ANSWER, decide_at=latest)
            self.worker(attempt.port).last_unanswered = attempt.attempt_id
            self._decide_at(attempt.attempt_id, min(attempt.decide_at or latest, latest))

    def _after_evidence(self) -> EpochMs:
        return EpochMs(self._clock.now_ms() + int(self._settings.dispatch.evidence_s * 1000))

    def _decide_at(self, attempt_id: AttemptId, decide_at: EpochMs) -> None:
        earlier = self._decisions.pop(attempt_id, None)
        if earlier is not None:
            earlier.cancel()
        task = asyncio.get_running_loop().create_task(self._decide(attempt_id, decide_at))
        self._decisions[attempt_id] = task
        task.add_done_callback(lambda done: self._on_decided(attempt_id, done))

    def _on_decided(self, attempt_id: AttemptId, task: asyncio.Task[None]) -> None:
        if self._decisions.get(attempt_id) is task:
            del self._decisions[attempt_id]
        self._on_done(task)

    async def _decide(self, attempt_id: AttemptId, decide_at: EpochMs) -> None:
        await asyncio.sleep(max(0.0, (decide_at - self._clock.now_ms()) / 1000))
        resend = self._settings.dispatch.when_unknown == "resend"
        status = await self._outage.ride_out(
            lambda: self._store.decide_ambiguous(attempt_id, resend=resend, cause=NO_EVIDENCE, now=self._clock.now_ms())
        )
        self._drains.wake()
        if status is Status.QUEUED:
            log.warning("sent again, possible duplicate", action="resend", attempt=attempt_id)

    # --- news -------------------------------------------------------------------------------------

    def _on_news(self, news: News) -> None:
        match news:
            case WorkAdded():
                self._wake_for(news)
                self._paces.on_work()
            case WorkScheduled():
                self._schedule.expect(news.at)
            case StatusChanged():
                # Spans that wait for the commit go on first: a line takes as long as handing a modem its command.
                asyncio.get_running_loop().call_soon(_note_status, news)

    def _on_span_changed(self, port: Port) -> None:
        """A span was switched off or on, or is new: its worker looks at it."""
        worker = self._workers.get(port)
        if worker is not None:
            worker.wake()
        self._drains.wake()

    def _wake_for(self, work: WorkAdded) -> None:
        """Wake the span that the work prefers; when it is busy or cannot send, the others that may take it."""
        preferred = None if work.port is None else self._workers.get(work.port)
        is_able = preferred is not None and preferred.is_able
        if preferred is not None:
            preferred.wake()
            if is_able and not preferred.is_sending:
                return
        for port, worker in self._workers.items():
            if (worker.sleeps_for_ever or not is_able) and (not work.spans or port in work.spans) and worker.is_able:
                worker.wake()

    def _able_ports(self) -> list[Port]:
        return [port for port, worker in self._workers.items() if worker.is_able]

    def _look_again(self) -> None:
        """Limits or the clock were changed: every span asks anew whether it may send."""
        for worker in self._workers.values():
            worker.look_again()

    def _is_enabled(self, port: Port) -> bool:
        span = self._board.span(port)
        return span is None or span.enabled

    def _is_draining(self, port: Port) -> bool:
        span = self._board.span(port)
        return span is not None and span.drain is not Drain.NONE

    def _is_able(self, port: Port) -> bool:
        worker = self._workers.get(port)
        return worker is not None and worker.is_able

    def _is_at_rest(self, port: Port) -> bool:
        worker = self._workers.get(port)
        return worker is None or worker.is_at_rest

    def _on_pause(self, port: Port, stop: SimStop | None) -> None:
        """Show on the board that a SIM is left alone, so that new messages prefer other spans."""
        condition = self._board.condition(port)
        if stop is None:
            log.info("SIM tried again", action="resumed", span=port)
            if condition.state is SpanState.PAUSED:
                self._history.note(HistoryKind.RESUMED, "the SIM may send again", port=port, iccid=condition.iccid)
                self._board.set_condition(port, replace(condition, state=SpanState.READY, reason=""))
            return
        reason = describe(stop)
        if (condition.state, condition.reason) == (SpanState.PAUSED, reason):
            return
        log.error("SIM left alone", action="paused", span=port, reason=reason)
        self._history.note(HistoryKind.PAUSED, reason, port=port, iccid=condition.iccid)
        self._board.set_condition(port, replace(condition, state=SpanState.PAUSED, reason=reason))

    # --- tasks ------------------------------------------------------------------------------------

    async def _housekeeping(self) -> None:
        while True:
            await self._outage.ride_out(self._keep_house)
            await asyncio.sleep(HOUSEKEEPING_S)

    async def _keep_house(self) -> None:
        await self._follow_clock()
        self._measures.look()
        self._drains.wake()
        now = self._clock.now_ms()
        await self._store.expire(now)
        await self._store.forget_keys(now)
        await self._receiver.join_leftovers()
        await self._store.forget_parked(EpochMs(now - PARKED_REPORTS_KEPT_S * 1000))
        incomplete_s = self._settings.dispatch.incomplete_after_s
        await self._receiver.give_out_incomplete(EpochMs(now - int(incomplete_s * 1000)))

    async def _follow_clock(self) -> None:
        drift_ms = self._clock.drift_ms()
        # Before the store is told: what it was asked for up to now has the old time, whatever comes after has the new.
        self._clock.adopt(drift_ms)
        if abs(drift_ms) < CLOCK_JUMP_MS:
            return
        log.warning("the system's clock was set", action="clock", by_s=round(drift_ms / 1000))
        try:
            await self._store.clock_was_set(drift_ms)
        except BaseException:
            self._clock.adopt(-drift_ms)
            raise
        self._look_again()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_done)

    def _on_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if task.cancelled() or task.exception() is None:
            return
        log.error("task ended", action="broken", task=task.get_name(), exc_info=task.exception())
        if self._failed is not None and not self._failed.done():
            self._failed.set_exception(task.exception() or RuntimeError(task.get_name()))


def _note_status(news: StatusChanged) -> None:
    # What became of it follows at once; how it went there is in its timeline.
    level = log.debug if news.status is Status.SENDING else log.info
    level(
        "message",
        action=news.status.value,
        message=news.message_id,
        span=news.port,
        cause=news.cause or None,
    )
