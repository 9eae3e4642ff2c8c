"""Spans at their pace: what each turn may take, which span is over a quota, and whose messages are held for that.

The store decides what may be claimed (it alone knows what was used); here is what follows from it for spans and board.
Messages that only spans over their quota may send are held in small batches, in a task of its own. For less than
`SHORT_MS` only the first batch is: it would be let go before anybody could have looked at the last one.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from gateway.core.pacing import Owner, OwnerKind, describe
from gateway.core.span import SpanState
from gateway.service.pacing import FREED_AT_ONCE
from gateway.store.pacing import Blocked, HeldBy, HeldFor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from gateway.clock import Clock
    from gateway.core.pacing import Pace, Pause
    from gateway.core.types import AccountId, EpochMs, Port
    from gateway.service.pacing import LimitBook
    from gateway.service.spans import SpanBoard
    from gateway.store.backend import Store
    from gateway.store.outage import Outage
    from gateway.store.sending import TurnResult

log = structlog.get_logger(__name__)

HELD_AT_ONCE: Final = 200
SHORT_MS: Final = 60_000
_ANY_ROOM: Final = 1 << 30
CLOCK_DIFFERENCE_MS: Final = 5000
"""What was used further ahead than this was used before the clock was set back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pacing:
    """What a turn must know of limits; as in `store.backend.Turn`."""

    pace: Pace | None
    account_paces: Mapping[AccountId, Pace]
    rooms: Mapping[Port, int]
    jitter: float


class Paces:
    """The limits of spans at work; `able_ports` gives those that can send now, `jitter` 0..1 for gaps."""

    def __init__(
        self,
        store: Store,
        *,
        book: LimitBook,
        board: SpanBoard,
        clock: Clock,
        outage: Outage,
        jitter: Callable[[], float],
        able_ports: Callable[[], Collection[Port]],
        look_again: Callable[[], None],
    ) -> None:
        """`look_again` has all workers ask anew whether they may send."""
        self._store = store
        self._book = book
        self._board = board
        self._clock = clock
        self._outage = outage
        self.jitter = jitter
        self._able_ports = able_ports
        self._look_again = look_again
        self._rooms: dict[Port, int] = {}
        self._blocked: dict[Port, Blocked] = {}
        self._to_free: dict[Port, int] = {}
        self._none_held: set[Port] = set()
        self._wanted = asyncio.Event()

    async def load(self) -> None:
        """Take up what an earlier process left."""
        await self._book.load()
        self._book.listen(self._on_changed)
        now = self._clock.now_ms()
        if await self._is_ahead(now):
            # Until when messages are held was reckoned by a clock that was ahead.
            for by in (HeldBy.ACCOUNT, HeldBy.ROOM):
                while await self._store.free_held(HeldFor(by=by), now, limit=FREED_AT_ONCE):
                    pass

    async def _is_ahead(self, now: EpochMs) -> bool:
        usages = [await self._store.usages(kind) for kind in OwnerKind]
        return any(
            bucket.last > now + CLOCK_DIFFERENCE_MS
            for found in usages
            for usage in found.values()
            for buckets in usage.buckets.values()
            for bucket in buckets
        )

    # --- for workers ------------------------------------------------------------------------------

    def of_turn(self, port: Port, sim: str) -> Pacing:
        """Give what the next turn of a span must know."""
        pace = self._book.of_sim(sim, port)
        if pace is None:
            return Pacing(pace=None, account_paces=self._book.of_accounts, rooms=_NOWHERE, jitter=0.0)
        return Pacing(
            pace=pace,
            account_paces=self._book.of_accounts,
            rooms=self._rooms_besides(port) if pace.limits.quotas else _NOWHERE,
            jitter=self.jitter() if pace.limits.has_gap else 0.0,
        )

    def _rooms_besides(self, port: Port) -> dict[Port, int]:
        return {one: self._rooms[one] for one in self._able_ports() if one != port and one in self._rooms}

    def note(self, port: Port, pacing: Pacing, result: TurnResult) -> None:
        """Take what a turn said: whether the SIM may send."""
        self._rooms[port] = _ANY_ROOM if result.room is None else result.room
        pause = result.pause
        if pacing.pace is None or pause is None or pause.period is None:
            if self._blocked.pop(port, None) is not None:
                self._show(port, None, "")
            if pause is None and result.assignment is None and port not in self._none_held:
                self.became_able(port)  # it has nothing to do, and there may be something that is held
            return
        is_news = port not in self._blocked or self._blocked[port].pause.until != pause.until
        self._blocked[port] = Blocked(pace=pacing.pace, pause=pause)
        self._show(port, pause, describe(pause, pacing.pace))
        if is_news:
            self._wanted.set()

    def lost(self, port: Port) -> None:
        """The span has no modem: it is that which keeps it from sending, and its messages are not held any more."""
        self._rooms.pop(port, None)
        if self._blocked.pop(port, None) is not None:
            self._to_free[port] = _ANY_ROOM
            self._wanted.set()

    def became_able(self, port: Port) -> None:
        """A span can send that could not before: as much as it can is let go of what is held for SIMs."""
        self._to_free[port] = max(self._rooms.get(port, 0), self._to_free.get(port, 0))
        self._wanted.set()

    def on_work(self) -> None:
        """There are new messages: some may have to be held."""
        if self._blocked:
            self._wanted.set()

    def _show(self, port: Port, pause: Pause | None, reason: str) -> None:
        condition = self._board.condition(port)
        if condition.state not in {SpanState.READY, SpanState.PACED}:
            return
        if pause is None:
            self._board.set_condition(port, replace(condition, state=SpanState.READY, reason="", able_at=None))
            log.info("quota begins anew", action="resumed", span=port)
        elif (condition.state, condition.reason) != (SpanState.PACED, reason):
            self._board.set_condition(
                port, replace(condition, state=SpanState.PACED, reason=reason, able_at=pause.until)
            )
            log.info("quota used up", action="paced", span=port, reason=reason)

    # --- held messages ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Hold and free messages until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._free()
            await self._hold()

    async def _free(self) -> None:
        rooms, self._to_free = self._to_free, {}
        for port, wanted in rooms.items():
            # No more than there are: what is held again meanwhile is not freed once more.
            room = min(wanted, self._store.load.open_messages)
            for by in (HeldBy.ROOM, HeldBy.SIM):
                room = await self._free_up_to(room, HeldFor(by=by, port=port))
            if room:
                self._none_held.add(port)

    async def _free_up_to(self, room: int, which: HeldFor) -> int:
        """Free messages while there are some; gives how much room is left."""
        while room:
            limit = min(room, FREED_AT_ONCE)
            free = partial(self._store.free_held, which, self._clock.now_ms(), limit=limit)
            count = await self._outage.ride_out(free)
            room -= count
            if count < limit:
                break
        return room

    async def _hold(self) -> None:
        while True:
            now = self._clock.now_ms()
            blocked = {port: one for port, one in self._blocked.items() if one.pause.until > now}
            if not blocked:
                return
            able = frozenset(self._able_ports())
            count = await self._outage.ride_out(partial(self._store.hold, blocked, able, now, limit=HELD_AT_ONCE))
            if count:
                self._none_held.clear()
            is_short = all(one.pause.until - now <= SHORT_MS for one in blocked.values())
            if count < HELD_AT_ONCE or is_short:
                return

    def _on_changed(self, owner: Owner) -> None:
        """A person changed limits."""
        if owner.kind is OwnerKind.SIM:
            self._none_held.clear()
            self._look_again()


_NOWHERE: Final[Mapping[Port, int]] = {}
