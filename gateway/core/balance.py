"""What is left on a SIM: which question its operator answers, and the number in the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gateway.core.types import EpochMs

_GROUPED = re.compile(r"(?<=\d)[ \u00a0\u202f'](?=\d{3}(?!\d))")


@dataclass(frozen=True, kw_only=True, slots=True)
class BalanceRule:
    """How to ask the SIMs of an operator.

    `operator` is its name with * and ? for any signs, `mccmnc` what its IMSIs begin with; empty is any. `answers` are
    given to the menus that the code leads to. `pattern` finds the number, in its group if it has one. Below `low` the
    operator of the gateway is told.
    """

    operator: str
    mccmnc: str
    code: str
    answers: tuple[str, ...]
    pattern: re.Pattern[str]
    interval_s: float
    low: Decimal | None

    def is_for(self, operator: str, imsi: str) -> bool:
        """Whether a SIM with this IMSI in the network of this name is meant."""
        is_name = not self.operator or fnmatchcase(operator.casefold(), self.operator.casefold())
        return is_name and imsi.startswith(self.mccmnc)


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """The last balance of a SIM: `amount` was read at `read_at`, both None before the first one.

    `reply` is what the network said last, or why it said nothing; `asked_at` when.
    """

    sim: str
    amount: Decimal | None
    reply: str
    asked_at: EpochMs
    read_at: EpochMs | None
    is_low: bool


def find_rule(rules: Iterable[BalanceRule], operator: str, imsi: str) -> BalanceRule | None:
    """Give the first rule that is for the SIM."""
    return next((rule for rule in rules if rule.is_for(operator, imsi)), None)


def read_amount(text: str, pattern: re.Pattern[str]) -> Decimal | None:
    """Give the number that `pattern` finds in an answer, None when there is none.

    >>> read_amount("Guthaben: 1.234,56 EUR", re.compile("[0-9.,]+"))
    Decimal('1234.56')
    """
    found = pattern.search(text)
    if found is None:
        return None
    number = _GROUPED.sub("", (found[1] if pattern.groups else found[0]) or "").strip()
    return _parse(number.rstrip(".,"))


def _parse(number: str) -> Decimal | None:
    """Read 5, 5.00, 5,00, 1.234,56 and 1,234.56: the last sign that stands once and not before a group is the point."""
    comma, dot = number.rfind(","), number.rfind(".")
    if comma >= 0 and dot >= 0:
        thousands, point = (".", ",") if comma > dot else (",", ".")
        number = number.replace(thousands, "").replace(point, ".")
    elif max(number.count(","), number.count(".")) > 1:
        number = number.replace(",", "").replace(".", "")
    else:
        number = number.replace(",", ".")
    try:
        value = Decimal(number)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
