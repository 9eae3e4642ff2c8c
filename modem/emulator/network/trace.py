"""What changes with time around a SIM: registration, signal, cell."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar

from modem.emulator.network.chance import check_range
from modem.emulator.radio import UNKNOWN_SIGNAL
from modem.errors import BehaviourError

if TYPE_CHECKING:
    import random

Value = TypeVar("Value")

MOST_RSSI = 31


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace(Generic[Value]):
    """Values with the seconds after the trace's start at which they begin; `repeat_s` starts it again, None: never."""

    steps: tuple[tuple[float, Value], ...]
    repeat_s: float | None = None

    def __post_init__(self) -> None:
        if not self.steps:
            raise BehaviourError("steps", "there must be at least one")
        earliest = 0.0
        for after_s, _ in self.steps:
            check_range("steps", after_s, earliest, inf)
            earliest = after_s
        if self.repeat_s is not None and self.repeat_s <= earliest:
            raise BehaviourError("repeat_s", f"must be over {earliest:g}, when the last step begins")

    def step(self, number: int) -> tuple[float, Value] | None:
        """Return step `number`, counted from 0 over all repetitions, with its seconds; None behind the last."""
        turn, index = divmod(number, len(self.steps))
        if turn and self.repeat_s is None:
            return None
        after_s, value = self.steps[index]
        return after_s + turn * (self.repeat_s or 0.0), value


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """<rssi> and <ber> of +CSQ: 0..31 and 0..7, 99 when unknown (3GPP TS 27.007 8.5).

    `jitter` is how far chance may move <rssi> up or down each time a trace comes to this step.
    """

    rssi: int
    ber: int = 0
    jitter: int = 0

    def __post_init__(self) -> None:
        if self.rssi != UNKNOWN_SIGNAL:
            check_range("rssi", self.rssi, 0, MOST_RSSI)
        if self.ber != UNKNOWN_SIGNAL:
            check_range("ber", self.ber, 0, 7)
        check_range("jitter", self.jitter, 0, MOST_RSSI)

    def draw(self, chance: random.Random) -> int:
        """Return an <rssi>."""
        if not self.jitter or self.rssi == UNKNOWN_SIGNAL:
            return self.rssi
        return min(MOST_RSSI, max(0, self.rssi + chance.randint(-self.jitter, self.jitter)))
