"""Empties spans that an operator wants to leave: what is begun is finished there, the rest goes to others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from gateway.core.history import HistoryKind
from gateway.core.span import Drain
from gateway.errors import StoreError
from gateway.store.outage import Outage

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.core.types import Port
    from gateway.dispatch.history import History
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

log = structlog.get_logger(__name__)


class Drains:
    """One task that looks at draining spans whenever something may have changed with them.

    `is_at_rest` tells whether a span's worker has nothing in its hands. What it finds is in the store, so after a
    restart it goes on where it was.
    """

    def __init__(self, store: Store, *, board: SpanBoard, history: History, is_at_rest: Callable[[Port], bool]) -> None:
        self._store = store
        self._board = board
        self._history = history
        self._is_at_rest = is_at_rest
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
            await self._outage.ride_out(self._look)

    async def _look(self) -> None:
        for port in self._board.ports():
            if self._is_draining(port):
                await self._drain(port)

    async def _drain(self, port: Port) -> None:
        while await self._store.leave_span(port):
            pass  # a step at a time, so that others can write between
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
