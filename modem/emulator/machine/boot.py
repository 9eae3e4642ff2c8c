"""The clockwork of a start: what a model says, and refuses, between power-up and being ready, and what it repeats."""

from __future__ import annotations

import heapq
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from modem.profile import Personality


class Boot:
    """Timers of one modem; time is an argument.

    `length_s` stretches or shortens the model's own timeline to that length; None keeps it. What is repeated keeps
    its pace in any case.
    """

    def __init__(self, personality: Personality, length_s: float | None = None) -> None:
        self._personality = personality
        own_s = personality.boot.length_s
        self.length_s = own_s if length_s is None else length_s
        # A timeline that has no length cannot be stretched: AT is then all it has.
        self._scale = self.length_s / own_s if own_s else 1.0
        self.at_s = personality.boot.at_s * self._scale if own_s else self.length_s
        self._started_at: float | None = None
        # Lines to come: when, in which order, what, and the number of what is repeated.
        self._lines: list[tuple[float, int, str, int | None]] = []
        self._line_count = 0
        self._silenced: set[int] = set()

    def start(self, now: float) -> None:
        """Begin: the power is there."""
        self.stop()
        self._started_at = now
        for at_s, line in self._personality.boot.lines:
            self._add(now + at_s * self._scale, line)
        for number, repeated in enumerate(self._personality.repeated):
            self._add(now + repeated.first_s * self._scale, repeated.line, number)

    def stop(self) -> None:
        """End: the power is gone."""
        self._started_at = None
        self._lines.clear()
        self._silenced.clear()

    def next_timer(self) -> float | None:
        """Return when the next line is due, or None."""
        return self._lines[0][0] if self._lines else None

    def lines_due(self, now: float) -> list[str]:
        """Return the lines that are due, oldest first. What is repeated and was missed several times comes once."""
        due = []
        while self._lines and self._lines[0][0] <= now:
            at, _, line, number = heapq.heappop(self._lines)
            if number is None:
                due.append(line)
            elif not self._is_over(number, at):
                if number not in self._silenced:
                    due.append(line)
                every_s = self._personality.repeated[number].every_s
                self._add(at + every_s * (1 + (now - at) // every_s), line, number)
        return due

    def refusal(self, command: str, now: float) -> str | None:
        """Return the final result with which a command is refused for now or for good, None when it is not."""
        for refusal in (*self._personality.boot.refusals, *self._personality.refusals):
            if re.fullmatch(refusal.commands, command) and not self._is_past(refusal.until_s, now):
                return refusal.result
        return None

    def hear(self, command: str) -> None:
        """Take note of a command that stops or starts what is repeated."""
        for number, repeated in enumerate(self._personality.repeated):
            if command == repeated.stopped_by:
                self._silenced.add(number)
            elif command == repeated.started_by:
                self._silenced.discard(number)

    def _add(self, at: float, line: str, number: int | None = None) -> None:
        self._line_count += 1
        heapq.heappush(self._lines, (at, self._line_count, line, number))

    def _is_over(self, number: int, at: float) -> bool:
        return self._is_past(self._personality.repeated[number].until_s, at)

    def _is_past(self, until_s: float | None, at: float) -> bool:
        return until_s is not None and self._started_at is not None and at >= self._started_at + until_s * self._scale
