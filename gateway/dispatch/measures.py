"""What sending teaches about SIMs, for the choice of spans: how long a segment takes, and who fails more than usual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gateway.dispatch.radio import Accepted

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.types import Port
    from gateway.dispatch.radio import Radio, SubmitResult
    from gateway.service.spans import SpanBoard

NEWEST_COUNTS: Final = 1 / 8
"""Share of the newest segment in the average: the last dozen make most of it."""
TOLD_FROM: Final = 0.1
"""Smaller changes are not worth having every choice prepared anew."""
FAILING_KEPT_S: Final = 600.0
"""A failing SIM that gets nothing to send cannot show that it is well again: it is given another chance after this."""
REMEMBERED_SIMS: Final = 1000


class Measures:
    """Keeps an average per SIM and tells the board of the spans they are in."""

    def __init__(self, board: SpanBoard, clock: Callable[[], float]) -> None:
        self._board = board
        self._clock = clock
        self._segment_s: dict[str, float] = {}
        self._told_s: dict[Port, float] = {}
        self._failed_at: dict[Port, float] = {}

    def seat(self, port: Port, sim: str) -> None:
        """This SIM is in the span now."""
        self._told_s.pop(port, None)
        segment_s = self._segment_s.get(sim)
        if segment_s is not None:
            self._told_s[port] = segment_s
        self._board.set_segment_s(port, segment_s)
        self._judge(port, is_failing=False)

    def submitted(self, port: Port, sim: str, result: SubmitResult, seconds: float, radio: Radio) -> None:
        """A submit of the SIM ended after `seconds`."""
        if isinstance(result, Accepted):
            self._average(port, sim, seconds)
            if port in self._failed_at:
                self._judge(port, is_failing=radio.health.is_worse)
        else:
            self._judge(port, is_failing=radio.health.is_worse)

    def look(self) -> None:
        """Give failing SIMs that had nothing to send for a while another chance."""
        for port, failed_at in list(self._failed_at.items()):
            if self._clock() - failed_at >= FAILING_KEPT_S:
                self._judge(port, is_failing=False)

    def _average(self, port: Port, sim: str, seconds: float) -> None:
        before = self._segment_s.pop(sim, seconds)
        segment_s = self._segment_s[sim] = before + NEWEST_COUNTS * (seconds - before)
        if len(self._segment_s) > REMEMBERED_SIMS:
            del self._segment_s[next(iter(self._segment_s))]
        told_s = self._told_s.get(port)
        if told_s is None or abs(segment_s - told_s) > TOLD_FROM * told_s:
            self._told_s[port] = segment_s
            self._board.set_segment_s(port, segment_s)

    def _judge(self, port: Port, *, is_failing: bool) -> None:
        if is_failing:
            self._failed_at[port] = self._clock()
        else:
            self._failed_at.pop(port, None)
        self._board.set_failing(port, is_failing=is_failing)
