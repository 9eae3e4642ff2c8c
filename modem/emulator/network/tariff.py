"""What messages cost a SIM, and when the operator bars it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Final

from modem.emulator.network.answer import OPERATOR_BARRING, Answer
from modem.emulator.network.chance import check_range

BARRED: Final = Answer(cause=OPERATOR_BARRING)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """At most `messages` in `period_s` from the first; then `answer` until the period ends, and `barred_s` more."""

    messages: int
    period_s: float = 86400.0
    barred_s: float = 0.0
    answer: Answer = BARRED

    def __post_init__(self) -> None:
        check_range("messages", self.messages, 0, inf)
        check_range("period_s", self.period_s, 0, inf)
        check_range("barred_s", self.barred_s, 0, inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """A prepaid SIM: `balance_cents` at the start (None: without end), `price_cents` for a message.

    What it cannot pay is met with `answer`; Answer(is_taken=False, is_heard=False) is a network that stays silent.
    """

    balance_cents: int | None = None
    price_cents: int = 0
    answer: Answer = BARRED
    quota: Quota | None = None

    def __post_init__(self) -> None:
        check_range("price_cents", self.price_cents, 0, inf)


class Credit:
    """The account of one SIM under a tariff."""

    def __init__(self, tariff: Tariff) -> None:
        self.tariff = tariff
        self.balance_cents = tariff.balance_cents
        self._period_ends_at = -inf
        self._used = 0

    def refusal(self, now: float) -> Answer | None:
        """Return the answer to a submit that is not allowed; None when it is."""
        tariff = self.tariff
        if self.balance_cents is not None and self.balance_cents < tariff.price_cents:
            return tariff.answer
        quota = tariff.quota
        if quota is None:
            return None
        if now >= self._period_ends_at + (quota.barred_s if self._used >= quota.messages else 0.0):
            self._period_ends_at, self._used = now + quota.period_s, 0
        return quota.answer if self._used >= quota.messages else None

    def pay(self) -> None:
        """Charge one message."""
        self._used += 1
        if self.balance_cents is not None:
            self.balance_cents -= self.tariff.price_cents

    def top_up(self, cents: int) -> None:
        """Add money; it does nothing for a balance without end."""
        if self.balance_cents is not None:
            self.balance_cents += cents
