"""How old messages are deleted without anybody noticing: how much at once, and when the clock is not to be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gateway.core.types import EpochMs

FEWEST_ROWS: Final = 20
MOST_ROWS: Final = 500
QUICK_S: Final = 0.015
"""A step that is done so fast may be twice as large: nobody who writes meanwhile waits long for it."""
SLOW_S: Final = 0.040
"""A step that takes longer keeps others waiting."""
JUMP_S: Final = 3600.0
"""A wall clock that gains so much on the steady one was set."""


class Pace:
    """How many rows a step may delete, by how long the last ones took: a slow card gets small steps."""

    def __init__(self) -> None:
        self.rows = FEWEST_ROWS

    def note(self, took_s: float) -> None:
        """A step of `rows` rows took so long."""
        if took_s < QUICK_S:
            self.rows = min(MOST_ROWS, 2 * self.rows)
        elif took_s > SLOW_S:
            self.rows = max(FEWEST_ROWS, self.rows // 2)


@dataclass(slots=True)
class ClockWatch:
    """Tells when the wall clock was put forward: everything would look old then, perhaps only until it is put back."""

    wall_ms: EpochMs
    steady_s: float

    def was_set(self, wall_ms: EpochMs, steady_s: float) -> bool:
        """Whether the wall clock gained on the steady one since the last call."""
        gained_s = (wall_ms - self.wall_ms) / 1000 - (steady_s - self.steady_s)
        self.wall_ms, self.steady_s = wall_ms, steady_s
        return gained_s > JUMP_S
