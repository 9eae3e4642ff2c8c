"""The board of spans: what each can do at this moment, kept by dispatch, read by everybody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gateway.core.routing import DEFAULT_SEGMENT_S, Candidate
from gateway.core.span import Drain, Span, SpanHealth, SpanState, SpanView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from gateway.core.account import Account
    from gateway.core.balance import Balance
    from gateway.core.types import EpochMs, Port
    from gateway.store.backend import Load


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanCondition:
    """The changing part of a span: its state, the reason in plain words, and who is behind it.

    `able_at` is when a span that is paced can send again.
    """

    state: SpanState = SpanState.MISSING
    reason: str = "no modem"
    iccid: str = ""
    imsi: str = ""
    signal_dbm: int | None = None
    operator: str = ""
    able_at: EpochMs | None = None

    @property
    def sim(self) -> str:
        """The SIM as balances name it, empty while none is known."""
        return self.iccid or self.imsi

    @property
    def is_answering(self) -> bool:
        """Whether a modem is there and talks to us."""
        return self.state is not SpanState.MISSING

    @property
    def can_be_asked(self) -> bool:
        """Whether its SIM can be asked something by USSD: it is in service, also when it is left alone."""
        return bool(self.sim) and self.state in {SpanState.READY, SpanState.PAUSED, SpanState.PACED}


class SpanModem(Protocol):
    """What can be asked of the modem behind a span at any time."""

    @property
    def health(self) -> SpanHealth:
        """How modem and SIM were at the last look."""
        ...

    def release(self) -> None:
        """A person did something about it: try again what was given up."""
        ...


class SpanBoard:
    """Every known span with its condition."""

    def __init__(self, load: Callable[[], Load]) -> None:
        self._load = load
        self._spans: dict[Port, Span] = {}
        self._conditions: dict[Port, SpanCondition] = {}
        self._modems: dict[Port, SpanModem] = {}
        self._listeners: list[Callable[[Port], None]] = []
        self._balances: dict[str, Balance] = {}
        self._weights: Mapping[Port, float] = {}
        self._segment_s: dict[Port, float] = {}
        self._failing: set[Port] = set()
        self._operators: dict[Port, str] = {}
        self._drain_notes: dict[Port, str] = {}
        # What a choice looks at changes seldom, and is asked for with every request.
        self._candidates: dict[frozenset[Port] | None, list[Candidate]] = {}
        self._changed = asyncio.Event()

    def put(self, spans: Iterable[Span]) -> None:
        """Add or replace spans; a new one is missing until its modem says otherwise."""
        for span in spans:
            is_news = self._spans.get(span.port) != span
            self._spans[span.port] = span
            self._candidates.clear()
            self._conditions.setdefault(span.port, SpanCondition())
            if is_news:
                self._changed.set()
                for listener in self._listeners:
                    listener(span.port)

    def listen(self, listener: Callable[[Port], None]) -> None:
        """Call `listener` with the port of each span that is new or changed from now on."""
        self._listeners.append(listener)

    def set_modem(self, port: Port, modem: SpanModem) -> None:
        """Say which modem is behind a span; it is asked only when somebody wants to know."""
        self._modems[port] = modem

    def health(self, port: Port) -> SpanHealth:
        """Give how modem and SIM of a span were at the last look."""
        modem = self._modems.get(port)
        return SpanHealth() if modem is None else modem.health

    def release(self, port: Port) -> None:
        """Have tried again what was given up about the modem of a span."""
        modem = self._modems.get(port)
        if modem is not None:
            modem.release()

    def set_balance(self, balance: Balance) -> None:
        """Note what is left on a SIM, in whatever span it is."""
        self._balances[balance.sim] = balance

    def balance(self, sim: str) -> Balance | None:
        """Give what was left on a SIM at the last question, None before the first."""
        return self._balances.get(sim)

    def set_condition(self, port: Port, condition: SpanCondition) -> None:
        """Say what a span can do from now on."""
        self._conditions[port] = condition
        if condition.operator:
            self._operators[port] = condition.operator
        self._candidates.clear()
        self._changed.set()

    def update(self, port: Port, *, signal_dbm: int | None, operator: str) -> None:
        """Note signal and operator without touching the state."""
        self._conditions[port] = replace(self._conditions[port], signal_dbm=signal_dbm, operator=operator)
        if operator and self._operators.get(port) != operator:
            self._operators[port] = operator
            self._candidates.clear()

    def set_weights(self, weights: Mapping[Port, float]) -> None:
        """Say what spans weigh; those that are not named weigh 1."""
        self._weights = weights
        self._candidates.clear()

    def set_segment_s(self, port: Port, segment_s: float | None) -> None:
        """Note the seconds that a segment takes on the SIM of a span, None when it was not measured."""
        if segment_s is None:
            self._segment_s.pop(port, None)
        else:
            self._segment_s[port] = segment_s
        self._candidates.clear()

    def note_drain(self, port: Port, note: str) -> None:
        """Say in plain words what a draining span still has to do."""
        self._drain_notes[port] = note
        self._changed.set()

    def set_failing(self, port: Port, *, is_failing: bool) -> None:
        """Note whether the SIM of a span fails more than is usual with it."""
        if is_failing is (port in self._failing):
            return
        (self._failing.add if is_failing else self._failing.discard)(port)
        self._candidates.clear()

    async def wait_usable(self, count: int) -> None:
        """Return once `count` spans can send."""
        while sum(view.is_usable for view in self.views()) < count:
            await self.wait_changed()

    async def wait_changed(self) -> None:
        """Return once a span, its condition or what it has to drain may be another than at the call."""
        self._changed.clear()
        await self._changed.wait()

    def condition(self, port: Port) -> SpanCondition:
        """Give what a span can do now."""
        return self._conditions[port]

    def span(self, port: Port) -> Span | None:
        """Give a span as stored, None when unknown."""
        return self._spans.get(port)

    def ports(self) -> list[Port]:
        """Give all known ports in order."""
        return sorted(self._spans)

    def get(self, port: Port) -> SpanView | None:
        """Give a span with its condition, None when unknown."""
        span = self._spans.get(port)
        return None if span is None else self._view(span)

    def views(self) -> list[SpanView]:
        """Give all spans in order of port."""
        return [self._view(self._spans[port]) for port in sorted(self._spans)]

    @property
    def waiting_segments(self) -> Mapping[Port, int]:
        """The segments that wait for each span, a live view."""
        return self._load().waiting_segments

    def candidates(self, account: Account) -> list[Candidate]:
        """Give the enabled spans that the account may use, for the choice of one; cheap, done for every request."""
        found = self._candidates.get(account.spans)
        if found is None:
            found = [one for one in self.all_candidates(account) if one.is_enabled]
            self._candidates[account.spans] = found
        return found

    def all_candidates(self, account: Account) -> list[Candidate]:
        """Give the spans that the account may use in order of port, those too that a person switched off."""
        return [self.candidate(port) for port in self.ports() if account.may_use(port)]

    def candidate(self, port: Port) -> Candidate:
        """Give a known span as choices look at it."""
        span, condition = self._spans[port], self._conditions[port]
        return Candidate(
            port=span.port,
            name=span.name,
            state=_state(span, condition).value,
            is_usable=span.takes_messages and condition.state is SpanState.READY,
            is_enabled=span.enabled,
            segment_s=self._segment_s.get(span.port, DEFAULT_SEGMENT_S),
            weight=self._weights.get(span.port, 1.0),
            is_failing=span.port in self._failing,
            imsi=condition.imsi or span.imsi,
            operator=condition.operator or self._operators.get(span.port, ""),
            able_at=condition.able_at,
        )

    def name(self, port: Port | None) -> str:
        """Give the name of a span, empty for None and unknown ports."""
        span = None if port is None else self._spans.get(port)
        return "" if span is None else span.name

    def _view(self, span: Span) -> SpanView:
        condition = self._conditions[span.port]
        return SpanView(
            span=span,
            state=_state(span, condition),
            reason=self._reason(span, condition),
            iccid=condition.iccid,
            imsi=condition.imsi,
            signal_dbm=condition.signal_dbm,
            operator=condition.operator,
            balance=self._balances.get(condition.sim),
            waiting_segments=self._load().waiting_segments.get(span.port, 0),
        )

    def _reason(self, span: Span, condition: SpanCondition) -> str:
        if not span.enabled or span.drain is Drain.NONE:
            return condition.reason
        notes = [condition.reason] if condition.state is not SpanState.READY else []
        if span.drain is Drain.DRAINING:
            notes.insert(0, self._drain_notes.get(span.port, ""))
        elif self.waiting_segments.get(span.port):
            notes.insert(0, "what waits may be sent by this span alone")
        return "; ".join(note for note in notes if note)


def _state(span: Span, condition: SpanCondition) -> SpanState:
    if not span.enabled:
        return SpanState.STOPPED
    match span.drain:
        case Drain.DRAINING:
            return SpanState.DRAINING
        case Drain.DRAINED:
            return SpanState.DRAINED
        case Drain.NONE:
            return condition.state
