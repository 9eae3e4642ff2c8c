"""Writes the answers of a command line that does not go its plain way: parts late, lost, doubled, or torn apart."""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

from modem.emulator.machine.course import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modem.at.device import Device, Result
    from modem.emulator.breakage.board import Board
    from modem.emulator.command import Prompt
    from modem.emulator.machine.course import Course

    Task = Callable[[float], None]


class OddLine:
    """The line that is being done: `course` is None while nothing is wrong with it, `number` tells it from others."""

    def __init__(self, device: Device, board: Board) -> None:
        self.course: Course | None = None
        self.number = 0
        self._device = device
        self._board = board
        # What is still to be done: when, in which order, for which line (None: whatever line it is then).
        self._late: list[tuple[float, int, int | None, Task]] = []
        self._late_count = 0

    def begin(self) -> None:
        """Take note of a new line."""
        self.number += 1

    def drop(self) -> None:
        """Give the line up with no answer; the modem takes the next."""
        self._forget_line()
        self._device.free(drops_input=True)

    def lose_power(self) -> None:
        """Forget everything, also what was to be written later."""
        self._late.clear()
        self._forget_line()

    # -- answers --------------------------------------------------------------

    def prompt(self, course: Course, prompt: Prompt, now: float, then: Task) -> None:
        """Ask for a body, and do `then` when the prompt is complete; without any prompt it never is."""
        if not course.prompt:
            self._device.prompt(b"", is_text=prompt.is_text)
            return
        for number, (after_s, octets) in enumerate(course.prompt):
            write = partial(self._ask, prompt, octets) if number == 0 else partial(self._write, octets)
            self._after(after_s, write, now, line=self.number)
        self._after(course.prompt[-1][0], then, now, line=self.number)

    def respond(self, course: Course, lines: Sequence[str]) -> None:
        """Write information responses, or hold them for the end."""
        if course.holds_lines:
            course.held_lines.extend(lines)
        else:
            self._device.respond([_with_others(line, course.intrusions.get(Place.HEADER, ())) for line in lines])

    def intrude(self, course: Course, place: Place) -> None:
        """Write the unsolicited lines that stand at `place`."""
        self._device.respond(course.intrusions.get(place, ()))

    def finish(self, course: Course, result: Result | str | None, now: float) -> None:
        """Write the end of the line, now and later; the modem takes the next line behind it or, if free, at once."""
        self.intrude(course, Place.RESULT)
        self.course = None
        line = None if course.is_free else self.number
        endings = course.ending(result)
        for after_s, lines, results in endings:
            self._after(after_s, partial(self._say, lines, results), now, line=line)
        self._after(0 if course.is_free else endings[-1][0], self._free, now, line=line)

    def note_abort(self, course: Course, now: float) -> None:
        """Let a result follow on that of the ESC that just came."""
        if course.abort_result:
            self._after(course.abort_after_s, partial(self._say, [], [course.abort_result]), now)

    # -- time -----------------------------------------------------------------

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        return self._late[0][0] if self._late else None

    def handle_timer(self, now: float) -> None:
        """Do what is due, unless its line was given up."""
        while self._late and self._late[0][0] <= now:
            _, _, line, task = heapq.heappop(self._late)
            if line is None or line == self.number:
                task(now)

    # -- inside ---------------------------------------------------------------

    def _after(self, delay_s: float, task: Task, now: float, *, line: int | None = None) -> None:
        if delay_s <= 0:
            task(now)
            return
        self._late_count += 1
        heapq.heappush(self._late, (now + delay_s, self._late_count, line, task))

    def _forget_line(self) -> None:
        self.number += 1
        self.course = None
        self._board.end_line()

    def _ask(self, prompt: Prompt, octets: bytes, _now: float) -> None:
        self._device.prompt(octets, is_text=prompt.is_text)

    def _write(self, octets: bytes, _now: float) -> None:
        self._device.write(octets)

    def _say(self, lines: list[str], results: list[Result | str], _now: float) -> None:
        self._device.respond(lines)
        for result in results:
            self._device.write_result(result)

    def _free(self, _now: float) -> None:
        self._board.end_line()
        self._device.free()


def _with_others(line: str, others: Sequence[str]) -> str:
    """Return a line with others in it: behind its header when it has two parts, else in the middle of its text."""
    if not others:
        return line
    header, is_two, data = line.partition("\r\n")
    if is_two:
        return "\r\n".join((header, "", *others, data))
    middle = len(line) // 2
    return "\r\n".join((line[:middle], *others, line[middle:]))
