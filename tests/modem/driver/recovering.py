"""Our driver on a broken emulated modem, with a ladder whose steps take fractions of a second."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from modem.driver import HealthChanged, Limits, Modem, PowerControl, Ready, Rung, StepBegun, StepEnded
from modem.driver.rungs import LADDER
from modem.driver.symptoms import SYMPTOMS
from modem.emulator.rack.rack import Rack
from modem.errors import PowerControlError
from modem.profiles.generic import PROFILE
from tests.modem.driver.driving import FAST, Owner

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from modem.driver import Experience, ModemOptions

QUICK = replace(PROFILE, prompt_timeout_s=0.3, final_timeout_s=0.2, boot_s=0.5, sim_busy_s=0.5)
LIMITS = Limits(
    ladder=tuple(replace(facts, wait_s=0.05, verify_s=1.0) for facts in LADDER),
    symptoms={symptom: replace(facts, onset_s=min(facts.onset_s, 0.3)) for symptom, facts in SYMPTOMS.items()},
    first_pause_s=0.2,
)
OPTIONS = replace(FAST, poll_interval_s=0.1, recovery=LIMITS)
SWEEPING = replace(OPTIONS, sweep_interval_s=0.2)


@dataclass
class Plug:
    """Switches the power of the modems of a rack."""

    rack: Rack
    indices: dict[str, int]
    rungs: frozenset[Rung] = frozenset({Rung.POWER_CYCLE})
    is_broken: bool = False
    done: list[Rung] = field(default_factory=list)

    def offers(self, url: str) -> frozenset[Rung]:
        return self.rungs if url in self.indices else frozenset()

    async def perform(self, rung: Rung, url: str) -> None:
        if self.is_broken:
            raise PowerControlError("the hub does not switch")
        self.done.append(rung)
        self.rack.unplug(self.indices[url])
        await asyncio.sleep(0)
        self.rack.plug(self.indices[url])


@dataclass
class Scene:
    """A rack, and our drivers on its modems."""

    rack: Rack
    modems: list[Modem]
    owners: list[Owner]
    plug: Plug

    def rungs(self, index: int = 0) -> list[Rung]:
        """Return the steps that were done, in order."""
        return [event.rung for event in self.owners[index].all(StepBegun)]

    async def cured(self, index: int = 0, *, count: int = 1) -> Rung:
        """Return which step helped, the `count`th time."""
        helped = await self.owners[index].until(StepEnded, count=count, matching=lambda event: event.is_cured)
        return helped.rung


@contextlib.asynccontextmanager
async def recovering(
    directory: Path,
    *,
    count: int = 1,
    has_power: bool = False,
    options: ModemOptions = OPTIONS,
    experience: Experience | None = None,
    tcp: tuple[str, int] | None = None,
) -> AsyncIterator[Scene]:
    """Run drivers on a rack of `count` modems; all are ready to send, and idle."""
    rack = Rack(count=count, directory=directory, boot_s=0, tcp=[tcp] if tcp is not None else [])
    await rack.start()
    plug = Plug(rack, {str(path): index for index, path in enumerate(rack.ports)})
    power: PowerControl | None = plug if has_power else None
    owners = [Owner() for _ in range(count)]
    modems = [
        Modem(str(path), on_event=owner.take, options=options, profile=QUICK, power=power, experience=experience)
        for path, owner in zip(rack.ports, owners, strict=True)
    ]
    running = [asyncio.create_task(modem.run()) for modem in modems]
    try:
        for owner in owners:
            await owner.until(Ready)
            # Its first questions are answered: a modem that went deaf at a list would be waited for 30 s.
            if options.poll_interval_s <= OPTIONS.poll_interval_s:
                await owner.until(HealthChanged)
        yield Scene(rack, modems, owners, plug)
    finally:
        for modem in modems:
            await modem.close()
        await asyncio.gather(*running)
        await rack.stop()
