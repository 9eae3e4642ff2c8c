"""What a row of the table is made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

Values = dict[str, float]
Measure = Callable[[], Awaitable[Values]]


@dataclass(frozen=True)
class Figure:
    """One row: `budget` as written in the design; `peers` measure the same of other gateways, by their names.

    `is_more_better` says which way the first value is compared with theirs.
    """

    name: str
    budget: str
    measure: Measure
    peers: Mapping[str, Measure] = field(default_factory=dict)
    is_more_better: bool = False


def quantile(values: list[float], share: float) -> float:
    """The value below which `share` of all lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
