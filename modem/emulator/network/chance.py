"""Times that are left to chance, and checks that the values of this room share."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isnan
from typing import TYPE_CHECKING

from modem.errors import BehaviourError

if TYPE_CHECKING:
    import random


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """A time between `least_s` and `most_s`, most often near `usual_s`: the middle when not given.

    Without `most_s` it is always `least_s`. Raises BehaviourError when the three do not rise.
    """

    least_s: float = 0.0
    most_s: float | None = None
    usual_s: float | None = None

    def __post_init__(self) -> None:
        check_range("least_s", self.least_s, 0, inf)
        if self.most_s is not None:
            check_range("most_s", self.most_s, self.least_s, inf)
        if self.usual_s is not None:
            check_range("usual_s", self.usual_s, self.least_s, self.least_s if self.most_s is None else self.most_s)

    def draw(self, chance: random.Random) -> float:
        """Return a time in seconds; a fixed one costs no chance."""
        if self.most_s is None:
            return self.least_s
        return chance.triangular(self.least_s, self.most_s, self.usual_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A span of network time, from `from_s` to before `until_s`, in seconds since the network's start."""

    from_s: float = 0.0
    until_s: float = inf

    def __post_init__(self) -> None:
        check_range("from_s", self.from_s, 0, inf)
        check_range("until_s", self.until_s, self.from_s, inf)

    def holds(self, at_s: float) -> bool:
        """Tell whether a moment is inside."""
        return self.from_s <= at_s < self.until_s


def check_range(field: str, value: float, least: float, most: float) -> None:
    """Raise BehaviourError naming `field` unless `least` <= `value` <= `most`."""
    if isnan(value) or not least <= value <= most:
        wanted = f"at least {least:g}" if most == inf else f"{least:g} to {most:g}"
        raise BehaviourError(field, f"must be {wanted}, not {value:g}")
