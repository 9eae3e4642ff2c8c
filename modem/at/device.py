"""The modem's end of an AT line: octets of the host to command lines and bodies, answers to octets.

Theory of operation. The device is in one of three modes:

    COMMAND  a command line is collected until CR, then it becomes an event (so does the line before it, again,
             at "A/", which needs no CR) and the device is
    BUSY     until `finish` (or `prompt`): octets that arrive meanwhile wait, as in a UART's buffer,
    ENTRY    a body is collected until Ctrl-Z or ESC, then it becomes an event and the device is BUSY.

An unsolicited line is written in COMMAND mode only, and not while a command line is half entered; it waits otherwise.
V.250 5.2 and 5.7; prompt and body as in 3GPP TS 27.005 3.5.1 and 4.3.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MAX_LINE_OCTETS: Final = 2048
MAX_BODY_OCTETS: Final = 4096
MAX_WAITING_OCTETS: Final = 16384
MAX_HELD_URCS: Final = 256
# A host that stopped in the middle of a line is typing no more: unsolicited lines need not wait for it.
HALF_LINE_PATIENCE_S: Final = 2.0
PROMPT: Final = b"\r\n> "  # 3GPP TS 27.005 3.5.1

_CR = b"\r"
_LF = 0x0A
_SLASH = 0x2F
_CTRL_Z = 0x1A
_END_OF_LINE = re.compile(rb"[\r/]")
_END_OF_BODY = re.compile(rb"[\x1a\x1b]")
_PREFIX = re.compile(rb"[Aa][Tt]")
_HALF_PREFIX = re.compile(rb"[Aa]([Tt]|$)")
# Control characters other than CR and BS are disregarded (V.250 5.2.2).
_DISREGARDED = bytes(set(range(0x20)) - {0x08, 0x0D}) + b"\x7f"


class Result(IntEnum):
    """Result codes of V.250 with their numbers (V.250 table 1); RING and the ends of a call come unasked too."""

    OK = 0
    RING = 2
    NO_CARRIER = 3
    ERROR = 4
    BUSY = 7
    NO_ANSWER = 8

    @property
    def text(self) -> str:
        """The result as ATV1 writes it."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandLineReceived:
    """A command line; `text` is what follows "AT". `is_too_long`: it was not kept whole and must be refused."""

    text: str
    is_too_long: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class BodyReceived:
    """What was typed at the prompt, without its end; `is_aborted` when that was ESC."""

    octets: bytes
    is_aborted: bool = False


DeviceEvent = CommandLineReceived | BodyReceived


class _Mode(Enum):
    COMMAND = auto()
    BUSY = auto()
    ENTRY = auto()


class Device:
    """One AT line as the modem sees it; `is_echo`, `is_verbose` and `is_quiet` are ATE, ATV and ATQ.

    `is_rude`: unsolicited lines do not wait for the end of an answer. `is_mute`: they are lost.
    `spell` is how this model writes a line: information responses, unsolicited ones and final results in words.
    `repeats_prompt`: the prompt comes again after each CR of a body.
    """

    def __init__(self) -> None:
        self.spell: Callable[[str], str] | None = None
        self._events: deque[DeviceEvent] = deque()
        self._output: list[bytes] = []
        self._held: deque[bytes] = deque()
        self.is_rude = False
        self.is_mute = False
        self.reset()

    def reset(self) -> None:
        """Forget everything that was half done and return to E1 V1 Q0, as after power-up."""
        self.is_echo = True
        self.is_verbose = True
        self.is_quiet = False
        self.repeats_prompt = False
        self._mode = _Mode.COMMAND
        self._input = bytearray()
        self._line = bytearray()
        self._body = bytearray()
        self._is_line_cut = False
        self._last_line = CommandLineReceived(text="")
        self._is_lf_due = False
        self._line_at = 0.0
        self._events.clear()
        self._held.clear()

    # -- the five names -------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Take octets from the host; `now` is in seconds of any steady clock."""
        if len(self._input) < MAX_WAITING_OCTETS:
            self._input += data[: MAX_WAITING_OCTETS - len(self._input)]
        self._line_at = now
        self._digest()

    def next_event(self) -> DeviceEvent | None:
        """Return what the host did, oldest first, or None."""
        return self._events.popleft() if self._events else None

    def data_to_send(self) -> bytes:
        """Return the octets to write to the host and forget them."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        return self._line_at + HALF_LINE_PATIENCE_S if self._held and self._is_half_line() else None

    def handle_timer(self, now: float) -> None:
        """Write the unsolicited lines that waited for a line nobody finished."""
        due = self.next_timer()
        if due is not None and now >= due:
            self._write_held()

    # -- answers --------------------------------------------------------------

    @property
    def is_entry(self) -> bool:
        """Whether a body is being typed."""
        return self._mode is _Mode.ENTRY

    @property
    def is_idle(self) -> bool:
        """Whether a command may start now."""
        return self._mode is _Mode.COMMAND

    @property
    def held_count(self) -> int:
        """How many unsolicited lines wait."""
        return len(self._held)

    def respond(self, lines: Iterable[str]) -> None:
        """Write information responses; one of two lines is given as one text with CR LF inside."""
        self._output.extend(self._written(line) for line in lines)

    def finish(self, result: Result | str | None) -> None:
        """Write the final result (a text for `+CMS ERROR: n` and its like, None for none); take the next command."""
        if result is not None:
            self.write_result(result)
        self.free()

    def write_result(self, result: Result | str) -> None:
        """Write a final result, whatever the device is doing."""
        if not self.is_quiet:
            self._output.append(self._final(result))

    def free(self, *, drops_input: bool = False) -> None:
        """Take the next command though the last one, or a body, has not come to its end."""
        if drops_input:
            self._input.clear()
            self._line.clear()
            self._is_line_cut = self._is_lf_due = False
        self._mode = _Mode.COMMAND
        if self._held:
            self._release()
        self._digest()

    def write(self, octets: bytes) -> None:
        """Write octets as they are, whatever the device is doing."""
        self._output.append(octets)

    def prompt(self, octets: bytes = PROMPT) -> None:
        """Ask for a body: CR LF > SP, and nothing behind it."""
        self._output.append(octets)
        self._body.clear()
        self._mode = _Mode.ENTRY
        self._digest()

    def send_urc(self, line: str) -> None:
        """Write an unsolicited line, now or as soon as no answer, entry or half line would be torn apart."""
        self._hold(self._written(line))

    def send_result(self, result: Result) -> None:
        """Write a result code that no command asked for, as `send_urc` does: RING or the end of a call."""
        self._hold(self._final(result))

    # -- inside ---------------------------------------------------------------

    def _written(self, line: str) -> bytes:
        if self.spell is not None:
            line = self.spell(line)
        return (b"\r\n" if self.is_verbose else b"") + line.encode("latin-1", "replace") + b"\r\n"

    def _hold(self, octets: bytes) -> None:
        if self.is_quiet or self.is_mute:
            return
        if len(self._held) >= MAX_HELD_URCS:
            self._held.popleft()
        self._held.append(octets)
        self._release()

    def _final(self, result: Result | str) -> bytes:
        if isinstance(result, str):
            text = (result if self.spell is None else self.spell(result)).encode("latin-1", "replace")
        else:
            text = result.text.encode() if self.is_verbose else str(result.value).encode()
        return b"\r\n" + text + b"\r\n" if self.is_verbose else text + _CR

    def _is_half_line(self) -> bool:
        return bool(self._line) and _HALF_PREFIX.search(self._line) is not None

    def _release(self) -> None:
        if self.is_rude or (self._mode is _Mode.COMMAND and not self._is_half_line()):
            self._write_held()

    def _write_held(self) -> None:
        self._output.extend(self._held)
        self._held.clear()

    def _digest(self) -> None:
        while self._input and self._mode is not _Mode.BUSY:
            # Hosts that end lines with CR LF send the LF behind our prompt: it is no part of the body.
            if self._is_lf_due:
                self._is_lf_due = False
                if self._input[0] == _LF:
                    del self._input[:1]
                    continue
            if self._mode is _Mode.COMMAND:
                self._take_line()
            else:
                self._take_body()

    def _take_line(self) -> None:
        end = _END_OF_LINE.search(self._input)
        taken = bytes(self._input) if end is None else bytes(self._input[: end.end()])
        del self._input[: len(taken)]
        if self.is_echo:
            self._output.append(taken)
        if end is None:
            self._extend_line(taken)
            return
        self._extend_line(taken[:-1])
        if taken[-1] == _SLASH:
            self._take_slash()
            return
        self._is_lf_due = True
        line, is_cut = bytes(self._line), self._is_line_cut
        self._line.clear()
        self._is_line_cut = False
        prefix = _PREFIX.search(line)
        if prefix is not None:
            self._begin(CommandLineReceived(text=line[prefix.end() :].decode("latin-1"), is_too_long=is_cut))
        elif self._held:
            self._release()

    def _take_slash(self) -> None:
        """Begin the line before again at "A/" (V.250 5.2.4); elsewhere a slash is a character like others."""
        if self._line.upper() == b"A":
            self._line.clear()
            self._begin(self._last_line)
        else:
            self._extend_line(b"/")

    def _begin(self, line: CommandLineReceived) -> None:
        self._mode = _Mode.BUSY
        self._last_line = line
        self._events.append(line)

    def _extend_line(self, octets: bytes) -> None:
        octets = octets.translate(None, _DISREGARDED)
        if b"\x08" in octets:
            for octet in octets:
                if octet != 0x08:
                    self._line.append(octet)
                elif self._line:
                    del self._line[-1]
        else:
            self._line += octets
        if len(self._line) > MAX_LINE_OCTETS:
            self._is_line_cut = True
            del self._line[MAX_LINE_OCTETS:]

    def _take_body(self) -> None:
        end = _END_OF_BODY.search(self._input)
        taken = bytes(self._input) if end is None else bytes(self._input[: end.start()])
        if self.is_echo or self.repeats_prompt:
            self._output.append(self._body_echo(taken))
        self._body += taken[: max(0, MAX_BODY_OCTETS - len(self._body))]
        if end is None:
            self._input.clear()
            return
        is_aborted = end.group()[0] != _CTRL_Z
        del self._input[: end.end()]
        self._mode = _Mode.BUSY
        self._events.append(BodyReceived(octets=bytes(self._body), is_aborted=is_aborted))
        self._body.clear()

    def _body_echo(self, taken: bytes) -> bytes:
        echo = taken if self.is_echo else b"\r" * taken.count(_CR)
        return echo.replace(_CR, _CR + PROMPT if self.is_echo else PROMPT) if self.repeats_prompt else echo
