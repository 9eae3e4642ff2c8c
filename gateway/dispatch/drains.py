"""Empties spans that an operator wants to leave, or that cannot send for long: what is not begun goes to others.

A message that prefers a span is taken by another one only when that has nothing of its own to do. That is right for a
span that is busy; what prefers one that is gone would wait behind everything else.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from gateway.core.history import HistoryKind
from gateway.core.span import Drain
from gateway.errors import StoreError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.clock import Clock
    from gateway.core.types import Port
    from gateway.dispatch.history import History
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

GONE_AFTER_S: Final = 30.0
"""A modem that was restarted or plugged in again is back sooner than this."""

log = structlog.get_logger(__name__)


class Drains:
    """One task that looks at spans whenever something may have changed with them, and is woken every few seconds.

    `is_able` tells whether a span can take a message now, `is_at_rest` whether its worker has nothing in its hands.
    What it finds is in the store, so after a restart it goes on where it was.
    """

    def __init__(
        self,
        store: Store,
        *,
        board: SpanBoard,
        clock: Clock,
        history: History,
        is_able: Callable[[Port], bool],
        is_at_rest: Callable[[Port], bool],
    ) -> None:
        self._store = store
        self._board = board
        self._clock = clock
        self._history = history
        self._is_able = is_able
        self._is_at_rest = is_at_rest
        self._unable_since: dict[Port, float] = {}
        self._outage = Outage()
        self._wanted = asyncio.Event()
        self._wanted.set()

    def wake(self) -> None:
        """Something may have changed: look again."""
        self._wanted.set()

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._outage.ride_out(self.look)

    async def look(self) -> None:
        """Do for each span what can be done now."""
        for port in self._board.ports():
            if self._is_draining(port):
                await self._drain(port)
            elif self._is_gone(port):
                await self._leave(port)

    def _is_gone(self, port: Port) -> bool:
        """Whether messages prefer a span that has not been able to send for long, while another one is."""
        if self._is_able(port):
            self._unable_since.pop(port, None)
            return False
        now = self._clock.monotonic()
        is_long = now - self._unable_since.setdefault(port, now) >= GONE_AFTER_S
        return (
            is_long and bool(self._store.load.open_by_port.get(port)) and any(map(self._is_able, self._board.ports()))
        )

    async def _leave(self, port: Port) -> None:
        while left := await self._store.leave_span(port):  # a step at a time, so that others can write between
            log.info("messages left to other spans", action="left", span=port, messages=left)

    async def _drain(self, port: Port) -> None:
        await self._leave(port)
        begun = await self._store.begun(port)
        if not self._is_draining(port):
            return  # it was resumed meanwhile
        if begun or not self._is_at_rest(port):
            self._board.note_drain(port, f"{begun or 1} begun message{'s' if begun > 1 else ''} to finish")
            return
        await self._set(port, Drain.DRAINED)
        log.info("span drained", action="drained", span=port)
        iccid = self._board.condition(port).iccid
        self._history.note(HistoryKind.DRAINED, "everything it had begun is finished", port=port, iccid=iccid)

    async def _set(self, port: Port, drain: Drain) -> None:
        span = self._board.span(port)
        if span is None:
            raise AssertionError("a draining span that is not known")
        self._board.put([replace(span, drain=drain)])
        try:
            await self._store.save_span(replace(span, drain=drain))
        except StoreError:
            self._board.put([replace(self._board.span(port) or span, drain=span.drain)])
            raise

    def _is_draining(self, port: Port) -> bool:
        span = self._board.span(port)
        return span is not None and span.drain is Drain.DRAINING and span.enabled
