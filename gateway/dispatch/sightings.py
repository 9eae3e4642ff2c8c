"""Writes down which modems answer, so that a caller can be told since when one that is away does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from gateway.store.outage import Outage

if TYPE_CHECKING:
    from gateway.clock import Clock
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

LOOK_EVERY_S: Final = 60.0


class Sightings:
    """Looks at the board once a minute: as exact as that is when a modem was last there."""

    def __init__(self, store: Store, *, board: SpanBoard, clock: Clock) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._outage = Outage()

    async def run(self) -> None:
        """Look and write until cancelled, once more at the end."""
        try:
            while True:
                await self._outage.ride_out(self.look)
                await asyncio.sleep(LOOK_EVERY_S)
        finally:
            await self.look()

    async def look(self) -> None:
        """Write down the spans that are known, and which of them have a modem that answers."""
        ports = self._board.ports()
        answering = [port for port in ports if self._board.condition(port).is_answering]
        if ports:
            await self._store.note_span_times(known=ports, answering=answering, now=self._clock.now_ms())
