"""The wire between machine and port when it is slow: octets in, octets out later; time is an argument."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

BITS_PER_OCTET: Final = 10  # start, eight, stop
# Timers cannot follow a fast line octet by octet: what falls into one such time arrives together.
LEAST_GAP_S: Final = 0.001


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """At most `piece_octets` arrive together, each piece `gap_s` after the last."""

    gap_s: float
    piece_octets: int = 1

    @classmethod
    def of_baud(cls, baud: int) -> Pace:
        """Return the pace of a serial line with ten bits to an octet."""
        octet_s = BITS_PER_OCTET / baud
        piece_octets = max(1, round(LEAST_GAP_S / octet_s))
        return cls(gap_s=octet_s * piece_octets, piece_octets=piece_octets)


class Lane:
    """One direction of the wire: first in, first out."""

    def __init__(self) -> None:
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0

    def put(self, octets: bytes, now: float, pace: Pace | None) -> None:
        """Let octets begin their way; without a pace they arrive as soon as those before them have."""
        if pace is None:
            if octets:
                self._pieces.append((max(now, self._free_at if self._pieces else now), octets))
            return
        for start in range(0, len(octets), pace.piece_octets):
            self._free_at = max(now, self._free_at) + pace.gap_s
            self._pieces.append((self._free_at, octets[start : start + pace.piece_octets]))

    def take(self, now: float) -> bytes:
        """Return what has arrived by now."""
        arrived = []
        while self._pieces and self._pieces[0][0] <= now:
            arrived.append(self._pieces.popleft()[1])
        return b"".join(arrived)

    def next_due(self) -> float | None:
        """Return when the next octets arrive, None when none are on their way."""
        return self._pieces[0][0] if self._pieces else None

    def clear(self) -> None:
        """Lose what is on its way."""
        self._pieces.clear()
        self._free_at = 0.0


class Wire:
    """Both directions. It is used only while a fault slows it down, or octets of that time are still on their way."""

    def __init__(self) -> None:
        self.to_host = Lane()
        self.to_modem = Lane()

    @property
    def is_used(self) -> bool:
        """Whether octets are on their way."""
        return self.to_host.next_due() is not None or self.to_modem.next_due() is not None

    def next_timer(self) -> float | None:
        """Return when octets arrive somewhere, or None."""
        dues = (self.to_host.next_due(), self.to_modem.next_due())
        return min((due for due in dues if due is not None), default=None)

    def clear(self) -> None:
        """Lose what is on its way: the plug was pulled."""
        self.to_host.clear()
        self.to_modem.clear()
