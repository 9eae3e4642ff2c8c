"""The board of spans: what each can do at this moment, kept by dispatch, read by everybody."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from gateway.core.routing import Candidate
from gateway.core.span import Span, SpanHealth, SpanState, SpanView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
        self._changed = asyncio.Event()

    def put(self, spans: Iterable[Span]) -> None:
        """Add or replace spans; a new one is missing until its modem says otherwise."""
        for span in spans:
            is_news = self._spans.get(span.port) != span
            self._spans[span.port] = span
            self._conditions.setdefault(span.port, SpanCondition())
            if is_news:
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
        self._changed.set()

    def update(self, port: Port, *, signal_dbm: int | None, operator: str) -> None:
        """Note signal and operator without touching the state."""
        self._conditions[port] = replace(self._conditions[port], signal_dbm=signal_dbm, operator=operator)

    async def wait_usable(self, count: int) -> None:
        """Return once `count` spans can send."""
        while sum(view.is_usable for view in self.views()) < count:
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

    def candidates(self, account: Account) -> list[Candidate]:
        """Give the enabled spans that the account may use, for the choice of one; cheap, done for every request."""
        waiting = self._load().waiting_segments
        return [
            Candidate(
                port=port,
                is_usable=self._conditions[port].state is SpanState.READY,
                waiting_segments=waiting.get(port, 0),
                able_at=self._conditions[port].able_at,
            )
            for port, span in self._spans.items()
            if span.enabled and account.may_use(port)
        ]

    def name(self, port: Port | None) -> str:
        """Give the name of a span, empty for None and unknown ports."""
        span = None if port is None else self._spans.get(port)
        return "" if span is None else span.name

    def _view(self, span: Span) -> SpanView:
        condition = self._conditions[span.port]
        return SpanView(
            span=span,
            state=condition.state if span.enabled else SpanState.STOPPED,
            reason=condition.reason,
            iccid=condition.iccid,
            imsi=condition.imsi,
            signal_dbm=condition.signal_dbm,
            operator=condition.operator,
            balance=self._balances.get(condition.sim),
            waiting_segments=self._load().waiting_segments.get(span.port, 0),
        )
