"""Where in its work the gateway is killed: at moments that chance draws, and at chosen steps of what it does.

The steps are seen from outside, by those who talk to the gateway: modem, customer, receiver of callbacks.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from modem.emulator.fault import Fault, Occasion, Trigger
from modem.emulator.machine.course import Stage
from modem.pdu import Deliver, Submit

if TYPE_CHECKING:
    from modem.emulator.equipment.equipment import Equipment
    from tests.crash.world import World

LONGEST_LIFE_S: Final = 1.5
START_S: Final = 1.2
"""About as long as a gateway takes to start."""
STARTING: Final = "while it starts"
PATIENCE_S: Final = 6.0
"""How long a chosen step is waited for: a gateway that has nothing to do never gets there."""

Kill = Callable[[], None]
Point = Callable[["World", random.Random, Kill], Coroutine[Any, Any, None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class AtStage(Fault):
    """No fault: tells, by `kill`, that a submit comes to a stage, so that who sends can be killed there."""

    name: ClassVar[str] = "host_killed"
    occasion: ClassVar[Occasion] = Occasion.SUBMIT

    stage: Stage
    kill: Kill

    @property
    def strikes_at(self) -> Stage:
        return self.stage

    def begin(self, _equipment: Equipment, /) -> None:
        self.kill()


def _submit(stage: Stage) -> Point:
    async def at_stage(world: World, chance: random.Random, kill: Kill) -> None:
        killed = asyncio.Event()

        def strike() -> None:
            if not killed.is_set():
                kill()
                killed.set()

        trigger = Trigger(after_submits=chance.randrange(3))
        fault = AtStage(stage=stage, kill=strike)
        armed = [(index, world.rack.arm(index, fault, trigger).number) for index in range(len(world.rack.machines))]
        try:
            await _or_at_last(killed, kill)
        finally:
            for index, number in armed:
                world.rack.disarm(index, number)

    return at_stage


def _on_air(kind: type[Submit | Deliver]) -> Point:
    """Kill when the network has answered a submit and the modem has told so, or when a modem has taken a message."""

    async def on_air(world: World, chance: random.Random, kill: Kill) -> None:
        killed = asyncio.Event()
        seen = world.rack.network.ledger.count
        left = chance.randrange(1, 8)

        def look(_touched: set[int]) -> None:
            nonlocal seen, left
            ledger = world.rack.network.ledger
            if ledger.count == seen or killed.is_set():
                return
            left -= sum(isinstance(entry.tpdu, kind) and _is_of_ours(entry.imsi) for entry in ledger.since(seen))
            seen = ledger.count
            if left <= 0:
                kill()
                killed.set()

        unlisten = world.rack.listen(look)
        try:
            await _or_at_last(killed, kill)
        finally:
            unlisten()

    return on_air


def _is_of_ours(imsi: str | None) -> bool:
    return imsi is not None


async def _accept(world: World, chance: random.Random, kill: Kill) -> None:
    """Kill while a request is being taken: some milliseconds after it was sent, or with its answer."""
    asking = asyncio.Event()
    world.on_asked = asking.set
    try:
        await asyncio.wait_for(asking.wait(), PATIENCE_S)
        await asyncio.sleep(chance.uniform(0, 0.012))
    except TimeoutError:
        pass
    finally:
        world.on_asked = None
    kill()


async def _told(world: World, chance: random.Random, kill: Kill) -> None:
    """Kill when a callback has been taken, and its receiver has not said so."""
    killed = asyncio.Event()
    left = [chance.randrange(1, 6)]

    def told() -> None:
        left[0] -= 1
        if not left[0]:
            kill()
            killed.set()

    world.receiver.on_told = told
    try:
        await _or_at_last(killed, kill)
    finally:
        world.receiver.on_told = None


async def _any_time(_world: World, chance: random.Random, kill: Kill) -> None:
    await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_S))
    kill()


async def _starting(_world: World, chance: random.Random, kill: Kill) -> None:
    await asyncio.sleep(chance.uniform(0.3, START_S + 0.6))
    kill()


async def _or_at_last(event: asyncio.Event, kill: Kill) -> None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await event.wait()
    except TimeoutError:
        kill()


POINTS: Final[dict[str, tuple[int, Point]]] = {
    "any time": (30, _any_time),
    STARTING: (14, _starting),
    "at the command": (6, _submit(Stage.COMMAND)),
    "at the prompt": (8, _submit(Stage.PROMPT)),
    "behind Ctrl-Z": (12, _submit(Stage.BODY)),
    "before +CMGS": (8, _submit(Stage.SENT)),
    "behind +CMGS": (10, _on_air(Submit)),
    "as a message comes": (6, _on_air(Deliver)),
    "while it accepts": (10, _accept),
    "at a callback": (6, _told),
}
"""Every kind of moment: how often it is drawn, and what waits for it and kills."""
