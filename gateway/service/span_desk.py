"""What an operator may ask and change about spans: how each is, what happened to it, switched off and on, its name."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gateway.core.history import HistoryEvent, HistoryKind
from gateway.core.span import Drain
from gateway.errors import InvalidFieldError, StoreError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gateway.clock import Clock
    from gateway.core.routing import Candidate
    from gateway.core.span import Span, SpanHealth, SpanView
    from gateway.core.types import Port
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store

Standing = tuple[str, str, str]

NAME_LIMIT = 64
MOST_LINES = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class SpanReport:
    """A span as it is now, how its modem and SIM are, and what it is ranked by when a span is chosen."""

    view: SpanView
    health: SpanHealth
    rank: Candidate

    @property
    def standing(self) -> Standing:
        """State, reason, and how far it is with draining."""
        return self.view.state.value, self.view.reason, self.view.span.drain.value


class SpanDesk:
    """Spans for operators. A port that is no span's raises InvalidFieldError("port", …).

    `named_in_settings` are the ports whose names the settings file gives. Each change is kept, with a line in the
    history and one in the audit log, when its call returns.
    """

    def __init__(
        self, *, board: SpanBoard, store: Store, clock: Clock, named_in_settings: Collection[Port] = ()
    ) -> None:
        self._board = board
        self._store = store
        self._clock = clock
        self._named_in_settings = named_in_settings

    def list(self) -> list[SpanReport]:
        """Give all spans in order of port."""
        return [self._report(view) for view in self._board.views()]

    def show(self, port: Port) -> SpanReport:
        """Give one span."""
        view = self._board.get(port)
        if view is None:
            raise InvalidFieldError("port", f"there is no span {port}")
        return self._report(view)

    async def wait(self, port: Port, *, seen: Standing, timeout_s: float) -> SpanReport:
        """Give one span once it does not stand as it was `seen`, or as it is after `timeout_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self.show(port).standing == seen:
                    await self._board.wait_changed()
        return self.show(port)

    async def history(self, port: Port | None, *, limit: int) -> Sequence[HistoryEvent]:
        """Give the newest lines of a span's history, or of all, newest first."""
        if port is not None:
            self.show(port)
        return await self._store.history(port, limit=max(1, min(limit, MOST_LINES)))

    async def pause(self, port: Port, *, actor: str) -> None:
        """Switch a span off: the segment under way ends, no other one begins."""
        if self._span(port).enabled:
            await self._change(port, enabled=False, drain=Drain.NONE)
            await self._record(port, HistoryKind.PAUSED, "switched off", actor)

    async def drain(self, port: Port, *, actor: str) -> None:
        """Have a span finish what it has begun and take nothing more: others get what prefers it and they may send.

        Its state says when it is drained; `resume` ends it. InvalidFieldError for one that is switched off.
        """
        span = self._span(port)
        if not span.enabled:
            raise InvalidFieldError("port", f"span {port} is off: resume it first, it may have a message to finish")
        if span.drain is Drain.NONE:
            self._board.note_drain(port, "")
            await self._change(port, drain=Drain.DRAINING)
            await self._record(port, HistoryKind.DRAINING, "takes no more messages", actor)

    async def resume(self, port: Port, *, actor: str) -> None:
        """Switch a span on again; what was given up about its modem, or left alone about its SIM, is tried at once."""
        before = self._span(port)
        if not before.takes_messages:
            await self._change(port, enabled=True, drain=Drain.NONE)
        self._board.release(port)
        detail = "switched on" if not before.enabled else "takes messages again" if before.drain else "tried again"
        await self._record(port, HistoryKind.RESUMED, detail, actor)

    async def rename(self, port: Port, name: str, *, actor: str) -> None:
        """Give a span another name; InvalidFieldError("name", …) says what is wrong with it."""
        span = self._span(port)
        if port in self._named_in_settings:
            raise InvalidFieldError("name", f"the name of span {port} is in the settings file, change it there")
        if not name.strip() or name != name.strip() or not name.isprintable() or len(name) > NAME_LIMIT:
            raise InvalidFieldError("name", f"wanted: 1 to {NAME_LIMIT} printable characters without blanks around")
        if any(view.span.name == name and view.span.port != port for view in self._board.views()):
            raise InvalidFieldError("name", f"another span is called {name}")
        if span.name != name:
            await self._change(port, name=name)
            await self._record(port, HistoryKind.RENAMED, f"from {span.name} to {name}", actor)

    def _report(self, view: SpanView) -> SpanReport:
        port = view.span.port
        return SpanReport(view=view, health=self._board.health(port), rank=self._board.candidate(port))

    def _span(self, port: Port) -> Span:
        return self.show(port).view.span

    async def _change(self, port: Port, **changes: object) -> None:
        before = self._span(port)
        # On the board first: what dispatch saves of the span meanwhile has the change in it.
        self._board.put([replace(before, **changes)])  # type: ignore[arg-type]  # fields by name
        try:
            await self._store.save_span(self._span(port))
        except StoreError:
            undo = {name: getattr(before, name) for name in changes}
            self._board.put([replace(self._span(port), **undo)])
            raise

    async def _record(self, port: Port, kind: HistoryKind, detail: str, actor: str) -> None:
        now, view = self._clock.now_ms(), self.show(port).view
        event = HistoryEvent(
            at=now,
            kind=kind,
            detail=f"{detail}, by {actor}",
            port=port,
            path=view.span.path,
            imei=view.span.imei,
            iccid=view.iccid,
        )
        await self._store.add_history([event])
        await self._store.add_audit(actor=actor, action=f"span {kind.value}", detail=f"{port}: {detail}", now=now)
