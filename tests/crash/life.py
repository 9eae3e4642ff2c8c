"""Many lives of one gateway: it is started, killed and started again while people go on; in the end it may finish."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.crash.points import POINTS, STARTING
from tests.crash.world import World

SETTLED_AT_MOST_S: Final = 180.0
START_TIMEOUT_S: Final = 40.0
LOOK_EVERY_S: Final = 0.2
MODEMS_TOO: Final = 0.6
"""How often modems have no supply of their own, and lose their power with the box."""
QUIET_S: Final = 5.0
"""Reports and callbacks that are on their way when nothing is open any more."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is done: so many kills, but no more after `minutes`. The same seed draws the same moments."""

    seed: int
    kills: int
    minutes: float = 1e9
    modems: int = 4
    cuts: float = 0.0
    """The share of kills that are power cuts."""


@dataclass(kw_only=True)
class Kill:
    """One kill: where, when on the network's clock, and when the gateway was ready again."""

    point: str
    at_s: float
    back_at_s: float | None = None
    was_cut: bool = False


class Life:
    """`live` through the plan, then ask `tests.crash.audit`."""

    def __init__(self, plan: Plan, folder: Path, report: Callable[[str], None]) -> None:
        self.plan = plan
        self.world = World(folder, seed=plan.seed, modems=plan.modems)
        self.kills: list[Kill] = []
        self.problems: list[str] = []
        self.points: Counter[str] = Counter()
        self.took_s = 0.0
        self._report = report
        self._chance = random.Random(f"kills {plan.seed}")
        self._not_yet = self._chance.sample(list(POINTS), len(POINTS))

    async def live(self) -> None:
        """Do it all; what cannot even be started or does not come to an end is in `problems`."""
        began = time.monotonic()
        await self.world.start()
        try:
            for number in range(self.plan.kills):
                if time.monotonic() - began > self.plan.minutes * 60:
                    break
                await self._kill_once()
                if number % 20 == 19:
                    self._report(self._line(time.monotonic() - began))
            await self._finish()
        finally:
            await self.world.stop()
            self.took_s = time.monotonic() - began

    @property
    def now_s(self) -> float:
        """The network's clock."""
        return self.world.rack.clock.now()

    # -- one life -----------------------------------------------------------------------------------

    async def _kill_once(self) -> None:
        """Wait for the moment that chance draws, kill the gateway there, and start it again."""
        name = self._draw_point()
        chance = random.Random(self._chance.random())
        if name == STARTING:
            await self._end("before a start", chance)
            starting = asyncio.create_task(self.world.box.start(timeout_s=START_TIMEOUT_S))
            await POINTS[name][1](self.world, chance, self.world.box.strike)
            await asyncio.gather(starting, return_exceptions=True)
        else:
            await POINTS[name][1](self.world, chance, self.world.box.strike)
        await self._end(name, chance)
        await self.world.box.start(timeout_s=START_TIMEOUT_S)
        self.kills[-1].back_at_s = self.now_s

    def _draw_point(self) -> str:
        """Draw one of the kinds of moments; before one comes again by chance each has been there once."""
        if self._not_yet:
            return self._not_yet.pop()
        return self._chance.choices(list(POINTS), weights=[weight for weight, _ in POINTS.values()])[0]

    async def _end(self, point: str, chance: random.Random) -> None:
        """Kill the gateway if it is not yet, by a power cut if this life was to end so, and draw how the next will."""
        box = self.world.box
        is_cut = box.is_traced
        box.strike()
        self.points[point] += 1
        self.kills.append(Kill(point=point, at_s=self.now_s, was_cut=is_cut))
        if not is_cut:
            await box.kill()
        else:
            if chance.random() < MODEMS_TOO:
                self.world.lose_power()
            await box.cut_power(chance)
        box.is_traced = chance.random() < self.plan.cuts

    async def _finish(self) -> None:
        """Let nobody begin anything, and wait until everything has found its end."""
        world = self.world
        await world.close()
        if world.box.is_traced:
            world.box.is_traced = False
            await world.box.kill()
            await world.box.start(timeout_s=START_TIMEOUT_S)
        await world.box.until_spans_ready(self.plan.modems)
        give_up_at = time.monotonic() + SETTLED_AT_MOST_S
        while time.monotonic() < give_up_at and not self._is_settled():
            await asyncio.sleep(LOOK_EVERY_S)
        quiet_at = time.monotonic() + QUIET_S
        while time.monotonic() < quiet_at or (not self._is_settled() and time.monotonic() < give_up_at):
            await asyncio.sleep(LOOK_EVERY_S)

    def _is_settled(self) -> bool:
        world = self.world
        is_open = world.count("message", "status IN ('queued', 'held', 'sending')")
        return not is_open and not world.count("callback") and set(world.traffic.written) <= set(world.receiver.inbound)

    def _line(self, took_s: float) -> str:
        traffic = self.world.traffic
        on_air = sum(sum(seen.taken.values()) for seen in traffic.on_air.values())
        return (
            f"{took_s / 60:5.1f} min  kills {len(self.kills)}  sent {len(traffic.asked)}"
            f"  written {len(traffic.written)}  on the air {on_air}"
        )
