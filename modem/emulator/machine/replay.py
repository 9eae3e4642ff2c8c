"""A machine that answers as a modem did in a transcript, and says what differs when the host says something else.

Theory of operation. The host's passages are expected in order; behind each the modem's passages follow, at the times
that were recorded, at once when there are none. A line that is not the next one is looked for further on (then the
passages between are skipped), then among those that were said already (then they are answered again, and the place is
kept), and is refused with ERROR when the transcript does not know it at all. Each of these is told as a difference.
At the end of the transcript the machine begins again when the host says its first line, as a program does that was
started again.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final

from modem.at.transcript import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modem.at.transcript import Passage

_END: Final = re.compile(rb"\r\n?|[\x1a\x1b]")
_REFUSAL: Final = b"\r\nERROR\r\n"
# Programs send these to end whatever may be going on; a modem that has nothing going on is silent.
_HARMLESS: Final = (b"\x1a", b"\x1b")
MAX_HEARD_OCTETS: Final = 65536


class Replay:
    """One modem out of a transcript; off until `power_on`."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._boot, self._turns = _turns(passages)
        self._place = 0
        self._heard = b""
        self._output: list[bytes] = []
        self._due: deque[tuple[float, bytes]] = deque()
        self._differences: deque[str] = deque()

    def power_on(self, now: float) -> None:
        """Begin at the beginning, with what the modem says by itself."""
        self._place, self._heard = 0, b""
        self._due.clear()
        self._say(self._boot, now, self._boot[0].at_s if self._boot else None)

    # -- the five names -------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> None:
        """Take octets from the host."""
        pieces, self._heard = _cut((self._heard + data)[-MAX_HEARD_OCTETS:])
        for piece in pieces:
            self._answer(piece, now)

    def next_event(self) -> str | None:
        """Return the next difference from the transcript, in words, or None."""
        return self._differences.popleft() if self._differences else None

    def data_to_send(self) -> bytes:
        """Return the octets for the host and forget them."""
        data = b"".join(self._output)
        self._output.clear()
        return data

    def next_timer(self) -> float | None:
        """Return when `handle_timer` wants to be called, or None."""
        return self._due[0][0] if self._due else None

    def handle_timer(self, now: float) -> None:
        """Say what is due."""
        while self._due and self._due[0][0] <= now:
            self._output.append(self._due.popleft()[1])

    # -- inside ---------------------------------------------------------------

    def _answer(self, piece: bytes, now: float) -> None:
        place = self._find(piece)
        if place is not None:
            turn = self._turns[place]
            self._say(turn.device, now, turn.host.at_s)
        elif piece not in _HARMLESS:
            self._differ(f"{self._expected()}, the host said {_shown(piece)}, which is nowhere in it; it gets ERROR")
            self._due.append((now, _REFUSAL))
        self.handle_timer(now)

    def _find(self, piece: bytes) -> int | None:
        """Return the turn that begins with `piece`, and go on behind it unless it was said before."""
        place = self._place
        later = next((index for index in range(place, len(self._turns)) if self._turns[index].said == piece), None)
        if later is not None:
            if later > place:
                line = self._turns[later].host.line
                self._differ(f"{self._expected()}, the host said {_shown(piece)}; going on at line {line}")
            self._place = later + 1
            return later
        if place == len(self._turns) and place and self._turns[0].said == piece:
            self._place = 1
            return 0
        earlier = next((index for index in range(place - 1, -1, -1) if self._turns[index].said == piece), None)
        if earlier is not None:
            line = self._turns[earlier].host.line
            self._differ(f"{self._expected()}, the host said {_shown(piece)} again; answered as at line {line}")
        return earlier

    def _expected(self) -> str:
        if self._place == len(self._turns):
            return "the transcript is at its end"
        turn = self._turns[self._place]
        return f"line {turn.host.line}: expected {_shown(turn.said)}"

    def _say(self, passages: Sequence[Passage], now: float, from_s: float | None) -> None:
        at = now
        for passage in passages:
            if from_s is not None and passage.at_s is not None:
                at = max(at, now + passage.at_s - from_s)
            self._due.append((max(at, self._due[-1][0]) if self._due else at, passage.octets))

    def _differ(self, difference: str) -> None:
        self._differences.append(difference)


class _Turn:
    """What the host said, and what the modem said behind it."""

    def __init__(self, host: Passage, said: bytes) -> None:
        self.host = host
        self.said = said
        self.device: list[Passage] = []


def _turns(passages: Sequence[Passage]) -> tuple[list[Passage], list[_Turn]]:
    boot: list[Passage] = []
    turns: list[_Turn] = []
    for passage in passages:
        if passage.side is Side.HOST:
            pieces, rest = _cut(passage.octets)
            turns += [_Turn(passage, piece) for piece in (*pieces, _plain(rest)) if piece]
        else:
            (turns[-1].device if turns else boot).append(passage)
    return boot, turns


def _cut(octets: bytes) -> tuple[list[bytes], bytes]:
    """Return what a host said, one item per line or body, without line ends; and what is not ended yet.

    An empty line means nothing, nor does the LF that some programs send behind CR.
    """
    pieces = []
    start = 0
    for end in _END.finditer(octets):
        pieces.append(_plain(octets[start : end.end()]))
        start = end.end()
    return [piece for piece in pieces if piece], octets[start:]


def _plain(octets: bytes) -> bytes:
    return octets.strip(b"\r\n")


def _shown(octets: bytes) -> str:
    return octets.decode("latin-1").encode("unicode_escape").decode("ascii")
