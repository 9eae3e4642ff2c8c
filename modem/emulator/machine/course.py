"""How one command line goes when something is wrong with it: values that a fault sets and the machine obeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from modem.at.device import PROMPT

if TYPE_CHECKING:
    from modem.at.device import Result
    from modem.emulator.refusal import RefusedError


class Stage(Enum):
    """How far a command has come when a fault strikes it; PROMPT, BODY and SENT exist in a submit only."""

    COMMAND = "command"
    """The command was read; nothing was done."""
    PROMPT = "prompt"
    """The prompt was written."""
    BODY = "body"
    """Ctrl-Z came; nothing is on the air."""
    SENT = "sent"
    """The network has answered; the host does not know it."""


class Place(Enum):
    """Where a line intrudes that has no business there."""

    ECHO = "echo"
    """Between the echo and the answer."""
    PROMPT = "prompt"
    """Behind the prompt, before the echo of the body."""
    HEADER = "header"
    """Inside an information response: behind the header of one of two lines, or in the middle of a line."""
    RESULT = "result"
    """Between the information responses and the final result."""


@dataclass(slots=True, kw_only=True)
class Course:
    """One line's course; the defaults are how every line goes. Times in seconds from when it would have happened."""

    # The command itself: not heard at all, refused, or answered without asking its handler.
    is_ignored: bool = False
    refusal: RefusedError | None = None
    answer: tuple[str, ...] | None = None
    # What is written as prompt and when; nothing at all when empty, and the body is taken all the same.
    prompt: tuple[tuple[float, bytes], ...] = ((0.0, PROMPT),)
    # Whether the message goes on the air, and what the modem makes of the network's yes (an RP cause or +CMS ERROR).
    is_sent: bool = True
    cause: int | None = None
    # The end: which parts are written, when, how often, and whether other commands are taken meanwhile.
    has_lines: bool = True
    has_result: bool = True
    lines_after_s: float = 0.0
    result_after_s: float = 0.0
    result: Result | str | None = None
    result_count: int = 1
    is_free: bool = False
    # A final result that follows the OK of an ESC.
    abort_result: str = ""
    abort_after_s: float = 0.0
    # Unsolicited lines in wrong places; `is_rude`: the modem's own do not wait for the end of this line either.
    intrusions: dict[Place, tuple[str, ...]] = field(default_factory=dict)
    is_rude: bool = False
    # Information responses that wait for the end.
    held_lines: list[str] = field(default_factory=list)

    @property
    def holds_lines(self) -> bool:
        """Whether information responses are not written at once."""
        return not self.has_lines or self.lines_after_s > 0 or self.is_free

    def ending(self, result: Result | str | None) -> list[tuple[float, list[str], list[Result | str]]]:
        """Return what is written at the end: after how long, which lines, which final results (`result` None: none)."""
        lines = self.held_lines if self.has_lines else []
        final = result if self.result is None else self.result
        results = [final] * self.result_count if self.has_result and final is not None else []
        first, last = self.lines_after_s, max(self.lines_after_s, self.result_after_s)
        if first == last or not lines:
            return [(last, lines, results)]
        return [(first, lines, []), (last, [], results)]
