"""The host's end of an AT dialogue: octets of a modem in, events and octets for the modem out.

Theory of operation. Octets are cut into lines and prompts (`lines`). Each line is classified once, in `_receive_line`:
echo, final result, the pending command's own answer, a URC, the echo of a body. What is none of these is an information
response while a command is pending, else a URC. The second line of a URC is waited for over a few lines of news:
firmware that reports its signal every second does so between the two lines as well.

One command is pending at a time. A command with a body (+CMGS) waits for the prompt, then writes the body at once.
When its time is over the command stays pending: the caller either waits longer, probes with a bare AT, or gives up.
Answers that come after giving up are reported as `Stray`, never taken for the answer of another command if there is
any way to tell; `is_settled` says whether such answers may still be on their way.

Nothing here grows without limit: a line has at most MAX_LINE_OCTETS, an answer at most MAX_ANSWER_LINES.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from modem.at.errors import ErrorKind, FinalResult, parse_final
from modem.at.joining import Joiner
from modem.at.lines import PROMPT, Lines
from modem.at.urc import TWO_LINE, UNSOLICITED, belongs_to, is_news, name_of

MAX_ANSWER_LINES: Final = 4096
MAX_EVENTS: Final = 4096
# A submit was answered OK, but +CMGS has not come: it may stand behind the OK, or never come.
MR_PATIENCE_S: Final = 0.5

CTRL_Z: Final = b"\x1a"
ESC: Final = b"\x1b"
CR: Final = b"\r"
CR_LF: Final = b"\r\n"

_COMMAND: Final = re.compile(r"AT([+^*#$%!]\w+)(=?\??)", re.ASCII | re.IGNORECASE)
_PROBE: Final = "AT"
_URC_STARTS: Final = frozenset("+^*#$%!")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A command is done. `final` is None when only the final result went missing, the answer itself came."""

    command: str
    lines: tuple[str, ...]
    final: FinalResult | None
    is_body_sent: bool = False

    @property
    def is_ok(self) -> bool:
        """Whether the modem carried the command out."""
        return self.final is None or self.final.failure is None


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandTimeout:
    """The time is over; the command is still pending until it is answered or given up. `lines` came so far."""

    command: str
    is_body_sent: bool
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeAnswered:
    """The bare AT was answered, but the command before it was not: its answer will not come any more.

    A command that answers nothing but OK cannot be told from the bare AT: if a second OK follows at once as a `Stray`,
    the first was its own, and `lines` are its answer.
    """

    command: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """The modem waits for a body. `is_expected` is False when no command asked for it."""

    is_expected: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Urc:
    """An unsolicited line; `body` is the second line of +CMT, +CDS and +CBM, None when it did not come."""

    line: str
    name: str
    body: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stray:
    """A late answer: a final result, or the line of an information response, without its command."""

    line: str


Event = Answer | CommandTimeout | ProbeAnswered | Prompt | Urc | Stray


@dataclass(kw_only=True, slots=True)
class _Pending:
    text: str
    name: str
    is_query: bool
    body: bytes | None
    body_timeout_s: float
    final_timeout_s: float | None
    is_body_sent: bool = False
    has_own_line: bool = False
    probes: int = 0
    early_final: FinalResult | None = None
    lines: list[str] = field(default_factory=list)
    body_text: str = ""


@lru_cache(maxsize=256)
def _name_and_form(command: str) -> tuple[str, bool]:
    match = _COMMAND.match(command)
    return (match[1].upper(), match[2].endswith("?")) if match is not None else ("", False)


class Host:
    """Drives one modem; does no I/O and knows no clock."""

    def __init__(self) -> None:
        self._lines = Lines()
        self._output = b""
        self._events: deque[Event] = deque(maxlen=MAX_EVENTS)
        self._pending: _Pending | None = None
        self._deadline: float | None = None
        self._joiner = Joiner()
        # V.250 ends a command line with CR; a program that reads whole lines may wait for LF.
        self.line_end = CR
        self._owed_results = 0
        self._is_submit_abandoned = False

    @property
    def is_busy(self) -> bool:
        """Whether a command is pending."""
        return self._pending is not None

    @property
    def has_body(self) -> bool:
        """Whether the pending command makes the modem prompt for a body."""
        return self._pending is not None and self._pending.body is not None

    @property
    def is_body_sent(self) -> bool:
        """Whether the pending command's body has been handed out by `data_to_send`, or is about to be."""
        return self._pending is not None and self._pending.is_body_sent

    @property
    def is_settled(self) -> bool:
        """Whether no answer to an earlier command can still be on its way."""
        return self._owed_results == 0

    @property
    def is_submit_abandoned(self) -> bool:
        """Whether a body was sent whose result has not been seen, though it was given up."""
        return self._is_submit_abandoned

    @property
    def half_heard(self) -> bytes:
        """The octets of a URC or a line that has not ended yet: with those that follow they make it whole."""
        rest = self._lines.rest
        if not self._joiner.is_busy:
            return rest
        return b"".join(line.encode("latin-1") + CR_LF for line in self._joiner.lines) + rest

    def start(
        self,
        command: str,
        *,
        timeout_s: float,
        now: float,
        body: bytes | None = None,
        body_timeout_s: float = 0.0,
        final_timeout_s: float | None = None,
    ) -> None:
        """Write `command` and wait for its answer.

        `timeout_s` counts to the final result, or to the prompt when there is a `body`, which is written at the prompt
        with its terminator as it stands; `body_timeout_s` counts from there. `final_timeout_s` is how long the final
        result may stay behind the command's own first line: then the answer counts without it.
        Raises RuntimeError while another command is pending.
        """
        if self._pending is not None:
            raise RuntimeError(f"{self._pending.text} is pending")
        name, is_query = _name_and_form(command)
        self._pending = _Pending(
            text=command,
            name=name,
            is_query=is_query,
            body=body,
            body_timeout_s=body_timeout_s,
            final_timeout_s=final_timeout_s,
        )
        self._deadline = now + timeout_s
        self._output += command.encode("latin-1", "replace") + self.line_end

    def probe(self, *, timeout_s: float, now: float) -> None:
        """Write a bare AT behind the pending command: a busy parser stays silent, a free one answers OK."""
        pending = self._required()
        pending.probes += 1
        self._deadline = now + timeout_s
        self._output += b"AT" + self.line_end

    def wait_longer(self, *, timeout_s: float, now: float) -> None:
        """Give the pending command more time."""
        self._required()
        self._deadline = now + timeout_s

    def write_body(self, body: bytes, *, timeout_s: float, now: float) -> None:
        """Answer a prompt of the pending command, which was started without a body; `body` ends with its terminator."""
        self._hand_out_body(self._required(), body, now + timeout_s)

    def give_up(self) -> None:
        """Expect no answer to the pending command any more; one that comes all the same is a `Stray`."""
        pending = self._required()
        self._owed_results += 1 + pending.probes
        self._is_submit_abandoned = self._is_submit_abandoned or pending.is_body_sent
        self._pending = None
        self._deadline = None

    def abort_prompt(self) -> None:
        """Write ESC: a modem that waits for a body forgets it, any other ignores it; 27.005 3.5.1."""
        self._output += ESC

    def settle(self) -> None:
        """Declare that the line has been quiet long enough: nothing is owed any more."""
        self._owed_results = 0

    def forget_submit(self) -> None:
        """Declare that the result of the submit that was given up is known, or can not come any more."""
        self._is_submit_abandoned = False

    def receive_data(self, data: bytes, now: float) -> None:
        """Take octets from the modem, in pieces of any size."""
        for line in self._lines.cut(data):
            if line == PROMPT:
                self._receive_prompt(now)
            else:
                self._receive_line(line, now)

    def next_event(self) -> Event | None:
        """Return the oldest event not yet taken, None when there is none."""
        return self._events.popleft() if self._events else None

    def data_to_send(self) -> bytes:
        """Return the octets to write to the modem now."""
        output, self._output = self._output, b""
        return output

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, None for never."""
        return self._deadline

    def handle_timer(self, now: float) -> None:
        """Report the end of the pending command's time."""
        pending = self._pending
        if pending is None or self._deadline is None or now < self._deadline:
            return
        self._deadline = None
        if pending.has_own_line or pending.early_final is not None:
            self._finish(pending, pending.early_final)
        else:
            self._events.append(
                CommandTimeout(command=pending.text, is_body_sent=pending.is_body_sent, lines=tuple(pending.lines))
            )

    # -- one line ------------------------------------------------------------------------------------------------

    def _receive_line(self, line: str, now: float) -> None:
        if self._joiner.is_busy and self._take_more(line):
            return
        pending = self._pending
        if pending is None:
            self._receive_unasked(line)
        elif line == pending.text or (pending.probes and line == _PROBE):
            return  # the echo of the command
        else:
            final = parse_final(line)
            if final is not None:
                self._receive_final(pending, final, now)
            else:
                self._receive_information(pending, line, now)

    def _take_more(self, line: str) -> bool:
        """Join a URC of several lines. A line that cannot belong to it is left to be classified as any other."""
        is_taken, whole, body = self._joiner.take(line, is_news=self._is_news, is_result=parse_final(line) is not None)
        if whole:
            self._events.append(Urc(line=whole, name=name_of(whole), body=body))
        return is_taken

    def _is_news(self, line: str) -> bool:
        """Tell whether `line` looks like a URC of one line."""
        name = name_of(line)
        if name in TWO_LINE or parse_final(line) is not None:
            return False
        is_answer = self._pending is not None and name == self._pending.name
        return not is_answer and (name in UNSOLICITED or line[0] in _URC_STARTS)

    def _receive_unasked(self, line: str) -> None:
        if parse_final(line) is not None:
            self._receive_stray(line)
        elif line.startswith("+CMGS:"):
            self._events.append(Stray(line=line))
        else:
            self._receive_urc(line, name_of(line))

    def _receive_stray(self, result: str) -> None:
        self._owed_results = max(0, self._owed_results - 1)
        self._events.append(Stray(line=result))

    def _receive_urc(self, line: str, name: str) -> None:
        if not self._joiner.begin(line, name):
            self._events.append(Urc(line=line, name=name))

    def _receive_information(self, pending: _Pending, line: str, now: float) -> None:
        name = name_of(line)
        if name and name == pending.name and belongs_to(line, name=name, is_query=pending.is_query):
            self._add(pending, line)
            if not pending.has_own_line and pending.final_timeout_s is not None:
                self._deadline = now + pending.final_timeout_s
            pending.has_own_line = True
            if pending.early_final is not None:
                self._finish(pending, pending.early_final)
        elif is_news(line, name):
            self._receive_urc(line, name)
        elif name == "+CMGS" and line != name:
            self._events.append(Stray(line=line))
        elif not (pending.is_body_sent and line in pending.body_text):
            self._add(pending, line)

    @staticmethod
    def _add(pending: _Pending, line: str) -> None:
        if len(pending.lines) < MAX_ANSWER_LINES:
            pending.lines.append(line)

    def _receive_final(self, pending: _Pending, final: FinalResult, now: float) -> None:
        if pending.body is not None and not pending.is_body_sent and final.failure is None:
            # No +CMGS ends well before its prompt: this OK belongs to an earlier command.
            self._receive_stray(final.line)
        elif pending.text == _PROBE and final.failure is not None and final.failure.kind is ErrorKind.CMS:
            # A bare AT cannot fail: this is what became of the submit that was given up.
            self._receive_stray(final.line)
        elif pending.probes and final.failure is None and not pending.has_own_line:
            self._owed_results += pending.probes - 1
            self._pending = None
            self._deadline = None
            self._events.append(ProbeAnswered(command=pending.text, lines=tuple(pending.lines)))
        elif pending.is_body_sent and final.failure is None and not pending.has_own_line and not pending.early_final:
            pending.early_final = final
            self._deadline = now + MR_PATIENCE_S
        else:
            self._finish(pending, final)

    def _finish(self, pending: _Pending, final: FinalResult | None) -> None:
        self._owed_results += pending.probes + (final is None)
        self._pending = None
        self._deadline = None
        self._events.append(
            Answer(
                command=pending.text,
                lines=tuple(pending.lines),
                final=final,
                is_body_sent=pending.is_body_sent,
            )
        )

    def _receive_prompt(self, now: float) -> None:
        pending = self._pending
        if pending is None or pending.body is None:
            self._events.append(Prompt(is_expected=False))
        elif not pending.is_body_sent:
            self._hand_out_body(pending, pending.body, now + pending.body_timeout_s)
            self._events.append(Prompt(is_expected=True))

    def _hand_out_body(self, pending: _Pending, body: bytes, deadline: float) -> None:
        pending.body = body
        pending.is_body_sent = True
        pending.body_text = body.decode("latin-1")
        self._deadline = deadline
        self._output += body

    def _required(self) -> _Pending:
        if self._pending is None:
            raise RuntimeError("no command is pending")
        return self._pending
