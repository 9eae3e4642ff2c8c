"""Moves a virtual clock from one due time to the next while the hosts are idle."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from modem.emulator.rack.clock import Timetable, VirtualClock
    from modem.emulator.rack.door import Door

# How long a host that has its port open may leave unread what was said before the clock goes on without it.
UNREAD_PATIENCE_S: Final = 1.0
# How often the ports must be found quiet, one after the other, until the hosts count as idle.
LOOKS: Final = 4


class Stepping:
    """The hand that moves `clock`; `ring` does what is due. The rack notes here what passes its ports."""

    def __init__(self, clock: VirtualClock, timetable: Timetable, ring: Callable[[], None]) -> None:
        self._clock = clock
        self._timetable = timetable
        self._ring = ring
        self._is_moving = asyncio.Lock()
        self._unread: set[Door] = set()
        self._is_heard = False
        self._jumping: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to move the clock by itself if it is one that jumps."""
        if self._clock.is_jumping:
            self._jumping = asyncio.create_task(self._jump())

    async def stop(self) -> None:
        """Move it no more."""
        if self._jumping is not None:
            self._jumping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._jumping
            self._jumping = None

    def note_heard(self) -> None:
        """Note that a host said something."""
        self._is_heard = True

    def note_said(self, door: Door) -> None:
        """Note that something was said to the host of `door`."""
        self._unread.add(door)
        self.note_heard()

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass: what falls due happens in order, and hosts may react in between."""
        async with self._is_moving:
            until = self._clock.now() + seconds
            await self._until_idle()
            while (due := self._timetable.next_due()) is not None and due <= until:
                self._clock.move(due)
                self._ring()
                if self._unread:
                    await self._until_idle()
            self._clock.move(until)

    async def _jump(self) -> None:
        while True:
            async with self._is_moving:
                await self._until_idle()
                if (due := self._timetable.next_due()) is not None:
                    self._clock.move(due)
                    self._ring()

    async def _until_idle(self) -> None:
        """Return when the hosts have read what was said, and then said nothing for the quiet time.

        It is counted in looks at the ports: on a busy machine this process may stand still for longer than that time.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        looks = 0
        while looks < LOOKS:
            self._is_heard = False
            await asyncio.sleep(self._clock.quiet_s / LOOKS)
            self._unread = {door for door in self._unread if not door.is_read()}
            is_unread = bool(self._unread) and loop.time() - began < UNREAD_PATIENCE_S
            looks = 0 if self._is_heard or is_unread else looks + 1
        self._unread.clear()
