"""Cells: where a SIM is, how many messages are on the air there at a time, and how they fare."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Final

from modem.emulator.network.chance import Delay, Window, check_range
from modem.emulator.network.radio_time import RadioTime
from modem.emulator.radio import CellIdentity

if TYPE_CHECKING:
    import random

CONGESTION: Final = 42  # RP cause "congestion", 3GPP TS 24.011 8.2.5.4


@dataclass(frozen=True, kw_only=True, slots=True)
class Congestion:
    """While `window` lasts, messages take `slowdown` times as long and a share `refused` gets the RP cause `cause`."""

    window: Window = field(default_factory=Window)
    slowdown: float = 1.0
    refused: float = 0.0
    cause: int = CONGESTION

    def __post_init__(self) -> None:
        check_range("slowdown", self.slowdown, 1, inf)
        check_range("refused", self.refused, 0, 1)
        check_range("cause", self.cause, 1, 255)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One cell. `channels` is how many messages can be on the air at a time, None for any number; others wait.

    `search` is how long a modem looks for the network after its radio came on.
    """

    name: str = "home"
    identity: CellIdentity = field(default_factory=CellIdentity)
    radio_time: RadioTime = field(default_factory=RadioTime)
    search: Delay = field(default_factory=Delay)
    channels: int | None = None
    congestions: tuple[Congestion, ...] = ()

    def __post_init__(self) -> None:
        if self.channels is not None:
            check_range("channels", self.channels, 1, inf)

    def slowdown(self, at_s: float) -> float:
        """Return how many times as long messages take that begin at `at_s`."""
        factor = 1.0
        for congestion in self.congestions:
            if congestion.window.holds(at_s):
                factor *= congestion.slowdown
        return factor

    def refusal(self, at_s: float, chance: random.Random) -> int | None:
        """Return the RP cause for a message that meets the congestion of `at_s`; None when it gets through."""
        for congestion in self.congestions:
            if congestion.window.holds(at_s) and congestion.refused and chance.random() < congestion.refused:
                return congestion.cause
        return None
