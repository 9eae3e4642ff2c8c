"""Rules that say which spans are for which messages, looked through in their order."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.core.routing import Candidate


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What rules look at: the recipient as it goes on the air, its country (ISO 3166, "" unknown), who asks and how."""

    recipient: str
    country: str
    account: str
    dialect: str
    sender: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: what it is about (each empty part is about everything), and the spans that it picks.

    `accounts`, `senders` and `operators` are patterns with * and ?, compared without case. `spans` are numbers or
    names. With `is_only` no other span than those it picks may send; without, they are preferred as long as one can.
    `refusal` says why such messages are not taken at all, "" when they are.
    """

    name: str
    prefixes: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    spans: tuple[int | str, ...] = ()
    operators: tuple[str, ...] = ()
    mccmncs: tuple[str, ...] = ()
    is_only: bool = False
    refusal: str = ""

    def mismatch(self, asked: Asked) -> str:
        """Give what of the message the rule is not about, in one word, "" when it is about the message."""
        if self.prefixes and not asked.recipient.startswith(self.prefixes):
            return "recipient"
        if self.countries and asked.country not in self.countries:
            return "country"
        if self.accounts and not _fits(asked.account, self.accounts):
            return "account"
        if self.dialects and asked.dialect not in self.dialects:
            return "API"
        if self.senders and not _fits(asked.sender, self.senders):
            return "sender"
        return ""

    def picks(self, one: Candidate) -> bool:
        """Whether the span is one of those the rule is for: by number or name, and by the operator of its SIM."""
        if self.spans and one.port not in self.spans and one.name not in self.spans:
            return False
        if self.mccmncs and not (one.imsi and one.imsi.startswith(self.mccmncs)):
            return False
        return not self.operators or _fits(one.operator, self.operators)


def _fits(value: str, patterns: Sequence[str]) -> bool:
    folded = value.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passed:
    """A rule that is about the message and was passed over: none of the spans that it picks could send."""

    rule: Rule
    pool: tuple[Candidate, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """The rule that decides (None: none does), the candidates that it leaves, and the rules passed over before it."""

    rule: Rule | None
    pool: tuple[Candidate, ...]
    passed: tuple[Passed, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the message is not taken, "" when it is."""
        return "" if self.rule is None else self.rule.refusal

    @property
    def is_only(self) -> bool:
        """Whether no span outside the pool may send the message."""
        return self.rule is not None and self.rule.is_only


def decide(rules: Sequence[Rule], asked: Asked, candidates: Sequence[Candidate]) -> Decision:
    """Give the first rule about the message that refuses it, picks a usable candidate, or lets no other span send."""
    passed: list[Passed] = []
    for rule in rules:
        if rule.mismatch(asked):
            continue
        if rule.refusal:
            return Decision(rule=rule, pool=(), passed=tuple(passed))
        pool = tuple(one for one in candidates if rule.picks(one))
        if rule.is_only or any(one.is_usable for one in pool):
            return Decision(rule=rule, pool=pool, passed=tuple(passed))
        passed.append(Passed(rule=rule, pool=pool))
    return Decision(rule=None, pool=tuple(candidates), passed=tuple(passed))


SPOKEN_SPANS = 8
"""Most spans that are named in one line."""


def reason_of(decision: Decision, *, is_conversation: bool) -> str:
    """Give in one line why the span was chosen, "" when it was by the expected wait alone.

    >>> reason_of(Decision(rule=Rule(name="home", is_only=True), pool=()), is_conversation=False)
    'rule home: only spans -'
    """
    parts = []
    if is_conversation:
        parts.append("same span as before in this conversation")
    if decision.rule is not None:
        word = "only" if decision.is_only else "prefers"
        parts.append(f"rule {decision.rule.name}: {word} spans {_spoken(decision.pool)}")
    parts += [f"rule {one.rule.name} passed over: spans {_spoken(one.pool)}" for one in decision.passed]
    return "; ".join(parts)


def _spoken(pool: Sequence[Candidate]) -> str:
    """Give the spans by number, those that cannot send with how they are."""
    words = [str(one.port) if one.is_usable else f"{one.port} ({one.state})" for one in pool[:SPOKEN_SPANS]]
    if len(pool) > SPOKEN_SPANS:
        words.append(f"and {len(pool) - SPOKEN_SPANS} more")
    return ", ".join(words) or "-"
