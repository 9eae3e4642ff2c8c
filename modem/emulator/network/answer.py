"""What the service centre says to a submit, and when: refusals, lost and late answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from modem.emulator.network.chance import Window, check_range

if TYPE_CHECKING:
    import random

# TP-FCS, 3GPP TS 23.040 9.2.3.22.
SC_BUSY: Final = 0xC0
DUPLICATE_REJECTED: Final = 0xC5
VALIDITY_FORMAT_NOT_SUPPORTED: Final = 0xC6
OPERATOR_BARRING: Final = 8  # RP cause, 3GPP TS 24.011 8.2.5.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer to a submit.

    `cause`: None for yes, else an RP cause (1..127) or TP-FCS (128..255). `is_taken`: whether the message goes on to
    its recipient; None: as `cause` says. `is_heard`: whether the answer reaches the modem, `late_s` seconds later
    than usual. So is_taken=True, is_heard=False is a message that went out although nobody said so.
    """

    cause: int | None = None
    is_taken: bool | None = None
    is_heard: bool = True
    late_s: float = 0.0

    def __post_init__(self) -> None:
        if self.cause is not None:
            check_range("cause", self.cause, 1, 255)
        check_range("late_s", self.late_s, 0, inf)

    @property
    def goes_on(self) -> bool:
        """Whether the message goes on to its recipient."""
        return self.cause is None if self.is_taken is None else self.is_taken


YES: Final = Answer()


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRule:
    """An answer for some submits: those of `imsi` (None: any) to `recipient` (None: any) while `window` lasts.

    The first `skip` of them pass, then each is met with the chance `share` (0..1), `count` times (None: always).
    """

    answer: Answer
    imsi: str | None = None
    recipient: str | None = None
    window: Window = field(default_factory=Window)
    skip: int = 0
    share: float = 1.0
    count: int | None = None

    def __post_init__(self) -> None:
        check_range("skip", self.skip, 0, inf)
        check_range("share", self.share, 0, 1)
        if self.count is not None:
            check_range("count", self.count, 1, inf)


class RuleBook:
    """The rules in force, oldest first; the first that meets a submit decides."""

    def __init__(self) -> None:
        self._rules: list[_Counted] = []

    def add(self, rule: AnswerRule) -> None:
        """Put a rule in force."""
        self._rules.append(_Counted(rule=rule, skipped=0, used=0))

    def remove(self, rule: AnswerRule) -> None:
        """Take a rule out of force; nothing happens when it is not, or no longer."""
        self._rules = [counted for counted in self._rules if counted.rule != rule]

    @property
    def rules(self) -> list[AnswerRule]:
        """The rules in force; those that are used up are gone."""
        return [counted.rule for counted in self._rules]

    def decide(self, imsi: str, recipient: str, at_s: float, chance: random.Random) -> Answer | None:
        """Return the answer to a submit; None when no rule meets it. `recipient` is as `rule.recipient` writes it."""
        for counted in self._rules:
            rule = counted.rule
            if rule.imsi not in (None, imsi) or rule.recipient not in (None, recipient) or not rule.window.holds(at_s):
                continue
            if counted.skipped < rule.skip:
                counted.skipped += 1
                continue
            if rule.share < 1 and chance.random() >= rule.share:
                continue
            counted.used += 1
            if counted.used == rule.count:
                self._rules.remove(counted)
            return rule.answer
        return None


@dataclass(slots=True, kw_only=True, eq=False)
class _Counted:
    rule: AnswerRule
    skipped: int
    used: int
