"""Which spans a submission's messages may and should go out on, by the box's rules and its conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import structlog

from gateway.core.number import country_of
from gateway.core.route import Asked, Decision, Rule, decide, reason_of
from gateway.core.routing import choose_ports
from gateway.core.types import EpochMs
from gateway.errors import NoSpanError, RuleRefusalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.config.routes import RouteSettings
    from gateway.config.settings import Settings
    from gateway.core.account import Account
    from gateway.core.number import Number
    from gateway.core.routing import Candidate
    from gateway.core.types import Port
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store
    from gateway.store.sending import LastSpan


log = structlog.get_logger(__name__)


class Route(NamedTuple):
    """The preferred span of a message (None: none yet), the ports that may send it (empty: any), and why so."""

    port: Port | None
    spans: tuple[Port, ...]
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What is to be routed: one text of `segments` to `numbers`, over the spans that the caller names or any.

    `is_put_off`: it is not to be sent now, so a span is not preferred yet.
    """

    numbers: Sequence[Number]
    segments: int
    dialect: str
    sender: str
    spans: tuple[Port, ...]
    is_put_off: bool


class Router:
    """The rules of the settings, and the spans that conversations have kept to."""

    def __init__(self, settings: Settings, *, board: SpanBoard, store: Store) -> None:
        self.rules = rules_of(settings.route)
        self._sticky_ms = int(settings.dispatch.sticky_s * 1000)
        self._board = board
        self._store = store
        self._needs_country = any(rule.countries for rule in self.rules)

    @property
    def is_plain(self) -> bool:
        """Whether every message simply goes where it waits least."""
        return not self.rules and not self._sticky_ms

    async def routes(self, account: Account, wishes: Sequence[Wish], now: EpochMs) -> list[list[Route]]:
        """Give the route of each message of each wish.

        Raises NoSpanError when no span could ever send one of them, RuleRefusalError when a rule takes one of them not.
        What was routed counts as waiting for what comes after it.
        """
        candidates, mine = self._board.all_candidates(account), tuple(sorted(account.spans or ()))
        last = await self._last_spans(account, [number for wish in wishes for number in wish.numbers], now)
        waiting = dict(self._board.waiting_segments)
        routes: list[list[Route]] = []
        for wish in wishes:
            of_wish: list[Route] = []
            for index, number in enumerate(wish.numbers):
                decision = self.decide(account, candidates, number.normalised, wish)
                port, is_kept = _preferred(decision, wish, index, waiting, last.get(number.normalised))
                if port is not None:
                    waiting[port] = waiting.get(port, 0) + wish.segments
                spans = wish.spans or mine
                if decision.is_only:
                    spans = tuple(one.port for one in decision.pool)
                of_wish.append(Route(port, spans, reason_of(decision, is_conversation=is_kept)))
            routes.append(of_wish)
        return routes

    def decide(self, account: Account, candidates: Sequence[Candidate], recipient: str, wish: Wish) -> Decision:
        """Give what the rules say of one message."""
        asked = self.asked(account, recipient, wish)
        named = [one for one in candidates if one.port in wish.spans] if wish.spans else candidates
        return decide(self.rules, asked, named)

    def asked(self, account: Account, recipient: str, wish: Wish) -> Asked:
        """Give what rules look at."""
        return Asked(
            recipient=recipient,
            country=country_of(recipient) if self._needs_country else "",
            account=account.name,
            dialect=wish.dialect,
            sender=wish.sender,
        )

    async def last_span(self, account: Account, number: Number, now: EpochMs) -> LastSpan | None:
        """Give the span that a conversation keeps to, None for none."""
        return (await self._last_spans(account, [number], now)).get(number.normalised)

    async def _last_spans(self, account: Account, numbers: Sequence[Number], now: EpochMs) -> dict[str, LastSpan]:
        if not self._sticky_ms:
            return {}
        recipients = {number.normalised for number in numbers}
        return await self._store.last_spans(account.id, sorted(recipients), since=EpochMs(now - self._sticky_ms))


def kept_to(last: LastSpan | None, pool: Sequence[Candidate]) -> Candidate | None:
    """Give the span of a conversation when it can send: the one with the same SIM, wherever that is by now."""
    if last is None:
        return None
    for one in pool:
        is_it = one.imsi == last.imsi if last.imsi and one.imsi else one.port == last.port
        if is_it and one.is_usable:
            return one
    return None


def _preferred(
    decision: Decision, wish: Wish, index: int, waiting: dict[Port, int], last: LastSpan | None
) -> tuple[Port | None, bool]:
    """Give the span that message `index` of the wish prefers, and whether it is so for the sake of its conversation."""
    if decision.refusal:
        name = "" if decision.rule is None else decision.rule.name
        log.info("refused by a rule", action="refused", rule=name, reason=decision.refusal)
        raise RuleRefusalError(name, decision.refusal)
    enabled = [one for one in decision.pool if one.is_enabled]
    if not enabled:
        raise NoSpanError
    pool = {one.port for one in decision.pool}
    named = [port for port in wish.spans if port in pool]
    if len(named) == 1:
        return named[0], False
    if len(named) > 1 and len(wish.numbers) > 1:
        return named[index % len(named)], False
    if wish.is_put_off:
        return None, False
    (port,) = choose_ports(enabled, waiting, named=named, segments=wish.segments, count=1)
    kept = kept_to(last, enabled)
    return (port, False) if kept is None else (kept.port, kept.port != port)


def rules_of(settings: Sequence[RouteSettings]) -> tuple[Rule, ...]:
    """Give the rules of the settings file in their order; one without a name is called by its place, from 1."""
    return tuple(
        Rule(
            name=one.name or str(place),
            prefixes=tuple(one.prefixes),
            countries=tuple(one.countries),
            accounts=tuple(one.accounts),
            dialects=tuple(one.dialects),
            senders=tuple(one.senders),
            spans=tuple(one.spans),
            operators=tuple(one.operators),
            mccmncs=tuple(one.mccmnc),
            is_only=one.only,
            refusal=one.refuse,
        )
        for place, one in enumerate(settings, start=1)
    )
