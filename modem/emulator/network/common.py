"""What the parts of a network share: one source of chance, one agenda, the events that go out, the ledger, the time."""

from __future__ import annotations

import random
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

from modem.emulator.network.agenda import Agenda
from modem.emulator.network.ledger import Ledger

if TYPE_CHECKING:
    from datetime import datetime

    from modem.emulator.radio import NetworkEvent


class Common:
    """One for each network; `epoch` is the time of day at `started_s` of the clock that all calls use."""

    def __init__(self, *, epoch: datetime, started_s: float, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - a test network wants repeatable chance, not secrecy
        self.agenda = Agenda()
        self.events: deque[NetworkEvent] = deque()
        self.ledger = Ledger()
        self._epoch = epoch
        self._started_s = started_s

    def at_s(self, now: float) -> float:
        """Return the network time in seconds since its start."""
        return now - self._started_s

    def wall(self, now: float) -> datetime:
        """Return the time of day."""
        return self._epoch + timedelta(seconds=now - self._started_s)
