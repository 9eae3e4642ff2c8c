"""What a row of the table is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from math import inf

Values = dict[str, float]
Measure = Callable[[], Awaitable[Values]]


@dataclass(frozen=True)
class Limit:
    """What one value must reach: at least `least`, or at most `most`."""

    key: str
    least: float = -inf
    most: float = inf

    def holds(self, value: float) -> bool:
        """Whether a value reaches it."""
        return self.least <= value <= self.most


@dataclass(frozen=True)
class Figure:
    """One row: `budget` as written in the design; `peers` measure the same of other gateways, by their names.

    `is_more_better` says which way the first value is compared with theirs. `limits` are the budget in numbers.
    """

    name: str
    budget: str
    measure: Measure
    peers: Mapping[str, Measure] = field(default_factory=dict)
    is_more_better: bool = False
    limits: tuple[Limit, ...] = ()

    def is_reached(self, medians: Values) -> bool | None:
        """Whether the medians keep all limits; None without any."""
        return all(limit.holds(medians[limit.key]) for limit in self.limits) if self.limits else None


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
