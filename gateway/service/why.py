"""What would be chosen now, and why: a submission that is routed, explained and not stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.core.account import Account
from gateway.core.number import read_number
from gateway.core.routing import best
from gateway.core.types import AccountId
from gateway.errors import InvalidFieldError
from gateway.service.routes import Router, Wish, kept_to

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.config.settings import Settings
    from gateway.core.number import Number
    from gateway.core.route import Decision, Rule
    from gateway.core.routing import Candidate
    from gateway.core.types import Port
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSaid:
    """A rule in its order and what it says of the message, in plain words."""

    name: str
    verdict: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CandidateSaid:
    """A span, why it is not the one ("" for the one that is), and what it is ranked by."""

    port: Port
    name: str
    why_not: str
    waiting_segments: int
    segment_s: float
    expected_wait_s: float
    weight: float
    is_failing: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Which span a message would prefer now (None: it waits for any of `spans`, or cannot be accepted).

    `spans` are the ports that may send it, `summary` says in one line what decides, `rules` and `candidates` are what
    was looked at, in order.
    """

    recipient: str
    port: Port | None
    spans: tuple[Port, ...]
    summary: str
    rules: tuple[RuleSaid, ...]
    candidates: tuple[CandidateSaid, ...]


class Explainer:
    """Explains choices of spans as they would be made at this moment."""

    def __init__(self, settings: Settings, *, board: SpanBoard, store: Store, clock: Clock) -> None:
        self._router = Router(settings, board=board, store=store)
        self._region = settings.number.default_region
        self._board = board
        self._store = store
        self._clock = clock

    async def why(self, number: str, *, account: str, dialect: str, sender: str) -> Explanation:
        """Give what would become of a message of one segment to `number`.

        `account`, `dialect` and `sender` may be "": nobody in particular, who may use every span. InvalidFieldError
        names what is wrong.
        """
        read = read_number(number, default_region=self._region)
        if read is None:
            raise InvalidFieldError("number", f"not a phone number: {number}")
        return await self._explain(await self._account(account), read, dialect=dialect, sender=sender)

    async def _account(self, name: str) -> Account:
        if not name:
            return Account(id=AccountId(0), name="")
        for one in await self._store.accounts():
            if one.name.casefold() == name.casefold():
                return one
        raise InvalidFieldError("account", f"there is no account {name}")

    async def _explain(self, account: Account, number: Number, *, dialect: str, sender: str) -> Explanation:
        wish = Wish(numbers=(number,), segments=1, dialect=dialect, sender=sender, spans=(), is_put_off=False)
        candidates = self._board.all_candidates(account)
        decision = self._router.decide(account, candidates, number.normalised, wish)
        enabled = [one for one in decision.pool if one.is_enabled]
        usable = [one for one in enabled if one.is_usable]
        waiting = self._board.waiting_segments
        kept = kept_to(await self._router.last_span(account, number, self._clock.now_ms()), enabled)
        chosen = kept or (best(usable, waiting) if usable else None)
        asked = self._router.asked(account, number.normalised, wish)
        may_send = decision.pool if decision.is_only or decision.refusal else candidates
        return Explanation(
            recipient=number.normalised,
            port=None if chosen is None else chosen.port,
            spans=tuple(one.port for one in may_send) if enabled else (),
            summary=_summary(decision, chosen, is_kept=kept is not None, is_enabled=bool(enabled)),
            rules=tuple(
                RuleSaid(name=rule.name, verdict=_verdict(rule, rule.mismatch(asked), decision))
                for rule in self._router.rules
            ),
            candidates=tuple(self._candidates(account, decision, chosen, is_kept=kept is not None)),
        )

    def _candidates(
        self, account: Account, decision: Decision, chosen: Candidate | None, *, is_kept: bool
    ) -> list[CandidateSaid]:
        found: list[CandidateSaid] = []
        mine = {one.port: one for one in self._board.all_candidates(account)}
        for view in self._board.views():
            port = view.span.port
            one, waits = mine.get(port), self._board.waiting_segments.get(port, 0)
            if one is None:
                why_not = f"not for account {account.name}"
            elif one not in decision.pool:
                why_not = f"not one of rule {decision.rule.name}" if decision.rule else "not named"
            elif not one.is_usable:
                why_not = view.state.value if not view.reason else f"{view.state.value}: {view.reason}"
            elif chosen is not None and port == chosen.port:
                why_not = ""
            else:
                why_not = "another one has the conversation" if is_kept else self._worse_by(one, chosen)
            shown = one or self._board.candidate(port)
            found.append(
                CandidateSaid(
                    port=port,
                    name=view.span.name,
                    why_not=why_not,
                    waiting_segments=waits,
                    segment_s=shown.segment_s,
                    expected_wait_s=shown.expected_wait_s(waits),
                    weight=shown.weight,
                    is_failing=shown.is_failing,
                )
            )
        return found

    def _worse_by(self, one: Candidate, chosen: Candidate | None) -> str:
        """Give what puts a span that can send behind the chosen one."""
        waiting = self._board.waiting_segments
        if chosen is None or one.expected_wait_s(waiting.get(one.port, 0)) > chosen.expected_wait_s(
            waiting.get(chosen.port, 0)
        ):
            return "its SIM fails more than usual" if one.is_failing else "longer wait"
        return "weighs less" if one.weight < chosen.weight else "as good, but a greater number"


def _verdict(rule: Rule, mismatch: str, decision: Decision) -> str:
    if mismatch:
        return f"not about it: {mismatch}"
    if rule is decision.rule and rule.refusal:
        return f"decides: refused, {rule.refusal}"
    if rule is decision.rule:
        return "decides: only its spans may send" if rule.is_only else "decides: its spans are preferred"
    if any(rule is one.rule for one in decision.passed):
        return "passed over: none of its spans can send"
    return "not reached"


def _summary(decision: Decision, chosen: Candidate | None, *, is_kept: bool, is_enabled: bool) -> str:
    rule = f"rule {decision.rule.name}" if decision.rule else ""
    if decision.refusal:
        return f"refused by {rule}: {decision.refusal}"
    if not is_enabled:
        return f"refused: {rule or 'the account'} has no span that is switched on"
    if chosen is None:
        return f"it would wait: no span{' of ' + rule if rule else ''} can send now"
    how = "same span as before in this conversation" if is_kept else "shortest expected wait"
    return f"{rule}, {how}" if rule else how
